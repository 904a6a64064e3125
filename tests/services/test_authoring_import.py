"""A package comes in through the ordinary services: once, whole, and with the place of what is wrong."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from authoring.package_writer import course_as_package
from authoring.packages import read_package
from authoring.services import import_package
from authoring.toml_fields import BadPackage
from core.db import db, transaction
from core.errors import NotAllowed
from lessons import desk_queries, lesson_services
from lessons.models import CourseVersion, LessonVersion
from library.models import Media, Source
from people.access import SYSTEM, Role
from quizzes.models import QuestionVersion, QuizVersion
from tests.support.factories_lessons import DRAFT, make_lesson, picture
from tests.support.factories_people import actor_of, make_person, make_unit

CONTENT = Path(__file__).parents[2] / "content"
TABLES = (Source, CourseVersion, LessonVersion, QuestionVersion, QuizVersion, Media)


@pytest.fixture
def unit(session, at):
    return make_unit("Sở Nội vụ", code="SNV")


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the built-in curriculum, cut down to its first module."""
    shutil.copytree(CONTENT, tmp_path / "content")
    course = tmp_path / "content" / "van-hoa-cong-vu"
    for name, mark in (("course.toml", "[[module]]"), ("quiz.toml", "[[section]]")):
        whole = (course / name).read_text(encoding="utf-8")
        (course / name).write_text(mark.join(whole.split(mark)[:2]), encoding="utf-8")
    return tmp_path / "content"


def bring_in(folder, unit, at, by=SYSTEM):
    with transaction():
        return import_package(read_package(folder), unit_id=unit.id, by=by, at=at)


def counts():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def the_course():
    course = desk_queries.course_with_slug("van-hoa-cong-vu")
    assert course is not None
    return course


def lesson_file(folder):
    return sorted((folder / "van-hoa-cong-vu" / "m1-nhap-mon").glob("*.md"))[0]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_second_run_changes_nothing(folder, unit, at):
    assert bring_in(folder, unit, at).changed_anything
    before = counts()
    assert all(before[:-1])
    outcome = bring_in(folder, unit, at)
    assert not outcome.changed_anything
    assert outcome.unknown_sources == ()
    assert counts() == before


def test_only_what_changed_gets_a_new_version(folder, unit, at):
    bring_in(folder, unit, at)
    edit(lesson_file(folder), "Bà Lụa", "Bà Mận")
    outcome = bring_in(folder, unit, at)
    assert vars(outcome.counts["lessons"]) == {"new": 0, "changed": 1, "unchanged": 3}
    assert outcome.counts["questions"].changed == outcome.counts["quizzes"].changed == 0
    course = the_course()
    assert [note.number for note in desk_queries.course_history(course.id)] == [2, 1]


def test_a_trainers_lesson_beside_the_package_stays(folder, unit, at):
    bring_in(folder, unit, at)
    course = the_course()
    (module,) = desk_queries.modules_by_code(course.id).values()
    own = make_lesson(module, "Bài của giảng viên")
    bring_in(folder, unit, at)
    assert desk_queries.modules_of(course.id)[0].lessons[-1].lesson_id == own.id


def test_a_trainers_waiting_draft_is_not_written_over(folder, unit, at):
    bring_in(folder, unit, at)
    course = the_course()
    lesson = desk_queries.lessons_by_code(course.id)["1.1"]
    with transaction():
        lesson_services.save_draft(lesson.id, DRAFT, based_on=None, by=SYSTEM, at=at)
    bring_in(folder, unit, at)
    edit(lesson_file(folder), "Bà Lụa", "Bà Mận")
    with pytest.raises(BadPackage):
        bring_in(folder, unit, at)
    assert desk_queries.newest_version(lesson.id).text == DRAFT.text


