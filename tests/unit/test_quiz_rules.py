"""Whether the rules of a quiz make sense as a whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from quizzes.models import QuizSection, QuizVersion
from quizzes.quiz_drafts import RULES, QuizDraft, SectionDraft, tidy
from quizzes.quiz_rules import problems, warnings
from quizzes.rule_labels import RULE_PROBLEMS, problem_text

OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = QuizDraft("Kiểm tra", (SectionDraft(1, 10), SectionDraft(1, 5, topic="N19", difficulty="hard")))
#: Rules that use everything and are as they should be.
RICH = replace(
    GOOD,
    attempts_allowed=3,
    wait_minutes=60,
    opens_at=OPENS,
    closes_at=OPENS + HOUR,
    time_limit_minutes=60,
    per_page=15,
    one_way=True,
    counting="last",
    access_code="hoa sen",
    show_score="after",
    show_verdicts="after_close",
    show_key="never",
)
PRACTICE = replace(GOOD, practice=True, show_score="during", show_verdicts="during", show_key="during")


def found(draft: QuizDraft) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in problems(draft)}


@pytest.mark.parametrize("draft", [GOOD, RICH, PRACTICE, replace(GOOD, sections=())])
def test_rules_that_make_sense_have_no_problem(draft):
    assert problems(draft) == []


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"title": ""}, "title", "title"),
        ({"access_code": "x" * 41}, "access_code", "access_code"),
        ({"pass_score": 1001}, "pass_score", "pass_score"),
        ({"attempts_allowed": 0}, "attempts_allowed", "number"),
        ({"counting": "middle"}, "counting", "choice"),
        ({"show_key": "soon"}, "show_key", "choice"),
        ({"attempts_allowed": 1}, "wait_minutes", "wait_for_nothing"),
        ({"closes_at": OPENS}, "closes_at", "closes_before_opens"),
        ({"time_limit_minutes": 61}, "time_limit_minutes", "limit_longer_than_window"),
        ({"per_page": None}, "per_page", "one_way_needs_pages"),
        ({"per_page": 16}, "per_page", "page_larger_than_quiz"),
        ({"closes_at": None}, "show_verdicts", "after_close_needs_closing"),
        ({"show_score": "during"}, "show_score", "during_only_in_practice"),
        ({"show_key": "after"}, "show_verdicts", "key_before_verdicts"),
    ],
)
def test_what_makes_no_sense_is_found_at_its_field(change, field, code):
    assert found(replace(RICH, **change)) == {(field, code)}


def test_practice_has_no_pass_mark_limit_wait_or_code():
    draft = replace(PRACTICE, pass_score=700, attempts_allowed=2, wait_minutes=5, access_code="x")
    assert found(draft) == {
        ("pass_score", "practice_pass_score"),
        ("attempts_allowed", "practice_attempts"),
        ("wait_minutes", "practice_wait"),
        ("access_code", "practice_code"),
    }


def test_sections_are_judged_one_by_one_and_against_each_other():
    draft = replace(
        GOOD,
        sections=(
            SectionDraft(1, topic="N19"),
            SectionDraft(1, topic="n19"),
            SectionDraft(2, draw_count=0, points=0, topic="N4, N19", difficulty="awful", title="x" * 201),
        ),
    )
    assert [(each.section, each.field, each.code) for each in problems(draft)] == [
        (1, "bank_id", "same_section"),
        (2, "title", "section_title"),
        (2, "topic", "topic"),
        (2, "difficulty", "difficulty"),
        (2, "draw_count", "number"),
        (2, "points", "points"),
    ]
    assert problems(draft)[0].params == {"number": 2, "other": 1}


def test_a_key_shown_before_another_attempt_at_the_same_questions_is_a_warning():
    fixed = replace(GOOD, sections=(SectionDraft(1),))
    assert [warning.code for warning in warnings(fixed, OPENS)] == ["key_before_next_attempt"]
    assert problems(fixed) == []
    for change in ({"attempts_allowed": 1}, {"show_key": "never"}, {"sections": GOOD.sections}, {"practice": True}):
        assert warnings(replace(fixed, **change), OPENS) == []


def test_a_quiz_that_has_closed_already_is_a_warning():
    assert [warning.code for warning in warnings(RICH, OPENS + HOUR)] == ["closed_already"]
    assert warnings(RICH, OPENS) == []


def test_every_problem_has_words_with_its_figures():
    assert all(problem_text(each) for each in problems(replace(RICH, time_limit_minutes=61, per_page=99)))
    assert "60" in problem_text(problems(replace(RICH, time_limit_minutes=61))[0])
    assert set(RULE_PROBLEMS) >= {code for _field, code in found(replace(RICH, counting="x", title=""))}


def test_texts_are_cleaned():
    draft = tidy(replace(GOOD, title="  Kiểm   tra ", access_code=" hoa  sen ", instructions="a\r\nb\x00 "))
    assert (draft.title, draft.access_code, draft.instructions) == ("Kiểm tra", "hoa sen", "a\nb")


def test_a_draft_carries_every_rule_that_a_version_has():
    about = {"id", "quiz_id", "number", "edited_by_id", "edited_at", "published_by_id", "published_at"}
    assert set(QuizVersion.__table__.columns.keys()) - about == set(RULES)
    columns = set(QuizSection.__table__.columns.keys()) - {"id", "quiz_version_id", "position"}
    assert columns == set(vars(SectionDraft(1)))
