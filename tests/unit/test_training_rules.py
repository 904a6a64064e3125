"""Where a person stands, told in dated sentences; whom an audience means; what comes next."""

from datetime import UTC, date, datetime

import pytest

from core.clock import local_day
from training.rules import (
    AudienceLine,
    Cause,
    Kind,
    NextStep,
    PersonFacts,
    StandingFacts,
    audience_rule_for,
    cycle_of_occasion,
    cycle_state,
    earns_completion,
    next_step,
    occasion_key,
    standing,
    totals,
    training_year,
)

OPENS, DUE = date(2026, 3, 2), date(2026, 11, 30)


def day(text):
    return datetime.strptime(text, "%d/%m/%Y").date()


def facts(on, **values):
    return StandingFacts(day=day(on), opens_on=OPENS, due_on=DUE, lessons_required=4, **values)


SENTENCES = [
    ("01/03/2026, before it opens", {}, Kind.NOT_OPEN, "opens"),
    ("02/03/2026, the opening day", {}, Kind.NOT_STARTED, "not_started"),
    ("29/11/2026, nothing done", {}, Kind.NOT_STARTED, "not_started"),
    ("30/11/2026, the due day is still in time", {}, Kind.NOT_STARTED, "not_started"),
    ("01/12/2026, the day after", {}, Kind.OVERDUE, "overdue"),
    ("01/03/2027, the year after", {}, Kind.OVERDUE, "overdue"),
    ("05/03/2026, one lesson read", {"lessons_read": 1}, Kind.IN_PROGRESS, "in_progress"),
    ("05/03/2026, all lessons read", {"lessons_read": 4}, Kind.IN_PROGRESS, "in_progress"),
    ("05/03/2026, one attempt failed", {"attempts_made": 1}, Kind.IN_PROGRESS, "in_progress"),
    ("01/03/2026, lessons read before it opens", {"lessons_read": 2}, Kind.NOT_OPEN, "opens"),
    ("01/12/2026, half-way", {"lessons_read": 2, "attempts_made": 1}, Kind.OVERDUE, "overdue"),
    ("10/03/2026, done that day", {"completed_on": date(2026, 3, 10)}, Kind.DONE, "done"),
    ("31/12/2026, done on the due day", {"completed_on": DUE}, Kind.DONE, "done"),
    ("31/12/2026, done a day late", {"completed_on": date(2026, 12, 1)}, Kind.DONE_LATE, "done_late"),
    ("15/01/2027, done the year after", {"completed_on": date(2027, 1, 10)}, Kind.DONE_LATE, "done_late"),
    ("01/06/2026, exempt", {"exempt_as": "maternity"}, Kind.EXEMPT, "exempt"),
    ("01/12/2026, exempt past the due day", {"exempt_as": "illness"}, Kind.EXEMPT, "exempt"),
    ("01/03/2026, exempt before it opens", {"exempt_as": "study"}, Kind.EXEMPT, "exempt"),
    ("01/06/2026, exempt and half-way", {"exempt_as": "other", "lessons_read": 2}, Kind.EXEMPT, "exempt"),
    (
        "01/06/2026, exempt and done all the same",
        {"exempt_as": "other", "completed_on": date(2026, 5, 1)},
        Kind.DONE,
        "done",
    ),
    ("01/06/2026, left today", {"left_on": date(2026, 6, 1)}, Kind.NO_LONGER_REQUIRED, "left"),
    ("31/05/2026, leaves tomorrow", {"left_on": date(2026, 6, 1)}, Kind.NOT_STARTED, "not_started"),
    ("31/12/2026, left when overdue", {"left_on": date(2026, 12, 15)}, Kind.NO_LONGER_REQUIRED, "left"),
    (
        "01/06/2026, exempt, then left",
        {"exempt_as": "illness", "left_on": date(2026, 5, 1)},
        Kind.NO_LONGER_REQUIRED,
        "left",
    ),
    (
        "31/12/2026, done, then left",
        {"completed_on": date(2026, 5, 1), "left_on": date(2026, 6, 1)},
        Kind.DONE,
        "done",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "known", "kind", "code"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_standing(sentence, known, kind, code):
    found = standing(facts(sentence.partition(",")[0], **known))
    assert found.kind == kind
    assert found.reasons[-1].code == code


def test_reasons_tell_who_is_meant_on_what_basis_until_when():
    cause = Cause(1, "Sở Nội vụ", "civil_servant", date(2026, 3, 2), "Kế hoạch số 12")
    found = standing(facts("10/03/2026", cause=cause))
    assert [reason.code for reason in found.reasons] == ["rule", "legal_basis", "due", "not_started"]
    assert found.reasons[0].params == {
        "number": 1,
        "unit": "Sở Nội vụ",
        "staff_group": "civil_servant",
        "assigned_on": date(2026, 3, 2),
    }
    assert found.reasons[2].params == {"opens_on": OPENS, "due_on": DUE}
    assert found.reasons[3].params == {"days": 265}


def test_late_completion_says_by_how_much():
    found = standing(facts("31/12/2026", completed_on=date(2026, 12, 3)))
    assert found.reasons[-1].params == {"day": date(2026, 12, 3), "days": 3}


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2026, 12, 31, 16, 59, 59, 999999, tzinfo=UTC), 2026),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), 2027),
        (datetime(2026, 1, 1, 0, 0, tzinfo=UTC), 2026),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), 2026),
    ],
    ids=["31/12 23:59:59 in Hà Nội", "midnight in Hà Nội", "07:00 on New Year's Day", "the first moment of 2026"],
)
def test_the_training_year_turns_at_midnight_in_vietnam(moment, year):
    assert training_year(local_day(moment)) == year


