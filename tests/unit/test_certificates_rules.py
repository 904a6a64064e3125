"""What a certificate is called, how its number and its code are written, and its page."""

import json
import re
import zlib
from datetime import UTC, date, datetime

import pytest

from certificates import pdf
from certificates.models import Certificate
from certificates.rules import CODE_ALPHABET, code_text, code_typed, number_text, title_of
from certificates.throttle import LOOKUPS_PER_WINDOW, WINDOW, LookupThrottle
from core.errors import TooMany
from settings import Issuer

CODE = "7K3M9QW2ZRT5V8XN4B6CDEFGHJ"
LONG = "Trung tâm Phục vụ hành chính công và Chuyển đổi số trực thuộc Ủy ban nhân dân xã Vĩnh Thuận Đông "


def certificate(**values):
    usual = {
        "title": "Giấy xác nhận hoàn thành",
        "number": 123,
        "year": 2026,
        "token": CODE,
        "full_name": "Đỗ Thị Ánh Ngọc",
        "birth_date": date(1990, 5, 7),
        "unit_name": "Phòng Tổ chức - Hành chính",
        "job_title": "Chuyên viên",
        "course_title": "Văn hóa công vụ",
        "hours": 8,
        "started_on": date(2026, 11, 2),
        "completed_on": date(2026, 11, 20),
        "score": 850,
        "issuer_name": "Sở Nội vụ",
        "issuer_parent": "Ủy ban nhân dân tỉnh",
        "issuer_place": "Thanh Bình",
        "signer_title": "Giám đốc",
        "signer_name": "Trần Quốc Hưng",
        "issued_at": datetime(2026, 2, 4, 17, 30, tzinfo=UTC),
    }
    return Certificate(**{**usual, **values})


def printed(**values):
    return pdf.printed_values(certificate(**values), base_url="https://nep.example.vn")


def text_layer(document):
    """Return the characters that a PDF maps its glyphs to, for searching and copying."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    found = set()
    for stream in streams:
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"begincmap" in content:
            for _glyph, target in re.findall(rb"<([0-9A-Fa-f]+)>\s+<([0-9A-Fa-f]+)>", content):
                found |= set(bytes.fromhex(target.decode()).decode("utf-16-be", errors="ignore"))
    return found


def test_only_an_authorised_issuer_prints_chung_chi():
    assert title_of(Issuer()) == "Giấy xác nhận hoàn thành"
    assert title_of(Issuer(certificate_authority="Quyết định số 15/QĐ-BNV")) == "Chứng chỉ"


def test_numbers_and_codes_are_written_to_be_read_aloud():
    assert number_text(123, 2026) == "000123/2026"
    assert code_text(CODE) == "7K3M9-QW2ZR-T5V8X-N4B6C-DEFGHJ"
    assert code_text(CODE).replace("-", "") == CODE


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), code_text(CODE), " 7k3m9 QW2ZR-T5V8X N4B6C DEFGHJ ", code_text(CODE).replace("-", "–")],
)
def test_codes_are_found_however_they_are_typed(typed):
    assert code_typed(typed) == CODE


def test_letters_that_look_like_figures_are_taken_for_them():
    assert code_typed("OIL") == "011"
    assert not set("OIL") & set(CODE_ALPHABET)


def test_everything_is_printed_as_offices_write_it():
    values = printed()
    assert values["place_and_day"] == "Thanh Bình, ngày 05 tháng 02 năm 2026"
    assert values["birth_date"] == "07/05/1990"
    assert values["score"] == "8,5/10"
    assert values["hours"] == "8 tiết"
    assert values["number"] == "000123/2026"
    assert printed(issuer_place="")["place_and_day"].startswith("Ngày 05")
    assert [printed(score=score)["score"] for score in (1000, 825, None)] == ["10/10", "8,25/10", ""]


def test_the_page_is_a_pdf_whose_text_can_be_searched():
    document = pdf.certificate_pdf(certificate(), base_url="https://nep.example.vn")
    assert document.startswith(b"%PDF-")
    assert b"pdfaid:part" in document
    assert set("ĐỗThịÁnhNgọc") <= text_layer(document)


def test_the_same_certificate_gives_the_same_bytes():
    first, second = (pdf.certificate_pdf(certificate(), base_url="https://nep.example.vn") for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "values",
    [
        {},
        {
            "birth_date": None,
            "job_title": "",
            "issuer_parent": "",
            "issuer_place": "",
            "signer_name": "",
            "score": None,
        },
        {
            "full_name": ("Công Tằng Tôn Nữ Thị Quỳnh Phương " * 4)[:120],
            "unit_name": (LONG * 3)[:200],
            "job_title": (LONG * 2)[:120],
            "course_title": (LONG * 3)[:200],
            "issuer_name": (LONG * 3)[:200],
            "issuer_parent": (LONG * 3)[:200],
            "signer_title": (LONG * 2)[:120],
            "signer_name": (LONG * 2)[:120],
            "issuer_place": LONG[:100],
        },
    ],
    ids=["usual", "least", "longest"],
)
def test_it_fits_on_one_page(values):
    inputs = {"certificate": json.dumps(printed(**values))}
    drawn = pdf._compiler().compile(format="svg", sys_inputs=inputs)
    assert isinstance(drawn, bytes)


@pytest.mark.parametrize(
    "name", ['#panic("x")', "*An* _Bình_ $x$", "<nhãn> @nhãn", "\\ ] } //", '"#sys.inputs', "= An"]
)
def test_names_are_set_as_text_and_never_as_markup(name):
    inputs = {"certificate": json.dumps(printed(full_name=name, unit_name=name, issuer_name=name))}
    assert pdf._compiler().compile(format="svg", sys_inputs=inputs)


def test_lookups_are_limited_for_each_address():
    at = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    throttle = LookupThrottle()
    for _ in range(LOOKUPS_PER_WINDOW):
        throttle.check("192.0.2.1", at=at)
    throttle.check("192.0.2.2", at=at)
    with pytest.raises(TooMany):
        throttle.check("192.0.2.1", at=at)
    throttle.check("192.0.2.1", at=at + WINDOW)
