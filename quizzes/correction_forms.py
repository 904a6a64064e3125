"""The forms of corrections: what is to be done about a wrong question, and why."""

from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm, LineField, TextField
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from quizzes.correction_labels import METHODS
from quizzes.corrections import Method
from quizzes.forms_parts import BoxesField
from quizzes.models import Question

_REQUIRED = InputRequired(_l("Please fill this in."))
_SHORT = Length(max=500, message=_l("At most 500 characters."))


class PlanForm(BaseForm):
    """What is to be done, asked for in the address."""

    class Meta(BaseForm.Meta):
        """An address changes nothing and needs no token."""

        csrf = False

    wrong = BoxesField(_l("Versions that were wrong"), coerce=int)
    method = RadioField(_l("What is done"), choices=list(METHODS.items()), default=Method.RECOMPUTE.value)
    version = SelectField(_l("Judge by"), coerce=int, validate_choice=False)

    @classmethod
    def of(cls, question: Question, asked: Any) -> "PlanForm":
        """Return the form of a question; at first every version but the latest counts as wrong."""
        published = [version for version in question.versions if version.published_at is not None]
        form = cls(asked if "method" in asked else None)
        names = [(version.id, _("Version %(number)s", number=version.number)) for version in published]
        form.wrong.choices, form.version.choices = names, names[::-1]
        if "method" not in asked:
            form.wrong.data = [version.id for version in published[:-1] or published]
            form.version.data = published[-1].id if published else None
            if len(published) < 2:
                form.method.data = Method.FULL_CREDIT.value
        return form


class DecisionForm(BaseForm):
    """Why a correction is made."""

    reason = TextField(_l("Reason, for the record"), [_REQUIRED, _SHORT])
    note = TextField(_l("What learners read"), [_REQUIRED, _SHORT])


class WithdrawForm(BaseForm):
    """Which passes are withdrawn, and why."""

    attempts = BoxesField(_l("Attempts"), [InputRequired(_l("Choose at least one."))], coerce=int)
    reason = LineField(_l("Reason"), [_REQUIRED, _SHORT])
