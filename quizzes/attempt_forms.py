"""What the page of an attempt posts: for every question on it a revision, and the fields of its answer.

``revision-<item>`` is there even when nothing was chosen; ``chosen-<item>`` comes once for each chosen option.
"""

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from quizzes.answer_services import TypedAnswer

_FIELD = re.compile(r"([a-z][a-z0-9_]{0,39})-([1-9][0-9]{0,9})", re.ASCII)
_REVISION = "revision"
MAX_ID = 2**31 - 1


def posted_answers(form: MultiDict[str, str]) -> dict[int, TypedAnswer]:
    """Return the posted answers by item id; fields that belong to no question are left aside.

    :raises RuleBroken: when a number is none.
    """
    fields: dict[int, dict[str, list[str]]] = {}
    for name, values in form.lists():
        if match := _FIELD.fullmatch(name):
            fields.setdefault(_number(match[2]), {})[match[1]] = values
    return {
        item_id: TypedAnswer(
            {name: values for name, values in given.items() if name != _REVISION}, _number(given[_REVISION][0])
        )
        for item_id, given in fields.items()
        if _REVISION in given
    }


def posted_pairs(answers: Iterable[tuple[int, TypedAnswer]], revisions: dict[int, int]) -> list[tuple[str, str]]:
    """Return answers as the fields of a form again, based on other revisions; for "use mine" after a conflict."""
    pairs: list[tuple[str, str]] = []
    for item_id, answer in answers:
        pairs.append((f"{_REVISION}-{item_id}", str(revisions[item_id])))
        pairs += [(f"{name}-{item_id}", value) for name, values in answer.fields.items() for value in values]
    return pairs


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > MAX_ID:
        raise RuleBroken(_l("The form is not one of ours."), _l("Reload the page and choose again."))
    return int(text)
