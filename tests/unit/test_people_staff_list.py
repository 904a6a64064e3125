"""Staff lists as offices keep them: what is found, what is skipped, what is refused."""

import unicodedata
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people import staff_cells, staff_headers
from people.import_messages import MESSAGES
from people.staff_cells import Wrong
from people.staff_list import read_staff_list

HEAD = ["TT", "Mã CBCCVC", "Họ và tên", "Ngày sinh", "Đơn vị"]
AN = ["1", "0017", "Nguyễn Thị An", "05/01/1990", "Phòng A"]
BINH = ["2", "0018", "Lê Văn Bình", {"d": "1985-12-31"}, "Phòng A"]


def read(*rows, name="DS"):
    return read_staff_list({"sheets": [{"name": name, "rows": [list(row) for row in rows]}]})


def codes(found):
    return [row.staff_code for row in found.rows]


def faults(found):
    return [(fault.place.row, fault.place.column, fault.kind) for fault in found.faults]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Mã CBCCVC", "staff_code"),
        ("MÃ SỐ CÔNG CHỨC", "staff_code"),
        ("Mã NV", "staff_code"),
        ("Mã số", "staff_code"),
        ("Số hiệu công chức", "staff_code"),
        ("Mã công chức/viên chức", "staff_code"),
        ("Mã ngạch", ""),
        ("Mã số thuế", ""),
        ("Họ và tên", "full_name"),
        ("Họ,  tên", "full_name"),
        ("HỌ VÀ TÊN CÁN BỘ, CÔNG CHỨC", "full_name"),
        ("Họ tên\nkhai sinh", "full_name"),
        ("Họ đệm", "family_name"),
        ("Họ và tên đệm", "family_name"),
        ("Tên", "given_name"),
        ("Ngày, tháng, năm sinh", "birth_date"),
        ("Năm sinh", "birth_year"),
        ("Giới tính", "sex"),
        ("Nam", "if_male"),
        ("Nữ", "if_female"),
        ("Năm", ""),
        ("Chức vụ", "title"),
        ("Chức vụ, chức danh", "title"),
        ("Chức vụ Đảng", ""),
        ("Ngạch/CDNN", "rank"),
        ("Chức danh nghề nghiệp", "rank"),
        ("Đơn vị công tác", "unit"),
        ("Phòng, ban", "subunit"),
        ("Bộ phận", "subunit"),
        ("Mã đơn vị", "unit"),
        ("Đối tượng", "staff_group"),
        ("Nhóm đối tượng", "staff_group"),
        ("Thư điện tử", "email"),
        ("E-mail", "email"),
        ("STT", "number"),
        ("Ghi chú", ""),
        ("Số điện thoại", ""),
    ],
)
def test_knows_headers_in_many_words(words, field):
    assert staff_headers.field_of(words) == field
    assert staff_headers.field_of(unicodedata.normalize("NFD", words)) == field
    assert staff_headers.field_of(words.upper()) == field


def test_finds_the_header_below_titles_and_skips_the_signatures():
    title = ["SỞ NỘI VỤ", "SỞ NỘI VỤ", "", "", ""]
    end = [[], ["", "Tổng số: 2 người"], ["", "", "", "Hà Nội, ngày 05 tháng 01 năm 2026"],
           ["", "Người lập biểu", "", "Thủ trưởng đơn vị"], ["", "(Ký, ghi rõ họ tên)"],
           ["", "Lê Thị Lập", "", "Phạm Ký"]]  # fmt: skip
    found = read(title, ["DANH SÁCH CÁN BỘ"], [], HEAD, ["(1)", "(2)", "(3)", "(4)", "(5)"], AN, [], BINH, *end)
    assert codes(found) == ["0017", "0018"]
    assert faults(found) == []
    assert found.rows[0].place.row == 6


def test_reads_decomposed_names_and_both_kinds_of_days():
    found = read(HEAD, [*AN[:2], unicodedata.normalize("NFD", " Nguyễn  Thị An "), *AN[3:]], BINH)
    assert [(row.full_name, row.birth_date) for row in found.rows] == [
        ("Nguyễn Thị An", date(1990, 1, 5)),
        ("Lê Văn Bình", date(1985, 12, 31)),
    ]


def test_joins_family_and_given_names():
    found = read(["Mã NV", "Họ đệm", "Tên"], ["A1", "Nguyễn Thị", "An"])
    assert found.rows[0].full_name == "Nguyễn Thị An"


def test_reads_a_header_of_two_lines():
    found = read(
        [],
        ["TT", "Mã CC", "Họ và tên", "Ngày sinh", "Ngày sinh", "Đơn vị"],
        ["TT", "Mã CC", "Họ và tên", "Nam", "Nữ", "Đơn vị"],
        ["1", "0017", "Nguyễn Thị An", "", "05/01/1990", "A"],
        ["2", "0018", "Lê Văn Bình", {"d": "1985-12-31"}, "", "A"],
    )
    assert [(row.sex, row.birth_date) for row in found.rows] == [
        ("female", date(1990, 1, 5)),
        ("male", date(1985, 12, 31)),
    ]


