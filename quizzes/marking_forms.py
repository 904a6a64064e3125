"""The form in which an answer is marked: a field for each criterion of its rubric."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.validators import Length, ValidationError

from core.forms import BaseForm, LineField, TextField
from core.i18n import gettext
from core.i18n import lazy_gettext as _l
from quizzes.forms_parts import HundredthsField
from quizzes.marking_queries import CriterionLine, MarkingAnswer
from quizzes.marking_services import MAX_COMMENT
from quizzes.scoring import score_text

_LONG = _l("At most 500 characters.")
_PREFIX = "points_"


class _AtMost:
    """Asks for points, and for no more than a criterion is worth."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Any, field: HundredthsField) -> None:
        if field.data is None:
            if not field.errors:
                raise ValidationError(gettext("Please fill this in."))
        elif field.data > self.most:
            raise ValidationError(gettext("At most %(points)s points.", points=score_text(self.most)))


class MarkForm(BaseForm):
    """A mark: points by criterion (see :func:`mark_form`), and what is said about them."""

    round = HiddenField()
    answer_step = HiddenField()
    comment = TextField(
        _l("Comment for the learner"), [Length(max=MAX_COMMENT, message=_l("At most 5,000 characters."))]
    )
    reason = LineField(_l("Reason for the decision"), [Length(max=500, message=_LONG)])
    wants_second = BooleanField(_l("A second person should mark this answer too"))
    second_reason = LineField(_l("Reason for a second marker"), [Length(max=500, message=_LONG)])

    def validate_reason(self, field: LineField) -> None:
        """Ask for a reason where a third person decides."""
        if self.round.data == "3" and not field.data:
            raise ValidationError(gettext("Write why you decide so."))

    def validate_second_reason(self, field: LineField) -> None:
        """Ask why a second marker is wanted."""
        if self.wants_second.data and not field.data:
            raise ValidationError(gettext("Write why a second marker is needed."))

    def criterion_field(self, key: str) -> Any:
        """Return the field of a criterion."""
        return self[_PREFIX + key]

    def criteria(self) -> dict[str, int]:
        """Return the points typed, by criterion."""
        return {
            name.removeprefix(_PREFIX): field.data
            for name, field in self._fields.items()
            if name.startswith(_PREFIX) and field.data is not None
        }

    def second_wanted(self) -> str:
        """Return why a second marker is wanted; empty when none is, or the answer is beyond its first round."""
        return (self.second_reason.data or "") if self.wants_second.data and self.round.data == "1" else ""


class SecondForm(BaseForm):
    """The wish for a second marker."""

    reason = LineField(_l("Reason for a second marker"), [Length(max=500, message=_LONG)])

    def validate_reason(self, field: LineField) -> None:
        """Ask why a second marker is wanted."""
        if not field.data:
            raise ValidationError(gettext("Write why a second marker is needed."))


def mark_form(answer: MarkingAnswer) -> MarkForm:
    """Return the form of an answer, with what was posted if anything was."""
    form = type("MarkFormOfAnswer", (MarkForm,), _fields(answer.rubric))()
    assert isinstance(form, MarkForm)
    if not form.round.data:
        form.round.data = str(answer.round)
    if not form.is_submitted():
        form.answer_step.data = str(answer.step)
    return form


def _fields(rubric: Sequence[CriterionLine]) -> dict[str, Any]:
    return {
        _PREFIX + line.key: HundredthsField(line.text or _l("Points for the whole answer"), [_AtMost(line.points)])
        for line in rubric
    }
