"""The filter of a roster."""

from wtforms import SelectField
from wtforms.validators import Optional

from core.forms import BaseForm, DayField
from core.i18n import lazy_gettext as _l


def row_id(typed: str | int) -> int:
    """Return an id from an address.

    :raises ValueError: when it is none, or larger than the database can compare.
    """
    number = int(typed)
    if not 0 <= number < 2**31:
        raise ValueError(typed)
    return number


class RosterForm(BaseForm):
    """Which roster: year, requirement, unit, and the day on which it is taken. Read from the address, so no CSRF."""

    class Meta(BaseForm.Meta):
        csrf = False

    year = SelectField(_l("Training year"), coerce=int)
    requirement = SelectField(_l("Requirement"), coerce=row_id)
    unit = SelectField(_l("Unit"), coerce=row_id)
    as_of = DayField(_l("As of day"), [Optional()])
