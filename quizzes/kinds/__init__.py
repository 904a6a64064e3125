"""The kinds of questions: a register of what :class:`quizzes.kinds.contract.Kind` asks for."""

from typing import Any

from quizzes.kinds.case_study import CaseStudy
from quizzes.kinds.categorise import Categorise
from quizzes.kinds.contract import BadResponse, Kind, PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.essay import Essay
from quizzes.kinds.gaps import Gaps
from quizzes.kinds.matching import Matching
from quizzes.kinds.multiple_choice import MultipleChoice
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.ordering import Ordering
from quizzes.kinds.short_answer import ShortAnswer
from quizzes.kinds.single_choice import SingleChoice

__all__ = [
    "KINDS",
    "BadResponse",
    "Kind",
    "PostedFields",
    "Response",
    "SpecError",
    "TallyLabel",
    "Typed",
    "kind_of",
]

#: The kinds that a rule judges: those that a part of a case study may be of.
_BY_RULE: tuple[Kind[Any], ...] = (
    SingleChoice(),
    MultipleChoice(),
    ShortAnswer(),
    Numeric(),
    Gaps(),
    Matching(),
    Ordering(),
    Categorise(),
)
_PART_KINDS = {kind.name: kind for kind in _BY_RULE}

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (*_BY_RULE, CaseStudy(_PART_KINDS), Essay())}


def kind_of(name: str) -> Kind[Any]:
    """Return the kind with this name.

    :raises SpecError: when there is none.
    """
    try:
        return KINDS[name]
    except KeyError:
        raise SpecError("unknown_kind") from None
