"""Forms: CSRF, messages in the reader's language, Vietnamese dates, text cleaned at the door."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from core import text
from core.clock import LOCAL_ZONE
from core.i18n import gettext, lazy_gettext, unfilled_ngettext
from core.tables import cell_text

#: Days outside are typing errors, and some could not be turned into moments.
FIRST_YEAR, LAST_YEAR = 1800, 2999


class _Translations:
    """Hand WTForms' own messages to our catalogue."""

    def gettext(self, string: str) -> str:
        return gettext(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        # WTForms fills in the numbers itself.
        return unfilled_ngettext(singular, plural, n)


class BaseForm(FlaskForm):
    """Base of all forms. Unknown fields in the request are ignored; nothing is assigned that is not declared."""

    class Meta(FlaskForm.Meta):
        """Send WTForms' messages through our own catalogue."""

        def get_translations(self, form: FlaskForm) -> _Translations:
            """Return the reader's translations."""
            return _Translations()


class LineField(StringField):
    """One line of text: NFC, spaces collapsed, no control characters or pictographs."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed and normalise it."""
        if valuelist:
            self.data = text.clean_line(str(valuelist[0]))

    def pre_validate(self, form: Any) -> None:
        """Refuse characters that no line of ours has."""
        if self.data and text.has_unprintable(self.data):
            raise ValidationError(gettext("This has characters that can't be printed. Please type it again."))


class TextField(TextAreaField):
    """Several lines of text: NFC, line ends as one character, no NUL."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed and normalise it."""
        if valuelist:
            self.data = text.nfc(str(valuelist[0])).replace("\r\n", "\n").replace("\x00", "")


class DayField(Field):
    """A day typed as dd/mm/yyyy."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%d/%m/%Y") if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the day, or say how it is written.

        :raises ValueError: when it is no day.
        """
        typed = text.clean_line(str(valuelist[0])) if valuelist else ""
        self.data: date | None = None
        if typed:
            try:
                self.data = parse_day(typed)
            except ValueError:
                raise ValueError(lazy_gettext("Write the day as dd/mm/yyyy, for example 05/01/2026.")) from None


class MomentField(Field):
    """A moment typed as dd/mm/yyyy hh:mm on Vietnam's clock, kept as UTC."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return cell_text(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the moment, or say how it is written.

        :raises ValueError: when it is no moment.
        """
        typed = text.clean_line(str(valuelist[0])) if valuelist else ""
        self.data: datetime | None = None
        if typed:
            try:
                self.data = parse_moment(typed)
            except ValueError:
                raise ValueError(
                    lazy_gettext("Write day and time as dd/mm/yyyy hh:mm, for example 05/01/2026 08:30.")
                ) from None


def parse_moment(typed: str) -> datetime:
    """Return the UTC moment written as dd/mm/yyyy hh:mm on Vietnam's clock (also 8h30 for 08:30).

    :raises ValueError: when it is none.
    """
    day, _, time = typed.strip().partition(" ")
    at = datetime.strptime(time.strip().lower().replace("h", ":"), "%H:%M").time()
    return datetime.combine(parse_day(day), at, LOCAL_ZONE).astimezone(UTC)


def parse_day(typed: str) -> date:
    """Return the day written as dd/mm/yyyy (also d/m/yyyy, with - or . between).

    :raises ValueError: when it is no day of the calendar, such as 31/02/2026, or of no century that we deal with.
    """
    day = datetime.strptime(typed.strip().replace("-", "/").replace(".", "/"), "%d/%m/%Y").date()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("This year was not meant.")
    return day
