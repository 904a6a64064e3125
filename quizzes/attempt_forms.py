"""What the page of an attempt posts: for every question on it a revision, and the fields of its answer.

Fields are named after their item: ``revision-12`` is there even when nothing was answered; ``chosen-12``, ``text-12``
or ``p1_pair_a7-12`` are the answer, as its kind reads them. The page's script adds ``writer-12``, ``sequence-12``,
``given-12`` (milliseconds since 1970 by the server's clock, as the page reckons it) and ``seconds-12``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from werkzeug.datastructures import MultiDict

from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from quizzes.answer_rules import WRITER
from quizzes.answer_services import TypedAnswer

_FIELD = re.compile(r"([a-z][a-z0-9_]{0,99})-([1-9][0-9]{0,9})", re.ASCII)
_REVISION, _WRITER, _SEQUENCE, _GIVEN, _SECONDS = "revision", "writer", "sequence", "given", "seconds"
_NOT_THE_ANSWER = {_REVISION, _WRITER, _SEQUENCE, _GIVEN, _SECONDS}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_NUMBER = 2**31 - 1
#: The end of the year 9000.
MAX_MILLISECONDS = 221_876_841_600_000


def posted_answers(form: MultiDict[str, str]) -> dict[int, TypedAnswer]:
    """Return the posted answers by item id; fields that belong to no question are left aside.

    :raises RuleBroken: when a number is none, or a writer's mark is not one.
    """
    fields: dict[int, dict[str, list[str]]] = {}
    for name, values in form.lists():
        if match := _FIELD.fullmatch(name):
            fields.setdefault(_number(match[2]), {})[match[1]] = values
    return {item_id: _answer(given) for item_id, given in fields.items() if _REVISION in given}


def _answer(given: Mapping[str, Sequence[str]]) -> TypedAnswer:
    writer = given.get(_WRITER, [""])[0]
    sequence = _number(given.get(_SEQUENCE, ["0"])[0])
    if bool(writer) != bool(sequence) or (writer and not WRITER.fullmatch(writer)):
        raise _not_ours()
    return TypedAnswer(
        {name: values for name, values in given.items() if name not in _NOT_THE_ANSWER},
        _number(given[_REVISION][0]),
        writer,
        sequence,
        _EPOCH + timedelta(milliseconds=_number(given[_GIVEN][0], MAX_MILLISECONDS)) if _GIVEN in given else None,
        _number(given.get(_SECONDS, ["0"])[0]),
    )


def posted_pairs(answers: Iterable[tuple[int, TypedAnswer]], revisions: dict[int, int]) -> list[tuple[str, str]]:
    """Return answers as the fields of a form again, based on other revisions; for "use mine" after a conflict."""
    pairs: list[tuple[str, str]] = []
    for item_id, answer in answers:
        pairs.append((f"{_REVISION}-{item_id}", str(revisions[item_id])))
        pairs += [(f"{name}-{item_id}", value) for name, values in answer.fields.items() for value in values]
    return pairs


def posted_event(form: MultiDict[str, str]) -> tuple[str, str, int]:
    """Return what a page tells: the kind of the event, the mark of the page, and how many seconds ago it was.

    :raises RuleBroken: when the number is none.
    """
    return form.get("kind", ""), form.get("page", ""), _number(form.get("seconds_ago", "0"))


def _number(text: str, most: int = MAX_NUMBER) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or int(text) > most:
        raise _not_ours()
    return int(text)


def _not_ours() -> RuleBroken:
    return RuleBroken(_l("The form is not one of ours."), _l("Reload the page and choose again."))
