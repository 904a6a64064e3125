"""Reads what stands between the braces of a GIFT question: which kind it is, and its content as the kind takes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from core.html import plain_text
from core.text import clean_line
from quizzes.formats.gift_text import (
    Note,
    Refused,
    markdown_line,
    plain_answer,
    split_feedback,
    styled,
    unescaped,
)
from quizzes.formats.gift_values import CRITERION, MULTIPLE_CHOICE, PARTIAL, SINGLE_CHOICE
from quizzes.kinds.folding import Folding
from quizzes.kinds.typed_numbers import parse_number, read_number, stored_number, write_number

Content = dict[str, Any]
_WEIGHT = re.compile(r"\A\s*%(-?\d{1,3}(?:\.\d{1,7})?)%")
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)\Z", re.IGNORECASE)
_POINTED = re.compile(r"([-+]?)(\d*)(?:\.(\d+))?")
#: By how much the weights of right options may miss a whole (33.33 three times), and differ.
WEIGHT_SLACK = 1.0


@dataclass(frozen=True)
class Around:
    """What else is known of a question: the format of its text, and the facts and notes of its comments."""

    style: str
    facts: Mapping[str, str]
    notes: Sequence[Note]

    def noted(self, name: str) -> str:
        """Return the text of a note, empty when there is none."""
        return next((note.text for note in self.notes if note.name == name), "")

    def line(self, text: str) -> str:
        """Return a text between the braces as a line of Markdown."""
        return markdown_line(*styled(text, self.style))


def read_answers(body: str, offset: int, around: Around) -> tuple[str, Content]:
    """Return kind and content of a question.

    :raises Refused: with a code of what can't be kept.
    """
    answers = body.strip()
    if not answers:
        return "essay", _essay(around)
    if answers.startswith("#"):
        return "numeric", _numeric(answers[1:], offset, around)
    if answers[0] not in "=~":
        return SINGLE_CHOICE, _truth(answers, offset, around)
    pieces = _pieces(body, offset)
    if {mark for mark, _, _ in pieces} == {"="}:
        if any("->" in split_feedback(piece)[0] for _, piece, _ in pieces):
            return "matching", _matching(pieces, around)
        return "short_answer", {"answers": _written(pieces, around), "folding": _folding(around)}
    return _choice(pieces, offset, around)


def read_gap(body: str, offset: int, around: Around) -> Content:
    """Return the content of a text with one gap but for the text: the gap, and how it is judged.

    :raises Refused: when the gap is none of ours.
    """
    kind, content = read_answers(body, offset, around)
    gap: Content = {"mark": "1"}
    if kind == "short_answer":
        gap["answers"] = content["answers"]
    elif kind == SINGLE_CHOICE and body.strip()[0] in "=~":
        if any(option["explanation"] for option in content["options"]):
            raise Refused("gap_feedback", offset)
        pieces = zip(_pieces(body, offset), content["options"], strict=True)
        gap["options"] = [
            {"text": _plain(split_feedback(_WEIGHT.sub("", piece))[0], around.style), "right": option["right"]}
            for (_, piece, _), option in pieces
        ]
    else:
        raise Refused("missing_word", offset)
    rule, shuffle = around.facts.get("rule", PARTIAL), around.facts.get("order") != "fixed"
    return {"gaps": [gap], "folding": _folding(around), "rule": rule, "shuffle": shuffle}


def _pieces(body: str, offset: int) -> list[tuple[str, str, int]]:
    """Return the answers: their signs, what follows, and where they stand."""
    starts = [*unescaped(body, "=~"), len(body)]
    return [(body[start], body[start + 1 : end], offset + start) for start, end in pairwise(starts)]


def _choice(pieces: Sequence[tuple[str, str, int]], offset: int, around: Around) -> tuple[str, Content]:
    kind = SINGLE_CHOICE if any(mark == "=" for mark, _, _ in pieces) else MULTIPLE_CHOICE
    read = [_option(mark, piece, place, around) for mark, piece, place in pieces]
    weights = [weight for _, weight in read]
    if kind == MULTIPLE_CHOICE:
        _check_weights([weight for weight in weights if weight > 0], offset)
    elif weights.count(100.0) != 1:
        raise Refused("several_right", offset)
    elif any(weight > 0 for weight in weights if weight != 100.0):
        raise Refused("part_of_one", offset)
    return kind, {
        "options": [option for option, _ in read],
        "shuffle": around.facts.get("order") != "fixed",
        "rule": around.facts.get("rule", PARTIAL) if kind == MULTIPLE_CHOICE else PARTIAL,
    }


def _option(mark: str, piece: str, place: int, around: Around) -> tuple[Content, float]:
    found = _WEIGHT.match(piece)
    weight = 100.0 if mark == "=" else float(found[1]) if found else 0.0
    if not -100 <= weight <= 100:
        raise Refused("weights", place)
    text, feedback = split_feedback(piece[found.end() :] if found else piece)
    text = around.line(text)
    if not text:
        raise Refused("empty_option", place)
    return {"text": text, "right": weight > 0, "explanation": around.line(feedback)}, weight


def _check_weights(right: list[float], offset: int) -> None:
    """Refuse weights that our rules of marking would not keep: right options share one whole equally."""
    if not right:
        raise Refused("none_right", offset)
    if abs(sum(right) - 100) > WEIGHT_SLACK or max(right) - min(right) > WEIGHT_SLACK:
        raise Refused("weights", offset)


def _truth(answers: str, offset: int, around: Around) -> Content:
    answer, rest = split_feedback(answers)
    if not _TRUTH.match(answer.strip()):
        raise Refused("unknown_answers", offset)
    when_wrong, when_right = (around.line(feedback) for feedback in split_feedback(rest))
    is_true = answer.strip().upper().startswith("T")
    options = [
        {"text": "Đúng", "right": is_true, "explanation": when_right if is_true else when_wrong},
        {"text": "Sai", "right": not is_true, "explanation": when_wrong if is_true else when_right},
    ]
    return {"options": options, "shuffle": False, "rule": PARTIAL}


def _matching(pieces: Sequence[tuple[str, str, int]], around: Around) -> Content:
    why = {note.number: note.text for note in around.notes if note.name == "explanation"}
    rows: list[Content] = []
    distractors: list[Content] = []
    for _, piece, place in pieces:
        stem, arrow, partner = piece.partition("->")
        if not arrow:
            raise Refused("no_arrow", place)
        text, target = around.line(stem), _plain(partner, around.style)
        if not target:
            raise Refused("empty_option", place)
        if text:
            rows.append({"text": text, "target": target, "explanation": why.get(len(rows) + 1, "")})
        else:
            distractors.append({"text": target})
    return {"rows": rows, "distractors": distractors, "rule": around.facts.get("rule", PARTIAL)}


def _plain(text: str, style: str) -> str:
    """Return what a list of choices shows, which is plain text."""
    own, said = styled(text, style)
    return clean_line(plain_text(said) if own in ("html", "moodle") else said)


def _written(pieces: Sequence[tuple[str, str, int]], around: Around) -> list[Content]:
    answers = []
    for _, piece, place in pieces:
        share, rest = _share(piece, place)
        text, feedback = split_feedback(rest)
        said = plain_answer(text, place)
        if not said:
            raise Refused("empty_option", place)
        answers.append({"text": said, "share": share, "explanation": around.line(feedback)})
    return answers


def _share(piece: str, place: int) -> tuple[int, str]:
    """Return the share that an answer earns in percent, and what stands behind it."""
    found = _WEIGHT.match(piece)
    weight = float(found[1]) if found else 100.0
    if not 0 <= weight <= 100 or weight != int(weight):
        raise Refused("bad_share", place)
    return int(weight), piece[found.end() :] if found else piece


def _folding(around: Around) -> Content:
    if "folding" not in around.facts:
        return asdict(Folding())
    names = {name.strip() for name in around.facts["folding"].split(",")} - {"none"}
    if not names <= set(asdict(Folding())):
        raise Refused("bad_folding")
    return {name: name in names for name in asdict(Folding())}


def _numeric(body: str, offset: int, around: Around) -> Content:
    if next(unescaped(body, "~"), None) is not None:
        raise Refused("numeric_wrong", offset)
    pieces = _pieces(body, offset + 1) if body.strip().startswith("=") else [("=", body, offset)]
    return {"answers": [_number(piece, place, around) for _, piece, place in pieces], "unit": around.noted("unit")}


def _number(piece: str, place: int, around: Around) -> Content:
    share, rest = _share(piece, place)
    said, feedback = split_feedback(rest)
    low, to, high = said.partition("..")
    if to:
        ends = _decimal(low, place), _decimal(high, place)
        value, tolerance = sum(ends, Decimal(0)) / 2, (ends[1] - ends[0]) / 2
    else:
        number, _, off = said.partition(":")
        value, tolerance = _decimal(number, place), _decimal(off or "0", place)
    if tolerance < 0 or any(parse_number(stored_number(one)) is None for one in (value, tolerance)):
        raise Refused("bad_number", place)
    return {
        "value": write_number(value),
        "tolerance": write_number(tolerance.normalize()),
        "percent": False,
        "share": share,
        "explanation": around.line(feedback),
    }


def _decimal(text: str, place: int) -> Decimal:
    """Return a number of a GIFT file: a single dot is the decimal mark there, and a comma may be it too."""
    text = text.strip().replace("\\", "")
    if found := _POINTED.fullmatch(text):
        sign, before, after = found.groups()
        number = parse_number(f"{'-' if sign == '-' else ''}{before or '0'}{f'.{after}' if after else ''}")
        number = number if before or after else None
    else:
        number = read_number(text)
    if number is None:
        raise Refused("bad_number", place)
    return number


def _essay(around: Around) -> Content:
    criteria = [{"text": note.text, "weight": note.number or 1} for note in around.notes if note.name == "criterion"]
    words = around.facts.get("words", "0")
    if not words.isdecimal():
        raise Refused("bad_words")
    return {
        "criteria": criteria or [dict(CRITERION)], "words": int(words), "model_answer": around.noted("model answer"),
    }  # fmt: skip
