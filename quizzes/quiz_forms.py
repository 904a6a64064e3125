"""The form of a quiz: its rules, and rows of sections."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, ValidationError

from core.forms import BaseForm, LineField, MomentField, TextField
from core.i18n import gettext
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import DIFFICULTY_LABELS
from quizzes.forms_parts import HundredthsField, WholeField, set_rows
from quizzes.quiz_drafts import PASS_SCORE, RULES, QuizDraft, SectionDraft
from quizzes.quiz_rules import Problem
from quizzes.rule_labels import COUNTING_LABELS, SHOW_LABELS, problem_text

MAX_SECTIONS = 20
_NEEDED = _l("Please fill this in.")
_SHOWN = list(SHOW_LABELS.items())


class SectionForm(Form):
    """One section of a quiz."""

    title = LineField(_l("Title"), [Length(max=200, message=_l("At most 200 characters."))])
    bank_id = SelectField(_l("Question bank"), coerce=int)
    topic = SelectField(_l("Topic"))
    difficulty = SelectField(_l("Difficulty"), choices=[("", _l("Any difficulty")), *DIFFICULTY_LABELS.items()])
    draw_count = WholeField(_l("Questions drawn"))
    points = HundredthsField(_l("Points for each"), default=100)

    def draft(self) -> SectionDraft:
        """Return the section as typed."""
        return SectionDraft(
            self.bank_id.data or 0,
            self.draw_count.data,
            self.points.data or 0,
            self.title.data or "",
            self.topic.data or "",
            self.difficulty.data or "",
        )


class QuizForm(BaseForm):
    """The rules of a quiz."""

    slug = LineField(_l("Address"), [Length(max=80, message=_l("At most 80 characters."))])
    unit_id = SelectField(_l("Unit that owns it"), coerce=int)
    title = LineField(
        _l("Title"), [InputRequired(_NEEDED), Length(max=200, message=_l("At most 200 characters."))], default=""
    )
    instructions = TextField(_l("Instructions"), default="")
    sections = FieldList(FormField(SectionForm), max_entries=MAX_SECTIONS)
    avoid_seen = BooleanField(_l("Prefer questions that the learner has not seen yet"))
    practice = BooleanField(_l("This is practice and counts for nothing"))
    pass_score = HundredthsField(_l("Pass mark, on the scale of 10"), default=PASS_SCORE)
    attempts_allowed = WholeField(_l("Attempts allowed"))
    wait_minutes = WholeField(_l("Waiting time between attempts, in minutes"))
    counting = RadioField(_l("Attempt that counts"), choices=list(COUNTING_LABELS.items()), default="best")
    opens_at = MomentField(_l("Opens"))
    closes_at = MomentField(_l("Closes"))
    time_limit_minutes = WholeField(_l("Time limit, in minutes"))
    access_code = LineField(_l("Access code"), default="")
    shuffle_questions = BooleanField(_l("Shuffle the questions"), default=True)
    shuffle_options = BooleanField(_l("Shuffle the options"), default=True)
    per_page = WholeField(_l("Questions on each page"))
    one_way = BooleanField(_l("Learners can't go back to an earlier page"))
    show_score = SelectField(_l("Score is shown"), choices=_SHOWN, default="after")
    show_verdicts = SelectField(_l("Verdict on each answer is shown"), choices=_SHOWN, default="after")
    show_key = SelectField(_l("Key and explanations are shown"), choices=_SHOWN, default="after")
    based_on = HiddenField()

    def validate_pass_score(self, field: HundredthsField) -> None:
        """Ask for a mark where one counts."""
        if field.data is None and not field.errors and not self.practice.data:
            raise ValidationError(str(_NEEDED))

    def offer(self, banks: Sequence[tuple[int, str]], topics: Iterable[str]) -> None:
        """Set the banks and topics from which each section may draw."""
        offered = [("", gettext("Any topic")), *((topic, topic) for topic in topics)]
        for entry in self.sections.entries:
            section = entry.form
            section.bank_id.choices = list(banks)
            if section.bank_id.data is None and banks:  # what a browser would choose
                section.bank_id.data = banks[0][0]
            section.topic.choices = list(offered)
            chosen = section.topic.data or ""
            if chosen not in dict(offered):  # a topic that no question has any more
                section.topic.choices.append((chosen, chosen))

    def fill(self, draft: QuizDraft | None) -> None:
        """Show the rules of a quiz, or one empty section."""
        if draft is None:
            set_rows(self.sections, [{}])
            return
        for name in RULES:
            self[name].data = getattr(draft, name)
        if draft.practice:
            self.pass_score.data = None
        set_rows(self.sections, [vars(section) for section in draft.sections])

    def section_drafts(self) -> tuple[SectionDraft, ...]:
        """Return the sections as typed."""
        return tuple(entry.form.draft() for entry in self.sections.entries)

    def draft(self) -> QuizDraft:
        """Return the rules as typed."""
        typed: dict[str, Any] = {name: self[name].data for name in RULES}
        if typed["pass_score"] is None:
            typed["pass_score"] = PASS_SCORE
        return QuizDraft(sections=self.section_drafts(), **typed)

    def blame(self, problems: Iterable[Problem]) -> None:
        """Put what is wrong with the rules beside the fields that it is about."""
        for problem in problems:
            form = self if problem.section is None else self.sections.entries[problem.section].form
            field = form[problem.field]
            field.errors = [*field.errors, problem_text(problem)]
