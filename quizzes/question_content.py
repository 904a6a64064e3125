"""A question as typed, and as the columns of a version: texts cleaned, options with permanent keys."""

from dataclasses import dataclass, replace
from typing import Any

from core import html
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line, nfc
from quizzes.author_labels import DIFFICULTY_LABELS, SPEC_ERRORS
from quizzes.kinds import SpecError, kind_of
from quizzes.kinds.choice import Option, make_option
from quizzes.models import QuestionVersion

MAX_TEXT = 20_000


@dataclass(frozen=True)
class OptionInput:
    """An option as typed (inline Markdown). ``key`` is that of an option which exists, empty for a new one."""

    text: str
    right: bool = False
    explanation: str = ""
    key: str = ""


@dataclass(frozen=True)
class QuestionInput:
    """A question as typed (Markdown). ``code`` is only read when the question is new; empty gives it one."""

    kind: str
    prompt: str
    options: tuple[OptionInput, ...]
    code: str = ""
    shuffle: bool = True
    rule: str = "partial"
    general_explanation: str = ""
    topic: str = ""
    difficulty: str = "medium"
    sources: tuple[str, ...] = ()


class BadQuestion(RuleBroken):
    """Raised when a question can't be used as written; ``option`` counts from 0 when one option is to blame."""

    def __init__(self, code: str, message: Any, option: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.option = option


def content_of(typed: QuestionInput, previous: QuestionVersion | None) -> dict[str, Any]:
    """Return the columns that hold what was typed, cleaned; options keep their permanent keys.

    :raises BadQuestion: when it can't be used.
    """
    prompt = nfc(typed.prompt).replace("\r\n", "\n").replace("\x00", "").strip()
    topic = clean_line(typed.topic)
    if not prompt:
        raise BadQuestion("no_prompt", _l("Type the question."))
    if max(len(prompt), len(typed.general_explanation)) > MAX_TEXT:
        raise BadQuestion("no_prompt", _l("This is longer than 20,000 characters. Shorten it."))
    if len(topic) > 40 or ";" in topic:
        raise BadQuestion("topic", _l("A topic has 40 characters at most, without a semicolon."))
    if typed.difficulty not in DIFFICULTY_LABELS:
        raise BadQuestion("difficulty", _l("Choose how difficult it is."))
    return {
        "kind": typed.kind,
        "prompt_text": prompt,
        "prompt_html": str(html.from_markdown(prompt)),
        "spec": _spec(typed, previous),
        "general_explanation": nfc(typed.general_explanation).replace("\r\n", "\n").replace("\x00", "").strip(),
        "topic": topic,
        "difficulty": typed.difficulty,
        "sources": [{"code": code, "place": ""} for code in typed.sources],
    }


def stored_content(version: QuestionVersion) -> dict[str, Any]:
    """Return the columns of a version that :func:`content_of` makes."""
    names = ("kind", "prompt_text", "prompt_html", "spec", "general_explanation", "topic", "difficulty", "sources")
    return {name: getattr(version, name) for name in names}


def input_of(version: QuestionVersion, code: str = "") -> QuestionInput:
    """Return a version as if it had just been typed."""
    options = tuple(
        OptionInput(option["text"], option["right"], option["explanation"], option["key"])
        for option in version.spec["options"]
    )
    return QuestionInput(
        kind=version.kind,
        prompt=version.prompt_text,
        options=options,
        code=code,
        shuffle=version.spec["shuffle"],
        rule=version.spec.get("rule", "partial"),
        general_explanation=version.general_explanation,
        topic=version.topic,
        difficulty=version.difficulty,
        sources=tuple(source["code"] for source in version.sources),
    )


def with_known_keys(typed: QuestionInput, previous: QuestionVersion) -> QuestionInput:
    """Return what came in without keys, with those of the options it had before: by text, then in order.

    The order is only trusted when as many options are left over on both sides (texts were mended, none came or went).
    """
    before = [(option["key"], clean_line(option["text"])) for option in previous.spec["options"]]
    by_text = {text: key for key, text in before}
    keys = [by_text.get(clean_line(option.text), "") for option in typed.options]
    left = [key for key, _ in before if key not in keys]
    if len(left) == keys.count(""):
        keys = [key or left.pop(0) for key in keys]
    return replace(typed, options=tuple(replace(o, key=key) for o, key in zip(typed.options, keys, strict=True)))


def _spec(typed: QuestionInput, previous: QuestionVersion | None) -> dict[str, Any]:
    """Return the spec as it is stored; a key that the question never had is replaced by a fresh one."""
    taken = {option["key"] for option in previous.spec["options"]} if previous else set()
    options: list[Option] = []
    for option in typed.options:
        made = make_option(
            clean_line(option.text),
            right=option.right,
            explanation=clean_line(option.explanation),
            key=option.key if previous and option.key in taken else "",
            taken=taken | {earlier.key for earlier in options},
        )
        options.append(made)
    try:
        kind = kind_of(typed.kind)
        raw = {"options": [vars(option) for option in options], "shuffle": typed.shuffle, "rule": typed.rule}
        return kind.to_json(kind.parse(raw))
    except SpecError as error:
        raise BadQuestion(error.code, SPEC_ERRORS[error.code], error.option) from error
