"""A question as typed, and as the columns of a version: texts cleaned, options with permanent keys."""

from dataclasses import dataclass, replace
from typing import Any

from core import html
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line
from quizzes.author_labels import DIFFICULTY_LABELS, SPEC_ERRORS
from quizzes.kinds import SpecError, Typed, kind_of
from quizzes.kinds.keyed import block
from quizzes.models import QuestionVersion

MAX_TEXT = 20_000


@dataclass(frozen=True)
class QuestionInput:
    """A question as typed (Markdown). ``code`` is only read when the question is new; empty gives it one.

    ``content`` is what the kind's :meth:`~quizzes.kinds.contract.Kind.compose` takes, such as the options.
    """

    kind: str
    prompt: str
    content: Typed
    code: str = ""
    general_explanation: str = ""
    topic: str = ""
    difficulty: str = "medium"
    sources: tuple[str, ...] = ()


class BadQuestion(RuleBroken):
    """Raised when a question can't be used as written.

    ``places`` tells the row to blame, counted from 0, then the row inside it and so on; empty when it is no row.
    """

    def __init__(self, code: str, message: Any, places: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.places = places

    @classmethod
    def of(cls, error: SpecError) -> "BadQuestion":
        """Return the refusal of a kind in words."""
        return cls(error.code, SPEC_ERRORS[error.code], _places(error))


def content_of(typed: QuestionInput, previous: QuestionVersion | None) -> dict[str, Any]:
    """Return the columns that hold what was typed, cleaned; options keep their permanent keys.

    :raises BadQuestion: when it can't be used.
    """
    prompt = block(typed.prompt)
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
        "general_explanation": block(typed.general_explanation),
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
    kind = kind_of(version.kind)
    return QuestionInput(
        kind=version.kind,
        prompt=version.prompt_text,
        content=kind.typed(kind.parse(version.spec)),
        code=code,
        general_explanation=version.general_explanation,
        topic=version.topic,
        difficulty=version.difficulty,
        sources=tuple(source["code"] for source in version.sources),
    )


def with_known_keys(typed: QuestionInput, previous: QuestionVersion) -> QuestionInput:
    """Return what came in without keys, with those of what it was before when it is still of the same kind."""
    if typed.kind != previous.kind:
        return typed
    kind = kind_of(typed.kind)
    return replace(typed, content=kind.recall(typed.content, kind.parse(previous.spec)))


def _spec(typed: QuestionInput, previous: QuestionVersion | None) -> dict[str, Any]:
    """Return the spec as it is stored; keys stay those of the version before, within its kind."""
    try:
        kind = kind_of(typed.kind)
        before = kind.parse(previous.spec) if previous and _shares_keys(typed.kind, previous.kind) else None
        return kind.to_json(kind.compose(typed.content, before))
    except SpecError as error:
        raise BadQuestion.of(error) from error


def _places(error: BaseException | None) -> tuple[int, ...]:
    """Return the rows that a refusal blames, from the outermost in: each kind says its own on the way out."""
    if not isinstance(error, SpecError):
        return ()
    return (*(() if error.option is None else (error.option,)), *_places(error.__cause__))


def _shares_keys(kind: str, earlier: str) -> bool:
    """Tell whether an option of one kind can be the same option in the other."""
    return kind == earlier or {kind, earlier} <= {"single_choice", "multiple_choice"}
