"""The filter of a roster."""

from wtforms import SelectField
from wtforms.validators import Optional

from core.forms import BaseForm, DayField
from core.i18n import lazy_gettext as _l


class RosterForm(BaseForm):
    """Which roster: year, requirement, unit, and the day on which it is taken. Read from the address, so no CSRF."""

    class Meta(BaseForm.Meta):
        csrf = False

    year = SelectField(_l("Training year"), coerce=int)
    requirement = SelectField(_l("Requirement"), coerce=int)
    unit = SelectField(_l("Unit"), coerce=int)
    as_of = DayField(_l("As of day"), [Optional()])
