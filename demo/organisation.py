"""A fictional department: its units, its forty people, and the staff list that it would keep in Excel."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import xlsxwriter

ROOT_CODE = "SNV"
ROOT_NAME = "Sở Nội vụ tỉnh Minh Sơn"
PROVINCE = "Ủy ban nhân dân tỉnh Minh Sơn"
DIVISIONS = (
    "Văn phòng Sở",
    "Phòng Công chức, viên chức",
    "Phòng Cải cách hành chính và Văn thư, lưu trữ",
    "Phòng Tổ chức, biên chế và Tổ chức phi chính phủ",
    "Thanh tra Sở",
    "Ban Thi đua - Khen thưởng",
    "Trung tâm Lưu trữ lịch sử",
)
#: The one division whose staff are viên chức.
PUBLIC_SERVICE_DIVISION = DIVISIONS[-1]
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Nông", "Vi")
FEMALE = (
    ("Thị Thu", "Thị Minh", "Thị", "Ngọc", "Thị Bích", "Khánh", "Thị Hồng"),
    ("An", "Ánh", "Bình", "Châu", "Dung", "Giang", "Hà", "Hiền", "Hương", "Lan", "Linh", "Mai", "Nga", "Phương", "Yến"),
)
MALE = (
    ("Văn", "Đức", "Minh", "Quang", "Hữu", "Xuân", "Công", "Đình"),
    ("Ân", "Bảo", "Cường", "Dũng", "Đạt", "Hải", "Hiếu", "Hùng", "Khôi", "Long", "Nam", "Phúc", "Sơn", "Tuấn", "Vinh"),
)
PEOPLE = 40


@dataclass(frozen=True)
class StaffRow:
    """A line of the staff list."""

    code: str
    full_name: str
    birth_date: date
    sex: str
    title: str
    rank: str
    unit: str
    group: str


def staff() -> list[StaffRow]:
    """Return the same forty people every time; names are put together by chance with a fixed seed."""
    chance = random.Random("Nếp")
    return [_person(number, name, chance) for number, name in enumerate(_names(chance), start=1)]


def _names(chance: random.Random) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    while len(seen) < PEOPLE:
        sex, (middles, givens) = chance.choice((("Nữ", FEMALE), ("Nam", MALE)))
        name = f"{chance.choice(FAMILY)} {chance.choice(middles)} {chance.choice(givens)}"
        if name not in seen:
            seen.add(name)
            yield name, sex


def _person(number: int, named: tuple[str, str], chance: random.Random) -> StaffRow:
    full_name, sex = named
    unit = DIVISIONS[(number - 1) % len(DIVISIONS)]
    leads = number <= len(DIVISIONS)
    is_public_employee = unit == PUBLIC_SERVICE_DIVISION
    titles = {"Văn phòng Sở": "Chánh Văn phòng", "Thanh tra Sở": "Chánh Thanh tra", PUBLIC_SERVICE_DIVISION: "Giám đốc"}
    head = titles.get(unit, "Trưởng ban" if unit.startswith("Ban") else "Trưởng phòng")
    return StaffRow(
        code=f"{number:05d}",
        full_name=full_name,
        birth_date=date(1968, 3, 1) + timedelta(days=chance.randrange(12_000)),
        sex=sex,
        title=head if leads else ("Lưu trữ viên" if is_public_employee else "Chuyên viên"),
        rank="Lưu trữ viên hạng III" if is_public_employee else ("Chuyên viên chính" if leads else "Chuyên viên"),
        unit=unit,
        group="Viên chức" if is_public_employee else "Công chức",
    )


def staff_workbook() -> bytes:
    """Return the staff list as such offices keep it: titles above, a TT column, places to sign below."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("Danh sách")
    bold = book.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, 8, PROVINCE.upper(), bold)
    sheet.merge_range(1, 0, 1, 8, ROOT_NAME.upper(), bold)
    sheet.merge_range(3, 0, 3, 8, "DANH SÁCH CÔNG CHỨC, VIÊN CHỨC, NGƯỜI LAO ĐỘNG", bold)
    columns = ("TT", "Mã CBCCVC", "Họ và tên", "Ngày sinh", "Giới tính", "Chức vụ", "Ngạch/CDNN", "Đơn vị", "Đối tượng")
    sheet.write_row(5, 0, columns, bold)
    people = staff()
    for number, person in enumerate(people, start=1):
        sheet.write_number(5 + number, 0, number)
        cells = (person.code, person.full_name, person.birth_date.strftime("%d/%m/%Y"), person.sex, person.title)
        for column, cell in enumerate((*cells, person.rank, person.unit, person.group), start=1):
            sheet.write_string(5 + number, column, cell)
    sheet.write_string(8 + len(people), 1, "Người lập biểu", bold)
    sheet.write_string(8 + len(people), 6, "Thủ trưởng đơn vị", bold)
    book.close()
    return target.getvalue()
