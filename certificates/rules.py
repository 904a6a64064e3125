"""Rules of certificates. Pure."""

from settings import Issuer

#: Letters of a check code (Crockford's base 32: no I, L, O, U). 26 of them hold 130 random bits.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 26
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})

CONFIRMATION_TITLE = "Giấy xác nhận hoàn thành"
CERTIFICATE_TITLE = "Chứng chỉ"


def number_text(number: int, year: int) -> str:
    """Return a certificate's number as printed: the running number in six digits, then the year (``000123/2026``)."""
    return f"{number:06d}/{year}"


def title_of(issuer: Issuer) -> str:
    """Return the title that an issuer may use; chứng chỉ needs an authority (Thông tư 03/2023/TT-BNV, Điều 5)."""
    return CERTIFICATE_TITLE if issuer.certificate_authority else CONFIRMATION_TITLE


def code_text(token: str) -> str:
    """Return a check code as printed, in groups that are easy to read aloud."""
    groups = [token[start : start + 5] for start in range(0, 20, 5)] + [token[20:]]
    return "-".join(group for group in groups if group)


def code_typed(typed: str) -> str:
    """Return the check code that somebody typed: without blanks and hyphens, misread letters mended."""
    return "".join(character for character in typed.upper() if character.isalnum()).translate(_MISREAD)
