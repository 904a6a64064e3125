"""The filter of the attempts at a quiz."""

from collections.abc import Sequence

from wtforms import SelectField

from core.forms import BaseForm, DayField, LineField
from core.i18n import gettext
from core.i18n import lazy_gettext as _l
from quizzes.forms_parts import HundredthsField
from quizzes.review_labels import ATTEMPT_STATES
from quizzes.review_list_queries import AttemptFilter


class AttemptFilterForm(BaseForm):
    """Which attempts to list."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = LineField(_l("Name or staff code"), default="")
    state = SelectField(
        _l("State"),
        default="",
        choices=[("", _l("All")), *((code, words) for code, (_look, words) in ATTEMPT_STATES.items())],
    )
    version = SelectField(_l("Version"), coerce=int, default=0)
    score_from = HundredthsField(_l("Score from"))
    score_to = HundredthsField(_l("Score to"))
    day_from = DayField(_l("Started from"))
    day_to = DayField(_l("Started until"))

    def offer(self, versions: Sequence[int]) -> None:
        """Set the versions to choose from."""
        self.version.choices = [(0, gettext("All")), *((number, str(number)) for number in versions)]

    def wanted(self) -> AttemptFilter:
        """Return the filter; what could not be read is left aside, and the form says so."""
        wrong = self.errors
        return AttemptFilter(
            text=self.q.data or "",
            state="" if "state" in wrong else self.state.data or "",
            version=0 if "version" in wrong else self.version.data or 0,
            score_from=self.score_from.data,
            score_to=self.score_to.data,
            day_from=self.day_from.data,
            day_to=self.day_to.data,
        )
