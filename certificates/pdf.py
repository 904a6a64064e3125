"""Certificates on paper: a PDF/A-2u page set by typst. Values reach the template as JSON strings, never as markup."""

import io
import json
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock

import segno
import typst

from certificates.models import Certificate
from certificates.rules import code_text, number_text
from core.clock import local_day
from core.tables import cell_text

TEMPLATE = Path(__file__).parent / "certificate.typ"
FONTS = Path(__file__).parents[1] / "static" / "vendor" / "fonts-ttf"

#: A compiler keeps fonts and template in memory (6 ms a page instead of 18) and serves one thread at a time.
_one_at_a_time = Lock()


def certificate_pdf(certificate: Certificate, *, base_url: str) -> bytes:
    """Return the certificate as PDF; the same certificate gives the same bytes.

    :param base_url: where strangers verify it; the QR code points there.
    """
    inputs = {"certificate": json.dumps(printed_values(certificate, base_url=base_url), ensure_ascii=False)}
    with _one_at_a_time:
        page = _compiler().compile(
            format="pdf", sys_inputs=inputs, pdf_standards="a-2u", timestamp=int(certificate.issued_at.timestamp())
        )
    if not isinstance(page, bytes):
        raise TypeError("typst returned no PDF.")
    return page


def printed_values(certificate: Certificate, *, base_url: str) -> dict[str, str]:
    """Return every text of the page, ready to be set. A certificate is in Vietnamese, whoever reads it."""
    return {
        "title": certificate.title,
        "issuer": certificate.issuer_name,
        "parent": certificate.issuer_parent,
        "full_name": certificate.full_name,
        "birth_date": cell_text(certificate.birth_date),
        "unit": certificate.unit_name,
        "job_title": certificate.job_title,
        "course": certificate.course_title,
        "hours": f"{certificate.hours} tiết",
        "started_on": cell_text(certificate.started_on),
        "completed_on": cell_text(certificate.completed_on),
        "score": _score(certificate.score),
        "number": number_text(certificate.number, certificate.year),
        "place_and_day": _place_and_day(certificate.issuer_place, local_day(certificate.issued_at)),
        "signer_title": certificate.signer_title,
        "signer_name": certificate.signer_name,
        "code": code_text(certificate.token),
        "qr": _qr_svg(f"{base_url}/verify/{certificate.token}"),
        "address": base_url.split("://")[-1] + "/verify",
    }


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(input=TEMPLATE, root=TEMPLATE.parent, font_paths=[FONTS], ignore_system_fonts=True)


def _place_and_day(place: str, day: date) -> str:
    """Return place and day as official documents write them: with a zero before days under 10 and months 1 and 2."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    written = f"ngày {day.day:02d} tháng {month} năm {day.year}"
    return f"{place}, {written}" if place else written[0].upper() + written[1:]


def _score(hundredths: int | None) -> str:
    """Return a score on the scale of 10 with a decimal comma; whole numbers without one."""
    if hundredths is None:
        return ""
    whole, rest = divmod(hundredths, 100)
    digits = f"{rest:02d}".rstrip("0")
    return f"{whole},{digits}/10" if digits else f"{whole}/10"


def _qr_svg(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