def test_what_a_service_refuses_is_told_with_its_file_and_undoes_all(folder, unit, at):
    edit(lesson_file(folder), 'code = "hq-hcm-2019"', 'code = "khong-co"')
    with pytest.raises(BadPackage) as caught:
        bring_in(folder, unit, at)
    assert caught.value.problems[0].file == "van-hoa-cong-vu/m1-nhap-mon/01-van-hoa-cong-so-va-van-hoa-cong-vu.md"
    assert not any(counts())


def test_a_wrong_question_is_told_with_its_line(folder, unit, at):
    questions = folder / "van-hoa-cong-vu" / "m1-nhap-mon" / "questions.gift"
    questions.write_text(questions.read_text(encoding="utf-8") + "\n::X::Câu hỏi {\n", encoding="utf-8")
    with pytest.raises(BadPackage) as caught:
        bring_in(folder, unit, at)
    assert caught.value.problems[0].file.endswith("questions.gift")
    assert caught.value.problems[0].line > 100
    assert not any(counts())


def test_a_trainer_of_another_unit_brings_in_nothing(folder, unit, at):
    stranger = actor_of(make_person("Phạm Văn Lạ", unit=make_unit("Sở Khác"), roles=[Role.TRAINER]))
    with pytest.raises(NotAllowed):
        bring_in(folder, unit, at, by=stranger)
    assert not any(counts())


def test_pictures_come_into_the_library_once(folder, unit, at):
    path = lesson_file(folder)
    (path.parent / "img").mkdir()
    (path.parent / "img" / "quay.png").write_bytes(picture())
    edit(path, "## Ghi nhớ", "![Quầy một cửa](img/quay.png)\n\n## Ghi nhớ")
    bring_in(folder, unit, at)
    media = db.session.scalars(select(Media)).one()
    course = the_course()
    version = desk_queries.newest_version(desk_queries.lessons_by_code(course.id)["1.1"].id)
    assert f'src="/media/{media.id}"' in version.html
    assert not bring_in(folder, unit, at).changed_anything


def test_a_course_written_as_a_package_reads_back_the_same(folder, unit, at, tmp_path):
    path = lesson_file(folder)
    (path.parent / "img").mkdir()
    (path.parent / "img" / "quay.png").write_bytes(picture())
    edit(path, "## Ghi nhớ", "![Quầy một cửa](img/quay.png)\n\n## Ghi nhớ")
    bring_in(folder, unit, at)
    course = the_course()
    (tmp_path / "out.zip").write_bytes(course_as_package(course))
    shutil.unpack_archive(tmp_path / "out.zip", tmp_path / "out")
    assert not bring_in(tmp_path / "out", unit, at).changed_anything


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["content", "import", *map(str, arguments)])


def test_the_command_tells_what_it_did(app, folder, unit):
    tried = run(app, folder, "--dry-run", "--json")
    assert tried.exit_code == 0, tried.output
    assert not any(counts())
    done = run(app, folder, "--unit", "SNV", "--json")
    assert json.loads(done.output)["lessons"] == {"new": 4, "changed": 0, "unchanged": 0}
    assert json.loads(run(app, folder, "--json").output)["lessons"] == {"new": 0, "changed": 0, "unchanged": 4}
    assert "4" in run(app, folder).output


def test_the_command_refuses_with_file_and_line(app, folder, unit):
    edit(lesson_file(folder), "minutes = 6", "minutes = 0")
    refused = run(app, folder)
    assert refused.exit_code == 1
    assert "01-van-hoa-cong-so-va-van-hoa-cong-vu.md:5: minutes" in refused.stderr
    listed = json.loads(run(app, folder, "--json").stdout)["errors"]
    assert (listed[0]["line"], listed[0]["field"]) == (5, "minutes")


@pytest.mark.parametrize("arguments", [("--unit", "KHONG-CO"), ("--nonsense",)])
def test_wrong_usage_ends_with_two(app, folder, unit, arguments):
    assert run(app, folder, *arguments).exit_code == 2


def test_several_units_at_the_top_need_a_choice(app, folder, unit):
    make_unit("Sở Khác")
    assert run(app, folder).exit_code == 2