def test_sections_name_the_unit_where_no_column_does():
    found = read(
        ["TT", "Mã CC", "Họ và tên"],
        ["I", "", "Phòng Tổng hợp"],
        ["1", "0017", "Nguyễn Thị An"],
        ["II", "Phòng Kế hoạch", "Phòng Kế hoạch"],
        ["1", "0018", "Lê Văn Bình"],
    )
    assert [row.unit for row in found.rows] == ["Phòng Tổng hợp", "Phòng Kế hoạch"]
    assert found.faults == ()


def test_reads_every_sheet_with_a_header():
    rows = {"rows": [HEAD, AN], "name": "A"}, {"rows": [["ghi chú"]], "name": "B"}, {"rows": [HEAD, BINH], "name": "C"}
    found = read_staff_list({"sheets": list(rows)})
    assert [row.place.sheet for row in found.rows] == ["A", "C"]


def test_a_year_alone_is_no_day_but_no_fault_in_a_column_of_years():
    found = read(["Mã CC", "Họ và tên", "Năm sinh"], ["0017", "Nguyễn Thị An", "1990"])
    assert found.rows[0].birth_date is None


def test_names_both_rows_of_a_code_that_stands_twice_also_when_one_is_wrong():
    found = read(HEAD, [*AN[:3], "31/02/1990", AN[4]], [BINH[0], "0017", *BINH[2:]])
    assert faults(found) == [(2, "D", "bad_day"), (3, "B", "code_twice")]
    assert found.faults[1].values["row"] == "2"


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        (1, "", "no_code"),
        (2, "", "no_name"),
        (3, "31/02/1990", "bad_day"),
        (3, "1990", "bad_day"),
        (3, "01/01/1800", "bad_day"),
        (1, "=HYPERLINK(1)", "formula"),
        (2, '=HYPERLINK("http://evil.example";"An")', "formula"),
        (2, {"f": "HYPERLINK(1)"}, "formula"),
        (2, {"d": "1990-01-05"}, "day_not_text"),
        (2, "Nguyễn 😀", "bad_name"),
        (2, "Nguyễn\x00An", "unprintable"),
        (2, "Nguyễn\u200bAn", "unprintable"),
        (2, "<b>An</b>", "bad_name"),
        (2, "12345", "bad_name"),
        (2, "A" * 121, "too_long"),
        (1, "00 17*", "bad_code"),
        (4, "@SUM(1)", "formula"),
    ],
)
def test_tells_what_is_wrong_and_where(column, cell, kind):
    row = [*AN]
    row[column] = cell
    found = read(HEAD, row, BINH)
    assert faults(found) == [(2, "ABCDE"[column], kind)]
    assert found.faults[0].kind in MESSAGES


def test_a_sheet_without_a_header_is_told():
    assert faults(read(["a", "b"], ["c", "d"])) == [(1, "A", "no_header")]
    assert faults(read(HEAD)) == [(None, "", "no_people")]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Công chức", "civil_servant"),
        ("Cán bộ, công chức", "civil_servant"),
        ("VC", "public_employee"),
        ("Người lao động", "contract"),
        ("HĐLĐ", "contract"),
        ("Hợp đồng 111", "contract"),
        ("Cán bộ", "official"),
        ("Lực lượng vũ trang", "armed_forces"),
        ("Cán bộ Hội, đoàn thể", "association"),
        ("", ""),
    ],
)
def test_knows_the_groups_of_staff(text, group):
    assert staff_cells.READERS["staff_group"](text) == group


def test_codes_keep_leading_zeros():
    assert staff_cells.READERS["staff_code"]("000123") == "000123"


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_columns_have_the_letters_of_excel(column, letters):
    assert staff_headers.letter(column) == letters


cells = st.one_of(st.text(max_size=12), st.sampled_from(["Mã NV", "Họ và tên", "0017", "An", "Tổng số", "Người lập"]),
                  st.just({"d": "1990-01-05"}), st.just({"f": "A1"}))  # fmt: skip


@given(st.lists(st.lists(cells, max_size=6), max_size=12))
def test_no_sheet_makes_it_fail(rows):
    found = read(["Mã NV", "Họ và tên", "Ngày sinh"], *rows)
    assert all(row.staff_code and row.full_name for row in found.rows)
    assert all(fault.kind in MESSAGES for fault in found.faults)
    assert all(earlier.place.row < later.place.row for earlier, later in pairwise(found.rows))


@given(st.sampled_from(list(staff_cells.READERS)), st.text(max_size=30))
def test_cells_are_read_or_refused(name, text):
    refusal = None
    try:
        staff_cells.READERS[name](text)
    except Wrong as wrong:
        refusal = wrong.kind
    assert refusal is None or refusal in MESSAGES
