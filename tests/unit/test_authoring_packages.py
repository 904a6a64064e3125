"""Packages are read whole, and what is wrong in them is told with file, line and field."""

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authoring.packages import read_package
from authoring.toml_fields import BadPackage
from quizzes.quiz_drafts import QuizDraft, SectionDraft

CONTENT = Path(__file__).parents[2] / "content"
SOURCES = '[[source]]\ncode = "nd-59-2019"\ntitle = "Nghị định"\nissued_on = 2019-07-01\n'
COURSE = 'slug = "van-hoa"\ntitle = "Văn hóa"\nhours = 4\n\n[[module]]\ncode = "M1"\ntitle = "Một"\nfolder = "m1"\n'
CITED = '[[sources]]\ncode = "nd-59-2019"\nplace = "Điều 26"\n'
LESSON = f'+++\ncode = "1.1"\ntitle = "Bài một"\nminutes = 6\n\n{CITED}+++\n'
QUIZ = 'slug = "kt"\ntitle = "Kiểm tra"\npass_mark = 5.5\n\n[[section]]\nbank = "M1"\ndraw = 2\npoints = 0.5\n'


@pytest.fixture
def folder(tmp_path):
    def write(**changed):
        course = tmp_path / "van-hoa"
        (course / "m1").mkdir(parents=True)
        files = {
            "sources": (tmp_path / "sources.toml", SOURCES),
            "course": (course / "course.toml", COURSE),
            "lesson": (course / "m1" / "01-bai.md", LESSON + "\n## Một\n\nChữ.\n"),
        }
        for name, (path, text) in files.items():
            content = changed.get(name, text)
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif content is not None:
                path.write_text(content, encoding="utf-8")
        if "quiz" in changed:
            (course / "quiz.toml").write_text(changed["quiz"], encoding="utf-8")
        return tmp_path

    return write


def problems_of(folder):
    with pytest.raises(BadPackage) as caught:
        read_package(folder)
    return [(each.file, each.line, each.field) for each in caught.value.problems]


def test_the_built_in_curriculum_is_read():
    package = read_package(CONTENT)
    (course,) = package.courses
    lessons = [lesson for module in course.modules for lesson in module.lessons]
    assert {each.code for lesson in lessons for each in lesson.draft.sources} <= {each.code for each in package.sources}
    assert all(unicodedata.is_normalized("NFC", lesson.draft.text) for lesson in lessons)
    assert course.quiz is not None
    assert {section.bank for section in course.quiz.sections} == {module.bank for module in course.modules}


def test_a_course_folder_alone_takes_the_sources_beside_it(folder):
    package = read_package(folder() / "van-hoa")
    assert [source.code for source in package.sources] == ["nd-59-2019"]
    assert package.courses[0].modules[0].lessons[0].draft.sources[0].place == "Điều 26"


def test_text_in_another_normal_form_is_composed(folder):
    root = folder(lesson=unicodedata.normalize("NFD", LESSON + "\nVăn hóa công vụ\n").encode())
    assert read_package(root).courses[0].modules[0].lessons[0].draft.text == "Văn hóa công vụ"


def test_marks_and_points_become_hundredths(folder):
    quiz = read_package(folder(quiz=QUIZ)).courses[0].quiz
    assert quiz is not None
    assert (quiz.rules.pass_score, quiz.sections[0].asks.points, quiz.sections[0].asks.draw_count) == (550, 50, 2)


def test_a_quiz_says_all_its_rules_and_leaves_out_what_is_usual(folder):
    rules = """practice = false
wait_minutes = 30
opens_at = 2026-03-02T08:00:00
closes_at = 2026-03-06T17:00:00+07:00
one_way = true
per_page = 1
counting = "last"
avoid_seen = true
access_code = "hoa sen"
show_score = "never"
show_verdicts = "after_close"
show_key = "after_close"
"""
    told = QUIZ.replace("\n[[", rules + "\n[[") + 'topic = "N19"\ndifficulty = "hard"\n'
    quiz = read_package(folder(quiz=told)).courses[0].quiz
    assert quiz is not None
    assert quiz.rules == QuizDraft(
        "Kiểm tra", (), pass_score=550, wait_minutes=30, opens_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
        closes_at=datetime(2026, 3, 6, 10, tzinfo=UTC), one_way=True, per_page=1, counting="last", avoid_seen=True,
        access_code="hoa sen", show_score="never", show_verdicts="after_close", show_key="after_close",
    )  # fmt: skip
    assert quiz.sections[0].asks == SectionDraft(0, 2, 50, topic="N19", difficulty="hard")


