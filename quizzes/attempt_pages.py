"""What the learner's pages show, put together from queries; frozen values, so that a template asks for nothing more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import local_day, time_text
from people.access import Actor
from quizzes import behaviour, queries, result_queries, review_list_queries
from quizzes.answer_services import SaveOutcome
from quizzes.behaviour import PREVIEW
from quizzes.gates import Paging, paging
from quizzes.models import Attempt
from quizzes.queries import ItemView
from quizzes.result_queries import ResultView
from quizzes.reveal import NOTHING, Reveal


@dataclass(frozen=True)
class AttemptPage:
    """The open page of an attempt."""

    paging: Paging
    #: All questions, for the overview; those on the page are the ones that ``paging`` holds.
    items: Sequence[ItemView]
    #: Questions that were just checked in practice, by item id.
    checked: Mapping[int, ResultView]
    #: What practice shows of a checked answer.
    reveal: Reveal
    is_preview: bool
    #: Whether the quiz is for practice; a trainer's trial of it checks answers too.
    is_practice: bool

    @property
    def checks(self) -> bool:
        """Tell whether an answer can be checked at once."""
        return self.is_practice and self.reveal.verdicts


@dataclass(frozen=True)
class ConflictView:
    """A question that was answered elsewhere since: what is stored, and what this page had."""

    number: int
    prompt_html: str
    stored: str
    typed: str


def attempt_page(attempt: Attempt, *, asked: int | None, checked: Collection[int], at: datetime) -> AttemptPage:
    """Return the page of an attempt that was asked for, or the one that may be open.

    :param asked: the number of the page, from 1.
    :param checked: the items whose answers the person wants to check, in practice.
    """
    items = queries.item_views(attempt.id)
    is_practice = attempt.quiz_version.practice
    reveal = result_queries.reveals_of([attempt], at)[attempt.id] if is_practice else NOTHING
    return AttemptPage(
        _paging(attempt, len(items), asked),
        items,
        result_queries.checked_views(attempt.id, checked, reveal) if reveal.verdicts and checked else {},
        reveal,
        is_preview(attempt),
        is_practice,
    )


def paging_of(attempt: Attempt, asked: int | None) -> Paging:
    """Return the pages of an attempt, with the one asked for or the one that may be open."""
    return _paging(attempt, queries.item_count(attempt.id), asked)


def target(paging: Paging, wish: str, number: int, checked: Sequence[int]) -> dict[str, Any]:
    """Return the arguments of the address to which a button of an attempt's page leads.

    :param wish: see ``Paging.towards``; ``check`` shows the judged answer to the item ``number`` on the same page.
    :param checked: the items that the page shows judged already.
    """
    page = paging.towards(wish, number)
    arguments: dict[str, Any] = {} if paging.one_way or paging.pages == 1 else {"page": page}
    if page == paging.number and wish != "next":
        arguments["checked"] = sorted({*checked, number}) if wish == "check" else list(checked)
    if wish == "question":
        arguments["_anchor"] = f"question-{number}"
    if wish == "check":
        arguments["_anchor"] = f"checked-{number}"
    return arguments


def _paging(attempt: Attempt, count: int, asked: int | None) -> Paging:
    version = attempt.quiz_version
    return paging(count, version.per_page, one_way=version.one_way, reached=attempt.reached, asked=asked)


def may_see_result(attempt: Attempt, *, by: Actor, at: datetime) -> bool:
    """Tell whether the actor may read a result: their own, or as one for whom the attempt is to look at."""
    return attempt.person_id == by.person_id or review_list_queries.is_visible_to(by, attempt.id, local_day(at))


def conflict_views(items: Sequence[ItemView], outcome: SaveOutcome) -> list[ConflictView]:
    """Return the questions in conflict, with both answers in words."""
    return [
        ConflictView(item.number, item.prompt_html, dispute.stored, dispute.typed)
        for item in items
        if (dispute := outcome.conflicts.get(item.item_id))
    ]


def saved_json(outcome: SaveOutcome, *, at: datetime) -> dict[str, Any]:
    """Return what the page's script needs after a save. Never a word about what is right."""
    return {
        "phase": outcome.phase,
        "seconds_left": behaviour.seconds_left(outcome.due_at, at),
        "time": milliseconds(at),
        "saved_at": time_text(at),
        "page": outcome.page,
        "answers": {
            item_id: {"revision": stored.revision, "sequence": stored.sequence, **vars(outcome.shown[item_id])}
            for item_id, stored in outcome.stored.items()
        },
        "conflicts": sorted(outcome.conflicts),
        "refused": sorted(outcome.refused),
    }


def state_json(attempt: Attempt, items: Sequence[ItemView], *, at: datetime, csrf_token: str) -> dict[str, Any]:
    """Return where an attempt stands, for a page that was cut off for a while."""
    return {
        "phase": behaviour.phase(attempt.due_at, attempt.finished_at, at),
        "seconds_left": behaviour.seconds_left(attempt.due_at, at),
        "time": milliseconds(at),
        "page": attempt.page,
        "csrf_token": csrf_token,
        "answers": {
            item.item_id: {
                "revision": item.revision,
                "sequence": item.sequence,
                "fields": item.asked.fields,
                "answered": item.answered,
            }
            for item in items
        },
    }


def milliseconds(at: datetime) -> int:
    """Return a moment as a script counts it: whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def is_preview(attempt: Attempt) -> bool:
    """Tell whether an attempt is a trainer's trial that counts for nothing."""
    return attempt.occasion == PREVIEW