def test_completing_at_the_last_second_of_the_due_day_is_in_time():
    last_second = datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)
    assert standing(facts("31/12/2026", completed_on=local_day(last_second))).kind == Kind.DONE
    next_second = datetime(2026, 11, 30, 17, 0, 0, tzinfo=UTC)
    assert standing(facts("31/12/2026", completed_on=local_day(next_second))).kind == Kind.DONE_LATE


def test_totals_add_up():
    kinds = [*Kind, Kind.DONE]
    assert totals(kinds) == {"required": 8, "done": 3, "open": 4, "exempt": 1}
    assert totals([]) == {"required": 0, "done": 0, "open": 0, "exempt": 0}


@pytest.mark.parametrize(
    ("lessons", "read", "passed", "earned"),
    [(4, 4, True, True), (4, 3, True, False), (4, 4, False, False), (0, 0, True, True), (4, 5, True, True)],
)
def test_completion_needs_every_lesson_and_a_pass(lessons, read, passed, earned):
    assert earns_completion(lessons, read, passed) is earned


@pytest.mark.parametrize(
    ("state", "on", "looks"),
    [
        ("draft", "01/06/2026", "draft"),
        ("open", "01/03/2026", "announced"),
        ("open", "02/03/2026", "running"),
        ("open", "30/11/2026", "running"),
        ("open", "01/12/2026", "past_due"),
        ("closed", "01/06/2026", "closed"),
    ],
)
def test_cycle_state(state, on, looks):
    assert cycle_state(state, OPENS, DUE, day(on)) == looks


def test_occasions_name_their_cycle():
    assert cycle_of_occasion(occasion_key(12)) == 12
    assert [cycle_of_occasion(other) for other in ("", "preview", "cycle:", "cycle:x", "cycle:-1")] == [None] * 5


ALL = AudienceLine(1, True, 10)
CIVIL = AudienceLine(1, True, 10, "civil_servant")
BELOW = AudienceLine(2, True, 20)
NOT_BELOW = AudienceLine(3, False, 20)
NO_CONTRACT = AudienceLine(4, False, 10, "contract")


@pytest.mark.parametrize(
    ("units", "group", "lines", "decided_by"),
    [
        ({10, 20}, "civil_servant", [ALL], ALL),
        ({10, 20}, "contract", [CIVIL], None),
        ({30}, "civil_servant", [ALL], None),
        ({10, 20}, "civil_servant", [BELOW, CIVIL], CIVIL),
        ({10, 20}, "contract", [CIVIL, BELOW], BELOW),
        ({10, 20}, "civil_servant", [ALL, BELOW, NOT_BELOW], None),
        ({10, 20}, "civil_servant", [NOT_BELOW, BELOW], None),
        ({10, 21}, "civil_servant", [ALL, NOT_BELOW], ALL),
        ({10, 21}, "contract", [ALL, NO_CONTRACT], None),
        ({10, 21}, "civil_servant", [NO_CONTRACT], None),
        ({10}, "civil_servant", [], None),
    ],
)
def test_audience(units, group, lines, decided_by):
    assert audience_rule_for(PersonFacts(frozenset(units), group), lines) == decided_by


@pytest.mark.parametrize(
    ("kind", "known", "step"),
    [
        (Kind.NOT_OPEN, {"unread_lesson_id": 1}, NextStep("none")),
        (Kind.NOT_STARTED, {"unread_lesson_id": 1}, NextStep("read", 1)),
        (Kind.IN_PROGRESS, {"attempts_left": 2}, NextStep("take", 7)),
        (Kind.IN_PROGRESS, {}, NextStep("take", 7)),
        (Kind.IN_PROGRESS, {"attempts_left": 0}, NextStep("exhausted")),
        (Kind.IN_PROGRESS, {"attempts_left": 0, "open_attempt_id": 5}, NextStep("resume", 5)),
        (Kind.OVERDUE, {"unread_lesson_id": 1}, NextStep("read", 1)),
        (Kind.OVERDUE, {"unread_lesson_id": 1, "is_closed": True}, NextStep("none")),
        (Kind.EXEMPT, {"unread_lesson_id": 1}, NextStep("read", 1)),
        (Kind.DONE, {"certificate_id": 3}, NextStep("certificate", 3)),
        (Kind.DONE_LATE, {"certificate_id": 3, "is_closed": True}, NextStep("certificate", 3)),
        (Kind.DONE, {}, NextStep("none")),
        (Kind.NO_LONGER_REQUIRED, {"unread_lesson_id": 1}, NextStep("none")),
    ],
)
def test_next_step(kind, known, step):
    assert next_step(kind, quiz_id=7, **known) == step
