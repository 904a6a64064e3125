"""A fictional organisation of any size, written in bulk: units, people, two training years, attempts, certificates.

Everything is drawn from one seed, so that both databases hold the same. Ids are given here, and moments are text in
UTC, which both databases read alike.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.names import Names
from core.db import db, is_sqlite
from core.text import fold, sort_key

SEED = 20_26
YEARS = (2025, 2026)
DEPARTMENTS, UNITS = 10, 301
ROOT_ID, A_DEPARTMENT_ID = 1, 2
COURSE_TITLE = "Văn hóa công vụ"
PEOPLE_PER_WRITE = 10_000
GROUPS = ("civil_servant", "public_employee", "contract", "official")
TITLES = ("Chuyên viên", "Phó Trưởng phòng", "Trưởng phòng", "Văn thư", "Kế toán viên")
EXEMPTIONS = ("maternity", "illness", "secondment", "study")

Row = Sequence[Any]
Rows = dict[str, list[Row]]

COLUMNS = {
    "unit": "id code created_at",
    "placement": "id unit_id parent_id name name_key valid_from",
    "course": "id slug unit_id title summary hours created_at",
    "course_version": "id course_id number title summary hours published_at",
    "quiz": "id slug unit_id created_at",
    "quiz_version": "id quiz_id number title instructions pass_score shuffle_questions shuffle_options edited_at "
    "published_at",
    "requirement": "id unit_id title legal_basis course_id quiz_id created_at",
    "cycle": "id requirement_id year opens_on due_on state course_version_id quiz_version_id follows_versions "
    "opened_at",
    "audience_rule": "id cycle_id position includes unit_id staff_group",
    "person": "id staff_code full_name name_key search_text birth_date sex staff_group rank created_at",
    "posting": "id person_id unit_id title valid_from valid_to",
    "obligation": "id person_id cycle_id audience_rule_id assigned_at",
    "exemption": "id obligation_id category reason document_number granted_at",
    "attempt": "id quiz_id quiz_version_id person_id occasion number started_at finished_at finish_reason points "
    "max_points score passed",
    "completion": "id obligation_id person_id cycle_id attempt_id attempts_made started_on completed_at completed_on "
    "score hours course_title staff_code full_name birth_date sex staff_group rank job_title unit_id unit_name "
    "unit_path",
    "certificate": "id completion_id person_id year number token title full_name birth_date unit_name job_title "
    "course_title hours started_on completed_on score issuer_name issuer_parent issuer_place signer_title signer_name "
    "issued_at revoked_reason",
}
#: After which the next certificates are numbered.
LAST_NUMBERS = (
    "INSERT INTO certificate_series (year, last_number) SELECT year, max(number) FROM certificate GROUP BY year"
)


@dataclass(frozen=True)
class _Person:
    """What the facts of one person repeat."""

    id: int
    staff_code: str
    full_name: str
    birth_date: str
    sex: str
    staff_group: str
    rank: str
    title: str
    unit_id: int


def fill(people: int) -> None:
    """Write an organisation of so many people into the empty database of the application."""
    made = _Organisation(random.Random(SEED), people)
    with db.engine.begin() as connection:
        if not is_sqlite():
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        for rows in made.batches():
            for table, columns in COLUMNS.items():
                _write(connection, table, columns.split(), rows[table])
        connection.execute(text(LAST_NUMBERS))
        if not is_sqlite():
            for table in COLUMNS:
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
                )
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _write(connection: Connection, table: str, columns: list[str], rows: Iterable[Row]) -> None:
    """Write rows by the fastest way that each driver has."""
    names, driver = ", ".join(columns), connection.connection.driver_connection
    assert driver is not None
    if is_sqlite():
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    lines = ("\t".join(r"\N" if value is None else str(value) for value in row) + "\n" for row in rows)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        copy.write("".join(lines))


class _Organisation:
    """Draws the rows; ids that are not a person's come from counters."""

    def __init__(self, rng: random.Random, people: int) -> None:
        self._rng = rng
        self._people = people
        self._names = Names(rng)
        self._last: dict[str, int] = defaultdict(int)
        self._unit_names = {unit_id: _unit_name(unit_id) for unit_id in range(1, UNITS + 1)}

    def batches(self) -> Iterator[Rows]:
        """Yield rows by table, those that others refer to first."""
        yield self._frame()
        for start in range(1, self._people + 1, PEOPLE_PER_WRITE):
            rows: Rows = defaultdict(list)
            for number in range(start, min(start + PEOPLE_PER_WRITE, self._people + 1)):
                self._add_person(rows, number)
            yield rows

    def _frame(self) -> Rows:
        rows: Rows = defaultdict(list)
        began, day = "2020-01-01 00:00:00.000000", "2020-01-01"
        for unit_id, name in self._unit_names.items():
            rows["unit"].append((unit_id, f"DV{unit_id:04d}", began))
            rows["placement"].append((unit_id, unit_id, _parent_id(unit_id), name, sort_key(name), day))
        rows["course"].append((1, "van-hoa-cong-vu", ROOT_ID, COURSE_TITLE, "", 8, began))
        rows["course_version"].append((1, 1, 1, COURSE_TITLE, "", 8, began))
        rows["quiz"].append((1, "van-hoa-cong-vu", ROOT_ID, began))
        rows["quiz_version"].append((1, 1, 1, COURSE_TITLE, "", 500, True, True, began, began))
        rows["requirement"].append((1, ROOT_ID, COURSE_TITLE, "Quyết định số 01/QĐ-SX", 1, 1, began))
        for cycle_id, year in enumerate(YEARS, start=1):
            opened = f"{year}-01-15 02:00:00.000000"
            rows["cycle"].append((cycle_id, 1, year, f"{year}-01-15", f"{year}-10-31", "open", 1, 1, True, opened))
            rows["audience_rule"].append((cycle_id, cycle_id, 1, True, ROOT_ID, ""))
        return rows

    def _add_person(self, rows: Rows, number: int) -> None:
        rng = self._rng
        name, key = self._names.draw()
        person = _Person(
            id=number,
            staff_code=f"{number:08d}",
            full_name=name,
            birth_date=(date(1966, 1, 1) + timedelta(days=rng.randrange(13_000))).isoformat(),
            sex=rng.choice(("female", "male")),
            staff_group=rng.choice(GROUPS),
            rank="Chuyên viên",
            title=rng.choice(TITLES),
            unit_id=DEPARTMENTS + 2 + number % (UNITS - DEPARTMENTS - 1),
        )
        rows["person"].append(
            (person.id, person.staff_code, name, key, fold(f"{name} {person.staff_code}"), person.birth_date,
             person.sex, person.staff_group, person.rank, "2020-01-01 00:00:00.000000")
        )  # fmt: skip
        self._add_postings(rows, person)
        for cycle_id, year in enumerate(YEARS, start=1):
            self._add_duty(rows, person, cycle_id, year)

    def _add_postings(self, rows: Rows, person: _Person) -> None:
        """Post a person for good; one in twenty has moved this summer, one in fifty has left."""
        chance = self._rng.random()
        ended = "2026-06-01" if chance < 0.07 else None
        rows["posting"].append((self._next("posting"), person.id, person.unit_id, person.title, "2020-01-01", ended))
        if chance < 0.05:
            other = DEPARTMENTS + 2 + self._rng.randrange(UNITS - DEPARTMENTS - 1)
            rows["posting"].append((self._next("posting"), person.id, other, person.title, ended, None))

    def _add_duty(self, rows: Rows, person: _Person, cycle_id: int, year: int) -> None:
        """Let a person owe a year; seven in ten are done, three in a hundred exempt, a few in the middle."""
        chance, obligation_id = self._rng.random(), self._next("obligation")
        rows["obligation"].append((obligation_id, person.id, cycle_id, cycle_id, f"{year}-01-15 02:00:00.000000"))
        if chance < 0.03:
            rows["exemption"].append(
                (self._next("exemption"), obligation_id, self._rng.choice(EXEMPTIONS), "Theo đơn đề nghị",
                 f"{self._rng.randrange(1, 400)}/QĐ-SX", f"{year}-03-01 02:00:00.000000")
            )  # fmt: skip
        elif chance < 0.12:
            self._add_attempt(rows, person, cycle_id, 1, self._day(year), self._rng.randrange(0, 500, 25))
        elif chance < 0.82:
            self._add_completion(rows, person, cycle_id, year, obligation_id)

    def _add_completion(self, rows: Rows, person: _Person, cycle_id: int, year: int, obligation_id: int) -> None:
        day, score, tries = self._day(year), self._rng.randrange(500, 1_001, 25), 1 + (self._rng.random() < 0.2)
        for number in range(1, tries):
            self._add_attempt(rows, person, cycle_id, number, day, 400)
        attempt_id = self._add_attempt(rows, person, cycle_id, tries, day, score)
        completion_id, unit = self._next("completion"), self._unit_names[person.unit_id]
        rows["completion"].append(
            (completion_id, obligation_id, person.id, cycle_id, attempt_id, tries, day, f"{day} 04:00:00.000000", day,
             score, 8, COURSE_TITLE, person.staff_code, person.full_name, person.birth_date, person.sex,
             person.staff_group, person.rank, person.title, person.unit_id, unit,
             f"{self._unit_names[ROOT_ID]} > {unit}")
        )  # fmt: skip
        rows["certificate"].append(
            (completion_id, completion_id, person.id, year, completion_id, f"T{completion_id:025d}",
             "Giấy xác nhận hoàn thành", person.full_name, person.birth_date, unit, person.title, COURSE_TITLE, 8, day,
             day, score, "Tỉnh Sông Xanh", "", "Sông Xanh", "Giám đốc", "", f"{day} 04:00:00.000000", "")
        )  # fmt: skip

    def _add_attempt(self, rows: Rows, person: _Person, cycle_id: int, number: int, day: str, score: int) -> int:
        attempt_id = self._next("attempt")
        rows["attempt"].append(
            (attempt_id, 1, 1, person.id, f"cycle:{cycle_id}", number, f"{day} 0{number}:00:00.000000",
             f"{day} 0{number}:30:00.000000", "submitted", score * 2, 2_000, score, score >= 500)
        )  # fmt: skip
        return attempt_id

    def _day(self, year: int) -> str:
        return (date(year, 2, 1) + timedelta(days=self._rng.randrange(285))).isoformat()

    def _next(self, table: str) -> int:
        self._last[table] += 1
        return self._last[table]


def _parent_id(unit_id: int) -> int | None:
    if unit_id == ROOT_ID:
        return None
    return ROOT_ID if unit_id <= DEPARTMENTS + 1 else 2 + unit_id % DEPARTMENTS


def _unit_name(unit_id: int) -> str:
    if unit_id == ROOT_ID:
        return "Tỉnh Sông Xanh"
    return f"Sở số {unit_id - 1}" if unit_id <= DEPARTMENTS + 1 else f"Phòng Nghiệp vụ {unit_id}"
