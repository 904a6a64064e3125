"""The text with gaps of :mod:`quizzes.kinds.gaps`: what is stored of it, and how an author types it. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quizzes.kinds.contract import SpecError, Typed
from quizzes.kinds.folding import Folding
from quizzes.kinds.keyed import MAX_TEXT, block, inline, is_key, line, new_key, recall_keys
from quizzes.kinds.written import (
    FULL,
    MAX_LINE,
    Accepted,
    blamed_on,
    composed_answers,
    parse_answers,
    rows_of,
    texts_of,
    typed_answers,
    whole,
)

MAX_GAPS = 12
MIN_GAP_OPTIONS, MAX_GAP_OPTIONS = 2, 8
#: A gap in a text: a mark between double brackets.
_MARK = re.compile(r"\[\[([^\[\]\n]{1,40})\]\]")


@dataclass(frozen=True)
class GapOption:
    """An entry of a gap's list, as plain text."""

    key: str
    text: str
    right: bool


@dataclass(frozen=True)
class Gap:
    """A gap: the answers that are accepted in it, or the options of its list."""

    key: str
    answers: tuple[Accepted, ...] = ()
    options: tuple[GapOption, ...] = ()


@dataclass(frozen=True)
class GapsSpec:
    """A text with gaps ``[[key]]``, as Markdown and as HTML, and the gaps in the order of the text."""

    text: str
    html: str
    gaps: tuple[Gap, ...]
    folding: Folding
    rule: str
    shuffle: bool

    @property
    def pieces(self) -> tuple[str, ...]:
        """Return the HTML before, between and after the gaps; one piece more than there are gaps."""
        pieces, rest = [], self.html
        for gap in self.gaps:
            before, _, rest = rest.partition(f"[[{gap.key}]]")
            pieces.append(before)
        return (*pieces, rest)


def marks_in(text: str) -> list[str]:
    """Return the marks of the gaps in a typed text, each once, in the order of the text."""
    return list(dict.fromkeys(found.strip() for found in _MARK.findall(block(text))))


def parse_gaps(raw: Mapping[str, Any], folding: Folding) -> tuple[str, str, tuple[Gap, ...]]:
    """Return the text, its HTML and the gaps in their order that JSON describes.

    :raises SpecError: as :meth:`quizzes.kinds.gaps.Gaps.parse` says.
    """
    texts = texts_of(raw, "text", "html")
    if not texts["text"].strip():
        raise SpecError("no_gap_text")
    if len(texts["text"]) > MAX_TEXT:
        raise SpecError("text_too_long")
    gaps = []
    for place, row in enumerate(rows_of(raw.get("gaps"))):
        with blamed_on(place):
            gaps.append(_parse_gap(row, folding))
    if not gaps:
        raise SpecError("no_gaps")
    if len(gaps) > MAX_GAPS:
        raise SpecError("too_many_gaps")
    _check_keys(gaps)
    for place, gap in enumerate(gaps):
        counts = [text.count(_marked(gap.key)) for text in texts.values()]
        if min(counts) == 0:
            raise SpecError("gap_missing", place)
        if max(counts) > 1:
            raise SpecError("gap_twice", place)
    gaps.sort(key=lambda gap: texts["html"].index(_marked(gap.key)))
    return texts["text"], texts["html"], tuple(gaps)


def composed_gaps(typed: Typed, before: Sequence[Gap]) -> dict[str, Any]:
    """Return typed text and gaps as they are stored: marks are keys, and gaps and options keep those they had.

    :raises SpecError: ``gap_unknown``, for a mark in the text that no gap has.
    """
    rows = list(typed.get("gaps", ()))
    known = {gap.key: gap.options for gap in before}
    taken = {*known, *(option.key for options in known.values() for option in options)}
    keys = _keys(rows, known, taken)
    gaps = [_composed(row, key, known.get(key, ()), taken) for row, key in zip(rows, keys, strict=True)]
    by_mark = {str(row.get("mark") or row.get("key") or "").strip(): key for row, key in zip(rows, keys, strict=True)}

    def key_of(found: re.Match[str]) -> str:
        if (mark := found[1].strip()) not in by_mark:
            raise SpecError("gap_unknown")
        return _marked(by_mark[mark])

    text = _MARK.sub(key_of, block(typed.get("text")))
    return {"text": text, "html": _html(text), "gaps": gaps}


