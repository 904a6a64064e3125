"""Rows: what questions are made of in which each part is answered by a choice of its own. Pure.

A row is stored as ``{"key", "text", "html", "explanation", "explanation_html"}`` (``text`` and ``explanation`` are
inline Markdown), and a kind may add to it. Its choice is the field ``<prefix>_<key>`` of a form.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from core.text import clean_line
from quizzes.kinds.contract import BadResponse, PostedFields, SpecError
from quizzes.kinds.keyed import MAX_TEXT, inline, is_key, line

MAX_ROWS = 12
_FIELDS = ("key", "text", "html", "explanation", "explanation_html")


class Keyed(Protocol):
    """What has a permanent key and says something."""

    @property
    def key(self) -> str:
        """Return the permanent key."""

    @property
    def text(self) -> str:
        """Return what the author typed."""


KeyedT = TypeVar("KeyedT", bound=Keyed)


def composed_row(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a typed row as it is stored."""
    text, explanation = line(row.get("text")), line(row.get("explanation"))
    return {
        "key": key,
        "text": text,
        "html": inline(text),
        "explanation": explanation,
        "explanation_html": inline(explanation),
    }


def parsed_rows(raw: Any) -> list[dict[str, str]]:
    """Return the fields of stored rows.

    :raises SpecError: with one of the codes ``malformed, bad_key, row_empty, text_too_long, duplicate_key,
        row_repeated, row_too_many``.
    """
    if not isinstance(raw, list):
        raise SpecError("malformed")
    rows = [_parsed_row(place, row) for place, row in enumerate(raw)]
    refuse_repeated([(row["key"], row["text"]) for row in rows], "row")
    if len(rows) > MAX_ROWS:
        raise SpecError("row_too_many")
    return rows


def _parsed_row(place: int, raw: Any) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise SpecError("malformed", place)
    row = {name: raw.get(name, "") for name in _FIELDS}
    if not all(isinstance(value, str) for value in row.values()):
        raise SpecError("malformed", place)
    if not is_key(row["key"]):
        raise SpecError("bad_key", place)
    if not row["text"].strip() or not row["html"].strip():
        raise SpecError("row_empty", place)
    if max(len(row["text"]), len(row["explanation"])) > MAX_TEXT:
        raise SpecError("text_too_long", place)
    return row


def refuse_repeated(pairs: Iterable[tuple[str, str]], noun: str) -> None:
    """Refuse a key or a text that an earlier one has.

    :param pairs: keys and texts.
    :raises SpecError: with the code ``duplicate_key`` or ``<noun>_repeated``.
    """
    keys: set[str] = set()
    texts: set[str] = set()
    for place, (key, text) in enumerate(pairs):
        if key in keys:
            raise SpecError("duplicate_key", place)
        if clean_line(text) in texts:
            raise SpecError(f"{noun}_repeated", place)
        keys.add(key)
        texts.add(clean_line(text))


def why_changed(old: Iterable[Keyed], new: Iterable[Keyed]) -> str | None:
    """Return ``option_removed`` or ``option_reworded`` when something that was there is gone or says something else."""
    texts = {one.key: clean_line(one.text) for one in new}
    before = {one.key: clean_line(one.text) for one in old}
    if not texts.keys() >= before.keys():
        return "option_removed"
    if any(texts[key] != text for key, text in before.items()):
        return "option_reworded"
    return None


def why_rows_changed(old: Sequence[Keyed], new: Sequence[Keyed]) -> str | None:
    """Return what :func:`why_changed` does, and ``option_added`` for a row that nobody could have answered."""
    return why_changed(old, new) or ("option_added" if len(new) > len(old) else None)


def in_order(things: Iterable[KeyedT], order: Sequence[str]) -> list[KeyedT]:
    """Return what an order names, in that order."""
    by_key = {thing.key: thing for thing in things}
    return [by_key[key] for key in order if key in by_key]


def field_of(prefix: str, key: str) -> str:
    """Return the name of the field in which the choice for a row is made."""
    return f"{prefix}_{key}"


def read_choices(form: PostedFields, prefix: str, keys: Sequence[str], allowed: Collection[str]) -> dict[str, str]:
    """Return what was chosen for each row, in the order of ``keys``; a row left alone is not there.

    :raises BadResponse: on a row or a choice that does not exist, or on two choices for one row.
    """
    names = {field_of(prefix, key): key for key in keys}
    if any(name.startswith(f"{prefix}_") and name not in names for name in form):
        raise BadResponse("unknown row")
    chosen: dict[str, str] = {}
    for name, key in names.items():
        values = form.get(name, ())
        if len(values) > 1:
            raise BadResponse("more than one choice")
        for value in filter(None, values):
            if value not in allowed:
                raise BadResponse("unknown choice")
            chosen[key] = value
    return chosen