def test_rules_that_are_left_out_are_the_usual_ones(folder):
    quiz = read_package(folder(quiz=QUIZ.replace("pass_mark = 5.5\n", ""))).courses[0].quiz
    assert quiz is not None
    assert quiz.rules == QuizDraft("Kiểm tra", ())


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"course": 'slug = "van-hoa\n'}, ("van-hoa/course.toml", 1, "")),
        ({"course": COURSE.replace('title = "Văn hóa"\n', "")}, ("van-hoa/course.toml", 1, "title")),
        ({"course": COURSE.replace("hours = 4", 'hours = "bốn"')}, ("van-hoa/course.toml", 3, "hours")),
        ({"course": COURSE.replace("hours = 4", "hours = true")}, ("van-hoa/course.toml", 3, "hours")),
        ({"course": COURSE.replace("hours = 4", "hourz = 4")}, ("van-hoa/course.toml", 3, "hourz")),
        ({"course": COURSE.replace("van-hoa", "Văn hóa")}, ("van-hoa/course.toml", 1, "slug")),
        ({"course": COURSE.replace('"m1"', '"m2"')}, ("van-hoa/course.toml", 8, "folder")),
        ({"course": COURSE.replace('"m1"', '"../.."')}, ("van-hoa/course.toml", 8, "folder")),
        ({"lesson": "## Chữ\n"}, ("van-hoa/m1/01-bai.md", 1, "")),
        ({"lesson": LESSON}, ("van-hoa/m1/01-bai.md", 1, "")),
        ({"lesson": LESSON.replace("minutes = 6", "minutes = 600") + "Chữ"}, ("van-hoa/m1/01-bai.md", 4, "minutes")),
        ({"lesson": LESSON.replace('code = "nd', 'cod = "nd') + "Chữ"}, ("van-hoa/m1/01-bai.md", 7, "cod")),
        ({"lesson": LESSON.replace("= 6", "= = 6") + "Chữ"}, ("van-hoa/m1/01-bai.md", 4, "")),
        ({"lesson": LESSON.encode() + b"\n\nCh\xff"}, ("van-hoa/m1/01-bai.md", 12, "")),
        ({"lesson": LESSON + "\nChữ\n\n![x](../../secret.png)"}, ("van-hoa/m1/01-bai.md", 13, "")),
        ({"lesson": LESSON + "\nChữ\n\n![x](img/x.png)"}, ("van-hoa/m1/01-bai.md", 13, "")),
        ({"lesson": LESSON + "x" * 100_001}, ("van-hoa/m1/01-bai.md", 10, "")),
        ({"lesson": None}, ("van-hoa/course.toml", 8, "folder")),
        ({"sources": SOURCES.replace("2019-07-01", "2019-07-01T00:00:00")}, ("sources.toml", 4, "issued_on")),
        ({"sources": SOURCES + SOURCES}, ("sources.toml", 2, "code")),
        ({"sources": SOURCES.replace("nd-59", "ND 59")}, ("sources.toml", 2, "code")),
        ({"quiz": QUIZ.replace("0.5", "0.555")}, ("van-hoa/quiz.toml", 8, "points")),
        ({"quiz": QUIZ.partition("[[")[0]}, ("van-hoa/quiz.toml", 1, "section")),
        ({"quiz": "one_way = true\nper_page = 3\n" + QUIZ}, ("van-hoa/quiz.toml", 2, "per_page")),
        ({"quiz": "practice = true\n" + QUIZ}, ("van-hoa/quiz.toml", 4, "pass_mark")),
        ({"quiz": "opens_at = 2026-03-02\n" + QUIZ}, ("van-hoa/quiz.toml", 1, "opens_at")),
        ({"quiz": QUIZ + 'difficulty = "awful"\n'}, ("van-hoa/quiz.toml", 5, "difficulty")),
    ],
)
def test_what_is_wrong_is_told_with_its_place(folder, changed, wanted):
    assert wanted in problems_of(folder(**changed))


def test_everything_that_is_wrong_is_told_at_once(folder):
    root = folder(course=COURSE.replace("hours = 4", "hours = -1"), lesson=LESSON.replace("= 6", "= 0") + "Chữ")
    assert problems_of(root) == [("van-hoa/course.toml", 3, "hours"), ("van-hoa/m1/01-bai.md", 4, "minutes")]


def test_two_lessons_can_not_share_a_code(folder):
    root = folder()
    (root / "van-hoa" / "m1" / "02-bai.md").write_text(LESSON + "\nChữ.\n", encoding="utf-8")
    assert problems_of(root) == [("van-hoa/m1/02-bai.md", 2, "code")]


def test_an_empty_folder_is_no_package(tmp_path):
    assert [field for _file, _line, field in problems_of(tmp_path)] == [""]


def test_a_link_out_of_the_package_is_not_followed(folder):
    root = folder(lesson=None)
    outside = root.parent / "outside.md"
    outside.write_text(LESSON + "\nBí mật\n", encoding="utf-8")
    (root / "van-hoa" / "m1" / "01-bai.md").symlink_to(outside)
    assert ("van-hoa/m1/01-bai.md", 0, "") in problems_of(root)
