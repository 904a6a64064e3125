"""Forms of the trainers' desk for courses, modules and lessons."""

from wtforms import FieldList, FormField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.forms import BaseForm, LineField, TextField
from core.i18n import lazy_gettext as _l
from core.text import slug
from lessons.rules import MAX_MINUTES, MAX_TEXT, Citation, CourseDraft, LessonDraft, ModuleDraft

#: Empty rows for further sources at the end of the list.
SPARE_CITATIONS = 2
MAX_CITATIONS = 30


class CourseForm(BaseForm):
    """What is written about a course; the unit is chosen once, when the course is made."""

    unit_id = SelectField(_l("Unit that keeps the course"), coerce=int)
    title = LineField(_l("Title"), [InputRequired(), Length(max=200)])
    slug = LineField(_l("Address"), [Length(max=80)])
    summary = TextField(_l("Summary"), [Length(max=1000)])
    hours = IntegerField(_l("Number of periods"), [InputRequired(), NumberRange(0, 1000)], default=1)

    def draft(self) -> CourseDraft:
        """Return what was typed; without an address, one made of the title."""
        title = self.title.data or ""
        return CourseDraft(
            title=title,
            slug=self.slug.data or slug(title),
            summary=(self.summary.data or "").strip(),
            hours=self.hours.data or 0,
        )


class ModuleForm(BaseForm):
    """What is written about a module."""

    code = LineField(_l("Code"), [Length(max=20)])
    title = LineField(_l("Title"), [InputRequired(), Length(max=200)])
    summary = TextField(_l("Summary"), [Length(max=1000)])

    def draft(self) -> ModuleDraft:
        """Return what was typed."""
        return ModuleDraft(
            title=self.title.data or "", code=self.code.data or "", summary=(self.summary.data or "").strip()
        )


class NewLessonForm(BaseForm):
    """What a lesson begins with."""

    code = LineField(_l("Code"), [Length(max=20)])
    title = LineField(_l("Title"), [InputRequired(), Length(max=200)])


class CitationForm(BaseForm):
    """One source that a lesson cites."""

    class Meta(BaseForm.Meta):
        """The form around carries the token."""

        csrf = False

    code = SelectField(_l("Source"), validate_choice=False)
    place = LineField(_l("Article, clause or page"), [Length(max=200)])


class LessonForm(BaseForm):
    """The draft of a lesson."""

    based_on = HiddenField()
    title = LineField(_l("Title"), [InputRequired(), Length(max=200)])
    objective = LineField(_l("Objective"), [Length(max=500)])
    minutes = IntegerField(_l("Minutes of reading"), [InputRequired(), NumberRange(1, MAX_MINUTES)], default=5)
    text_format = RadioField(
        _l("The text is written in"), choices=[("markdown", "Markdown"), ("html", "HTML")], default="markdown"
    )
    text = TextField(_l("Text"), [Optional(strip_whitespace=False), Length(max=MAX_TEXT)])
    topics = LineField(_l("Topics"), [Length(max=300)])
    sources = FieldList(FormField(CitationForm), max_entries=MAX_CITATIONS)

    def fill(self, draft: LessonDraft) -> None:
        """Show a draft in the fields."""
        self.title.data, self.objective.data, self.minutes.data = draft.title, draft.objective, draft.minutes
        self.text_format.data, self.text.data = draft.text_format, draft.text
        self.topics.data = ", ".join(draft.topics)
        for citation in draft.sources:
            self.sources.append_entry({"code": citation.code, "place": citation.place})

    def offer_sources(self, choices: list[tuple[str, str]]) -> None:
        """Add empty rows and let every row choose from the register."""
        for _row in range(min(SPARE_CITATIONS, MAX_CITATIONS - len(self.sources.entries))):
            self.sources.append_entry()
        for row in self.sources.entries:
            row.form.code.choices = [("", ""), *choices]

    def draft(self) -> LessonDraft:
        """Return what was typed; rows without a source are left out."""
        rows = [row.form for row in self.sources.entries]
        return LessonDraft(
            title=self.title.data or "",
            objective=self.objective.data or "",
            minutes=self.minutes.data or 0,
            text=self.text.data or "",
            text_format=self.text_format.data or "markdown",
            topics=tuple(topic.strip() for topic in (self.topics.data or "").split(",") if topic.strip()),
            sources=tuple(Citation(row.code.data, row.place.data or "") for row in rows if row.code.data),
        )
