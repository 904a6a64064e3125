"""What is wrong with a staff list, in the reader's language, each with the way to mend it."""

from datetime import date
from typing import Any

from core.i18n import lazy_gettext as _l
from core.tables import cell_text
from people.labels import SEXES, STAFF_GROUPS

MESSAGES: dict[str, Any] = {
    "no_header": _l(
        "In the first %(count)s rows there is no header with a staff code (such as Mã CBCCVC) and a name "
        "(such as Họ và tên). Name these two columns in one row above the list."
    ),
    "no_people": _l("There is no person below the header. Check that this is the sheet that you mean."),
    "no_code": _l("The staff code is missing. Enter it, or delete the row."),
    "no_name": _l("The name is missing. Enter it, or delete the row."),
    "no_unit": _l("The unit is missing. Enter its code or name."),
    "code_twice": _l(
        "The staff code %(value)s stands in row %(row)s of sheet %(sheet)s already. Each person has one row and a "
        "code of their own; correct or delete one of the two."
    ),
    "email_twice": _l(
        "The e-mail %(value)s stands in row %(row)s of sheet %(sheet)s already. Correct or delete one of the two."
    ),
    "email_taken": _l("The e-mail %(value)s belongs to another person here. Correct or delete it."),
    "formula": _l("“%(value)s” is a formula. Copy the column and paste it as values, or type the text itself."),
    "unprintable": _l("“%(value)s” has characters that can't be printed. Type it again by hand."),
    "day_not_text": _l("%(value)s is a day, and text belongs here. Check that the columns have not slipped."),
    "too_long": _l("“%(value)s…” is too long; %(limit)s characters are allowed. Shorten it."),
    "bad_code": _l("“%(value)s” is no staff code. Letters, digits and the signs . / - are allowed."),
    "bad_name": _l("A name can't hold the character “%(character)s”. Type the name again by hand."),
    "bad_day": _l("“%(value)s” is no day of the calendar. Write it as dd/mm/yyyy, for example 05/01/1990."),
    "bad_sex": _l("“%(value)s” is not known. Write Nam or Nữ."),
    "bad_email": _l("“%(value)s” is not an e-mail address."),
    "bad_group": _l(
        "The group “%(value)s” is not known. Write cán bộ, công chức, viên chức, người lao động, lực lượng vũ trang or "
        "hội, đoàn thể."
    ),
    "unknown_unit": _l(
        "There is no unit “%(value)s” in your scope. Correct the name, write the unit's code, or let the import "
        "create it."
    ),
    "ambiguous_unit": _l("Several units are called “%(value)s”. Write the code instead: %(codes)s."),
    "elsewhere": _l("This person belongs to another unit. Ask the administrator to move them."),
}
FIELDS: dict[str, Any] = {
    "full_name": _l("Full name"),
    "birth_date": _l("Date of birth"),
    "sex": _l("Sex"),
    "email": _l("E-mail"),
    "staff_group": _l("Group"),
    "rank": _l("Rank"),
    "title": _l("Job title"),
    "unit": _l("Unit"),
}


def message_of(kind: str, values: dict[str, str]) -> str:
    """Return what is wrong and how to mend it."""
    return str(MESSAGES[kind]) % values


def field_word(field: str) -> Any:
    """Return the word for a field that a list changes."""
    return FIELDS[field]


def value_word(field: str, value: str) -> Any:
    """Return a stored value as readers know it: words for codes, days as dd/mm/yyyy."""
    if field == "birth_date":
        return cell_text(date.fromisoformat(value))
    return {"sex": SEXES, "staff_group": STAFF_GROUPS}.get(field, {}).get(value, value)