def typed_gaps(spec: GapsSpec) -> dict[str, Any]:
    """Return text and gaps as if their author had just typed them; the marks count from 1."""
    marks = {gap.key: str(number) for number, gap in enumerate(spec.gaps, 1)}
    rows = [
        {
            "key": gap.key,
            "mark": marks[gap.key],
            "answers": typed_answers(gap.answers),
            "options": [asdict(option) for option in gap.options],
        }
        for gap in spec.gaps
    ]
    return {"text": _MARK.sub(lambda found: _marked(marks.get(found[1], found[1])), spec.text), "gaps": rows}


def recalled_gaps(rows: Iterable[Mapping[str, Any]], before: Sequence[Gap]) -> list[dict[str, Any]]:
    """Return typed gaps that came without keys, with those they had: by what is right in them, then in order."""
    known = {gap.key: gap for gap in before}
    said = [{**row, "right": _right_text(row)} for row in rows]
    recalled = recall_keys(said, [(gap.key, _right_text(asdict(gap))) for gap in before], text="right")
    return [_with_option_keys(row, known.get(row["key"])) for row in recalled]


def _with_option_keys(row: dict[str, Any], before: Gap | None) -> dict[str, Any]:
    options = [(option.key, option.text) for option in before.options] if before else []
    return {**row, "options": recall_keys(row.get("options", ()), options)}


def _right_text(row: Mapping[str, Any]) -> str:
    """Return what is right in a gap as one text by which it is known again."""
    right = [answer for answer in row.get("answers", ()) if whole(answer.get("share"), FULL) == FULL]
    right += [option for option in row.get("options", ()) if option.get("right")]
    return " | ".join(line(one.get("text")) for one in right)


def _marked(mark: str) -> str:
    return f"[[{mark}]]"


def _html(text: str) -> str:
    """Return a text of several lines as clean HTML: inline Markdown in paragraphs, line ends kept."""
    paragraphs = (inline(paragraph).replace("<br>\n", "\n") for paragraph in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs).replace("\n", "<br>")


def _keys(rows: Sequence[Mapping[str, Any]], known: Collection[str], taken: set[str]) -> list[str]:
    """Return a key for every row: its own when it is known and not yet used, else one that nothing has; take it."""
    given: list[str] = []
    for row in rows:
        own: Any = row.get("key")
        given.append(own if own in known and own not in given else new_key(taken))
        taken.add(given[-1])
    return given


def _composed(row: Mapping[str, Any], key: str, before: Sequence[GapOption], taken: set[str]) -> dict[str, Any]:
    options = list(row.get("options", ()))
    keys = _keys(options, [option.key for option in before], taken)
    return {
        "key": key,
        "answers": composed_answers(list(row.get("answers", ()))),
        "options": [
            {"key": one, "text": line(option.get("text")), "right": bool(option.get("right"))}
            for option, one in zip(options, keys, strict=True)
        ],
    }


def _parse_gap(row: Mapping[str, Any], folding: Folding) -> Gap:
    key = texts_of(row, "key")["key"]
    if not is_key(key):
        raise SpecError("bad_key")
    options = tuple(_parse_option(option) for option in rows_of(row.get("options", [])))
    if options and row.get("answers"):
        raise SpecError("gap_of_two_kinds")
    if not options:
        return Gap(key, answers=parse_answers(row.get("answers", []), folding))
    _check_options(options)
    return Gap(key, options=options)


def _parse_option(row: Mapping[str, Any]) -> GapOption:
    texts = texts_of(row, "key", "text")
    if not isinstance(row.get("right"), bool):
        raise SpecError("malformed")
    if not is_key(texts["key"]):
        raise SpecError("bad_key")
    if not texts["text"].strip():
        raise SpecError("empty_text")
    if len(texts["text"]) > MAX_LINE:
        raise SpecError("answer_too_long")
    return GapOption(right=row["right"], **texts)


def _check_options(options: Sequence[GapOption]) -> None:
    if len(options) < MIN_GAP_OPTIONS:
        raise SpecError("too_few_gap_options")
    if len(options) > MAX_GAP_OPTIONS:
        raise SpecError("too_many_gap_options")
    if len({option.text for option in options}) < len(options):
        raise SpecError("duplicate_text")
    right = sum(option.right for option in options)
    if right != 1:
        raise SpecError("more_than_one_right" if right else "no_right")


def _check_keys(gaps: Sequence[Gap]) -> None:
    keys: set[str] = set()
    for place, gap in enumerate(gaps):
        for key in (gap.key, *(option.key for option in gap.options)):
            if key in keys:
                raise SpecError("duplicate_key", place)
            keys.add(key)
