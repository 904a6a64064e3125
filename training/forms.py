"""Forms of personnel officers: requirements, the plan of a year, exemptions."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, IntegerField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.forms import BaseForm, DayField, LineField, TextField
from core.i18n import lazy_gettext as _l
from people.labels import STAFF_GROUPS
from training.labels import EXEMPTION_CATEGORIES, STATES
from training.rules import AudienceLine
from training.services import CyclePlan, RequirementFacts

NEEDED = _l("Please fill this in.")
CHOOSE = _l("Please choose one.")
Choices = Sequence[tuple[int, str]]
MAX_LINES = 20


class RequirementForm(BaseForm):
    """What is required, why, of which unit, with which course and quiz."""

    title = LineField(_l("Title"), [InputRequired(NEEDED), Length(max=200)])
    legal_basis = TextField(_l("Legal basis"), [InputRequired(NEEDED), Length(max=1000)])
    unit_id = SelectField(_l("Unit that requires it"), [InputRequired(CHOOSE)], coerce=int)
    course_id = SelectField(_l("Course"), [InputRequired(CHOOSE)], coerce=int)
    quiz_id = SelectField(_l("Quiz"), [InputRequired(CHOOSE)], coerce=int)

    def offer(self, units: Choices, courses: Choices, quizzes: Choices) -> None:
        """Set what may be chosen."""
        self.unit_id.choices, self.course_id.choices, self.quiz_id.choices = list(units), list(courses), list(quizzes)

    def facts(self) -> RequirementFacts:
        """Return what was filled in."""
        return RequirementFacts(
            title=self.title.data or "",
            legal_basis=self.legal_basis.data or "",
            unit_id=self.unit_id.data,
            course_id=self.course_id.data,
            quiz_id=self.quiz_id.data,
        )


class AudienceLineForm(BaseForm):
    """One line of an audience."""

    class Meta(BaseForm.Meta):
        """The plan around it carries the token."""

        csrf = False

    includes = SelectField(_l("Effect"), choices=[("1", _l("Includes")), ("0", _l("Spares"))], default="1")
    unit_id = SelectField(_l("Unit and all units below it"), [InputRequired(CHOOSE)], coerce=int)
    staff_group = SelectField(_l("Group"), choices=[("", _l("Everybody")), *STAFF_GROUPS.items()], default="")


class CyclePlanForm(BaseForm):
    """A requirement in a year: from when, until when, for whom."""

    year = IntegerField(_l("Year"), [InputRequired(NEEDED), NumberRange(2000, 2100, _l("Write a year such as 2026."))])
    opens_on = DayField(_l("Opens on"), [InputRequired(NEEDED)])
    due_on = DayField(_l("Due date, the last day in time"), [InputRequired(NEEDED)])
    follows_versions = BooleanField(_l("Take over new versions of the course and the quiz while the year is open"))
    lines = FieldList(FormField(AudienceLineForm), min_entries=1, max_entries=MAX_LINES)

    def offer(self, units: Choices) -> None:
        """Set which units may be chosen."""
        self._units = list(units)
        for line in self.lines:
            line.unit_id.choices = self._units

    def change_lines(self, wanted: str) -> bool:
        """Add or remove a line as a button of the page asks (``add``, ``remove-2``); tell whether one did."""
        lines: list[dict[str, Any]] = [line.data for line in self.lines]
        verb, _, number = wanted.partition("-")
        if verb == "add" and len(lines) < MAX_LINES:
            lines.append({})
        elif verb == "remove" and number.isdecimal() and int(number) < len(lines) > 1:
            del lines[int(number)]
        else:
            return False
        while self.lines.entries:
            self.lines.pop_entry()
        for line in lines:
            self.lines.append_entry(line)
        self.offer(self._units)
        return True

    def plan(self) -> CyclePlan:
        """Return what was filled in, once it has been validated."""
        opens_on, due_on = self.opens_on.data, self.due_on.data
        if opens_on is None or due_on is None:
            raise ValueError("The plan has not been validated.")
        lines = tuple(
            AudienceLine(number, line.includes.data == "1", line.unit_id.data, line.staff_group.data)
            for number, line in enumerate(self.lines, start=1)
        )
        return CyclePlan(opens_on, due_on, lines, self.follows_versions.data)


class ObligationFilter(BaseForm):
    """Search among the people of a cycle; sent by GET."""

    class Meta(BaseForm.Meta):
        """Looking needs no token."""

        csrf = False

    search = LineField(_l("Name or staff code"), [Optional(), Length(max=100)])
    state = SelectField(
        _l("Standing"), choices=[("", _l("All")), *((key, word) for key, (_look, word) in STATES.items())], default=""
    )


class ExemptionForm(BaseForm):
    """Why somebody need not fulfil an obligation."""

    category = SelectField(_l("Category"), [InputRequired(CHOOSE)], choices=list(EXEMPTION_CATEGORIES.items()))
    reason = LineField(_l("Reason"), [InputRequired(NEEDED), Length(max=500)])
    document_number = LineField(_l("Number of the document"), [Optional(), Length(max=80)])
