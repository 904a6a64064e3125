"""The typed content of a question in words, piece by piece, so that two versions can be compared.

It goes by what the kinds' ``typed`` returns, whatever the kind: rows are told apart by their permanent keys, or by what
they say where they have none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import KIND_LABELS, RULE_LABELS
from quizzes.kinds import Typed

#: Where a piece stands: names of lists and keys of rows, from the outermost in.
Path = tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A piece of a content: what it is about, and its words. ``brief`` stands for a row where rows are put in order."""

    label: str
    text: str
    brief: str = ""


_FACTS: Mapping[str, Any] = {
    "text": _l("Text"),
    "rule": _l("Points"),
    "shuffle": _l("Order of the options"),
    "folding": _l("What is taken as equal"),
    "unit": _l("Unit of measure"),
    "words": _l("Expected length, in words"),
    "model_answer": _l("Model answer"),
    "prompt": _l("Question"),
    "points": _l("Points of this part"),
}
_ROWS: Mapping[str, Any] = {
    "options": _l("Option"),
    "rows": _l("Line"),
    "distractors": _l("Wrong answer"),
    "targets": _l("Name of the group"),
    "items": _l("Line"),
    "answers": _l("Answer"),
    "criteria": _l("Criterion"),
}
_FOLDED: Mapping[str, Any] = {
    "case": _l("Capital and small letters"),
    "edges": _l("Spaces and punctuation at the ends"),
    "tones": _l("Old and new placement of the tone mark (hòa, hoà)"),
    "marks": _l("Letters with and without diacritics (đạo đức, dao duc)"),
}


def pieces_of(kind: str, content: Typed) -> dict[Path, Piece]:
    """Return the pieces of a content by where they stand, in its order."""
    return dict(_pieces(kind, content, (), ""))


def _pieces(kind: str, content: Typed, path: Path, before: str) -> Iterator[tuple[Path, Piece]]:
    for name, value in content.items():
        if isinstance(value, list):
            for number, row in enumerate(value, start=1):
                yield from _row_pieces(kind, name, row, content, (*path, name, _row_key(row)), before, number)
        elif name in _FACTS and (kind, name) != ("single_choice", "rule"):
            yield (*path, name), Piece(f"{before}{_FACTS[name]}", _fact_text(kind, name, value))


def _row_pieces(
    kind: str, name: str, row: Typed, content: Typed, path: Path, before: str, number: int
) -> Iterator[tuple[Path, Piece]]:
    if name == "gaps":
        yield from _pieces(kind, row, path, before + _("Gap %(number)s", number=number) + ": ")
    elif name == "parts":
        part = before + _("Part %(number)s", number=number) + ": "
        yield path, Piece(f"{before}{_('Part')}", "", row["prompt"])
        yield (*path, "kind"), Piece(f"{part}{_('Kind')}", str(KIND_LABELS[row["kind"]]))
        yield from _pieces(row["kind"], {key: row[key] for key in ("prompt", "points")}, path, part)
        yield from _pieces(row["kind"], row["content"], path, part)
    else:
        yield path, Piece(f"{before}{_ROWS[name]}", _row_text(name, row, content), _brief(row))


def _row_key(row: Typed) -> str:
    return str(row.get("key") or _brief(row))


def _brief(row: Typed) -> str:
    return str(row.get("text") or row.get("value") or "")


def _fact_text(kind: str, name: str, value: Any) -> str:
    if name == "rule":
        return str(RULE_LABELS[f"{kind}.{value}"])
    if name == "shuffle":
        return _("may be shuffled") if value else _("stays as written")
    if name == "folding":
        return "; ".join(str(_FOLDED[part]) for part in _FOLDED if value[part])
    return str(value)


def _row_text(name: str, row: Typed, content: Typed) -> str:
    words = _WORDS[name](row, content) if name in _WORDS else _brief(row)
    return f"{words} – {row['explanation']}" if row.get("explanation") else words


def _option(row: Typed, _content: Typed) -> str:
    return f"{row['text']} ({_('right') if row['right'] else _('wrong')})"


def _placed(row: Typed, content: Typed) -> str:
    target = row["target"]
    if target is None:
        target = _("belongs to no group")
    elif isinstance(target, int):
        target = content["targets"][target]["text"]
    return f"{row['text']} → {target}"


def _answer(row: Typed, _content: Typed) -> str:
    tolerance = row.get("tolerance", "0")
    off = f" ± {tolerance}{' %' if row['percent'] else ''}" if tolerance != "0" else ""
    return f"{_brief(row)}{off} ({row['share']} %)"


def _criterion(row: Typed, _content: Typed) -> str:
    return f"{row['text']} ({_('Weight')}: {row['weight']})"


_WORDS: Mapping[str, Callable[[Typed, Typed], str]] = {
    "options": _option,
    "rows": _placed,
    "answers": _answer,
    "criteria": _criterion,
}
