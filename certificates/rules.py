"""Rules of certificates. Pure."""


def number_text(number: int, year: int) -> str:
    """Return a certificate's number as printed: the running number in six digits, then the year (``000123/2026``)."""
    return f"{number:06d}/{year}"
