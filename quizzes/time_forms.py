"""Forms of those who give time: accommodations, allowances, minutes given back."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.forms import BaseForm, DayField, LineField
from core.i18n import lazy_gettext as _l
from quizzes.extension_services import Gift
from quizzes.time_rules import MOST_ATTEMPTS, MOST_MINUTES
from quizzes.time_services import Span

NEEDED = _l("Please fill this in.")


def _whole(least: int, most: int) -> NumberRange:
    return NumberRange(least, most, _l("Write a whole number from %(min)s to %(max)s."))


class _SpanForm(BaseForm):
    """Why something is given, and for which days."""

    reason = LineField(_l("Reason"), [InputRequired(NEEDED), Length(max=500)])
    first_day = DayField(_l("First day"), [InputRequired(NEEDED)])
    last_day = DayField(_l("Last day"), [Optional()])

    def span(self) -> Span:
        """Return what was filled in."""
        assert self.first_day.data is not None
        return Span(self.reason.data or "", self.first_day.data, self.last_day.data)


class AccommodationForm(_SpanForm):
    """More time for a person on every quiz."""

    staff_code = LineField(_l("Staff code"), [InputRequired(NEEDED), Length(max=40)])
    extra_percent = IntegerField(_l("More time, in percent"), [InputRequired(NEEDED), _whole(1, 300)])
    also_open = BooleanField(_l("Also for attempts that are open now"))

    def begin(self, today: date) -> None:
        """Fill in what is likely, unless something was posted."""
        if not self.is_submitted():
            self.first_day.data = today

    def given(self) -> dict[str, Any]:
        """Return what is given and to whom, as ``grant_accommodation`` takes it."""
        return {
            "staff_code": self.staff_code.data or "",
            "extra_percent": self.extra_percent.data or 0,
            "also_open": self.also_open.data,
        }


class AllowanceForm(_SpanForm):
    """More attempts or minutes at one quiz, for a person or a unit and all below it."""

    staff_code = LineField(_l("Staff code"), [Optional(), Length(max=40)])
    unit_id = SelectField(_l("Unit and all units below it"), coerce=int, default=0)
    extra_attempts = IntegerField(_l("More attempts"), [Optional(), _whole(0, MOST_ATTEMPTS)], default=1)
    extra_minutes = IntegerField(_l("More minutes in each attempt"), [Optional(), _whole(0, MOST_MINUTES)], default=0)
    last_day = DayField(_l("Last day"), [InputRequired(NEEDED)])

    def begin(self, today: date, units: Sequence[tuple[int, str]], staff_code: str | None) -> None:
        """Set the units that may be chosen; unless something was posted, fill in what is likely."""
        self.unit_id.choices = [(0, _l("No unit: a person")), *units]
        if self.is_submitted():
            return
        self.staff_code.data = staff_code or ""
        self.first_day.data, self.last_day.data = today, date(today.year, 12, 31)

    def given(self) -> dict[str, Any]:
        """Return what is given and to whom, as ``grant_allowance`` takes it."""
        return {
            "staff_code": self.staff_code.data or "",
            "unit_id": self.unit_id.data or None,
            "extra_attempts": self.extra_attempts.data or 0,
            "extra_minutes": self.extra_minutes.data or 0,
        }


class MinutesForm(BaseForm):
    """Minutes given back to attempts under way. ``batch`` is the mark of this form: sent twice, it gives once."""

    batch = HiddenField()
    minutes = IntegerField(_l("Minutes"), [InputRequired(NEEDED), _whole(1, MOST_MINUTES)])
    unit_id = SelectField(_l("For whom"), coerce=int, default=0)
    reason = LineField(_l("Reason"), [InputRequired(NEEDED), Length(max=500)])
    past_close = BooleanField(_l("Also past the closing time of the quiz"))

    def begin(self, units: Sequence[tuple[int, str]]) -> None:
        """Set for whom the minutes may be; a new form gets its mark."""
        self.unit_id.choices = [(0, _l("Everybody who has it open now")), *units]
        if not self.is_submitted():
            self.batch.data = secrets.token_hex(12)

    def gift(self) -> Gift:
        """Return what was filled in."""
        return Gift(self.minutes.data or 0, self.reason.data or "", self.batch.data or "", self.past_close.data)
