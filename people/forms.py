"""Forms of accounts, units, staff lists and roles."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, PasswordField, SelectField
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp

from core.forms import BaseForm, DayField, LineField
from core.i18n import lazy_gettext as _l
from people.access import Role
from people.audit_words import ACTIONS
from people.labels import ROLES
from people.staff_cells import CODE_PATTERN, EMAIL_PATTERN

NEEDED = _l("Please fill this in.")
_code_rules = [
    InputRequired(NEEDED),
    Length(max=40),
    Regexp(CODE_PATTERN, message=_l("Use letters, digits and . / - only.")),
]
_email_rules = [Optional(), Length(max=200), Regexp(EMAIL_PATTERN, message=_l("This is not an e-mail address."))]


class SignInForm(BaseForm):
    """Staff code or e-mail address, and password."""

    name = LineField(
        _l("Staff code or e-mail"), [InputRequired(_l("Enter your staff code or e-mail.")), Length(max=200)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=200)])


class ChangePasswordForm(BaseForm):
    """The current password and a new one, twice."""

    current = PasswordField(_l("Current password"), [InputRequired(NEEDED)])
    new = PasswordField(_l("New password"), [InputRequired(NEEDED)])
    again = PasswordField(
        _l("New password, once more"),
        [InputRequired(NEEDED), EqualTo("new", _l("The two new passwords differ."))],
    )


class FirstAdministratorForm(BaseForm):
    """The organisation, and the person who will administer it."""

    unit_name = LineField(_l("Name of the organisation"), [InputRequired(NEEDED), Length(max=200)])
    unit_code = LineField(_l("Code of the organisation"), _code_rules)
    full_name = LineField(_l("Your full name"), [InputRequired(NEEDED), Length(max=120)])
    staff_code = LineField(_l("Your staff code"), _code_rules)
    email = LineField(_l("E-mail"), _email_rules)
    new = PasswordField(_l("New password"), [InputRequired(NEEDED)])
    again = PasswordField(
        _l("New password, once more"),
        [InputRequired(NEEDED), EqualTo("new", _l("The two new passwords differ."))],
    )


class UnitForm(BaseForm):
    """A new unit."""

    name = LineField(_l("Name"), [InputRequired(NEEDED), Length(max=200)])
    code = LineField(_l("Code"), _code_rules)
    parent = SelectField(_l("Belongs to"), coerce=int)
    valid_from = DayField(_l("From"), [InputRequired(NEEDED)])


class ChangeUnitForm(BaseForm):
    """Another name or another unit above, from a day on."""

    name = LineField(_l("Name"), [InputRequired(NEEDED), Length(max=200)])
    parent = SelectField(_l("Belongs to"), coerce=int)
    valid_from = DayField(_l("From"), [InputRequired(NEEDED)])


class PeopleFilter(BaseForm):
    """Search of the staff."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = LineField(_l("Name or staff code"))
    unit = SelectField(_l("Unit"), coerce=int, default=0)


class ImportForm(BaseForm):
    """A staff list to look at."""

    file = FileField(_l("Staff list (.xlsx)"), [FileRequired(_l("Choose a file first."))])
    unit = SelectField(_l("Unit of the list"), coerce=int)
    create_units = BooleanField(_l("Create units that are not known yet"))


class GrantForm(BaseForm):
    """A role for somebody on a unit."""

    staff_code = LineField(_l("Staff code"), [InputRequired(NEEDED), Length(max=40)])
    role = SelectField(_l("Role"), choices=[(role.value, ROLES[role]) for role in Role])
    unit = SelectField(_l("On unit"), coerce=int)


class AuditFilter(BaseForm):
    """Search of the audit log."""

    class Meta(BaseForm.Meta):
        csrf = False

    action = SelectField(_l("Action"), choices=[("", _l("Every action")), *ACTIONS.items()], default="")
    person = LineField(_l("Done by (name)"))
    day = DayField(_l("Day"))


def with_units(form: Any, field: str, choices: list[tuple[int, str]], *, first: str = "") -> Any:
    """Give a form's select field its units, with a first line for none of them where given."""
    form[field].choices = [*([(0, first)] if first else []), *choices]
    return form
