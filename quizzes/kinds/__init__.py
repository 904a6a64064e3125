"""The kinds of questions: a register of what :class:`quizzes.kinds.contract.Kind` asks for."""

from typing import Any

from quizzes.kinds.contract import BadResponse, Kind, PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.multiple_choice import MultipleChoice
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

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (SingleChoice(), MultipleChoice())}


def kind_of(name: str) -> Kind[Any]:
    """Return the kind with this name.

    :raises SpecError: when there is none.
    """
    try:
        return KINDS[name]
    except KeyError:
        raise SpecError("unknown_kind") from None
