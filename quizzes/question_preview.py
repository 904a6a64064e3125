"""A question as learners see it, without an attempt: before and after an answer that nobody keeps."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from core import html
from quizzes.asked import Asked
from quizzes.kinds import BadResponse, PostedFields, kind_of

#: Stands for the item of an attempt in the names of fields.
_ITEM = 0
#: The kinds whose lines can be moved by a script.
MOVING = {"ordering", "categorise", "case_study"}


@dataclass(frozen=True)
class Preview:
    """A question on a page, and what its answer there earns: a share from 0 to 1, None when a person marks it."""

    kind: str
    prompt_html: str
    asked: Asked
    judged: Any
    rule: str
    share: Fraction | None
    is_answered: bool
    is_readable: bool
    general: Markup
    sources: Sequence[str]

    @property
    def moves(self) -> bool:
        """Tell whether a script helps to answer it."""
        return self.kind in MOVING


def preview_of(content: Mapping[str, Any], form: MultiDict[str, str] | None = None) -> Preview:
    """Return a question with the answer that a form gives it; always in the same order, as if it were shuffled.

    :param content: the columns of :func:`quizzes.question_content.content_of`.
    """
    kind = kind_of(content["kind"])
    spec = kind.parse(content["spec"])
    order = kind.arrange(spec, shuffle=True, rng=random.Random(content["prompt_text"]))
    try:
        response, is_readable = kind.read(spec, _answer(form)) if form else None, True
    except BadResponse:
        response, is_readable = None, False
    return Preview(
        kind=kind.name,
        prompt_html=content["prompt_html"],
        asked=Asked(kind.name, kind.shown(spec, order), kind.fields(spec, response), _ITEM),
        judged=kind.judged(spec, response, order),
        rule=kind.rule(spec),
        share=kind.grade(spec, response),
        is_answered=kind.is_answered(response),
        is_readable=is_readable,
        general=html.from_inline_markdown(content["general_explanation"]),
        sources=[source["code"] for source in content["sources"]],
    )


def _answer(form: MultiDict[str, str]) -> PostedFields:
    end = f"-{_ITEM}"
    return {name.removesuffix(end): values for name, values in form.lists() if name.endswith(end)}
