"""The forms of trainers: banks, questions with rows of options, quizzes with rows of sections, GIFT files."""

import re
from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextArea, TextInput

from core.forms import BaseForm, LineField, TextField
from core.i18n import gettext
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import DIFFICULTY_LABELS, KIND_LABELS, RULE_LABELS, STATE_LABELS
from quizzes.author_queries import QuestionFilter
from quizzes.kinds.choice import MAX_OPTIONS, RULES
from quizzes.question_content import QuestionInput
from quizzes.quiz_services import QuizDraft, SectionDraft

EMPTY_ROWS = 4
MAX_SECTIONS = 20
#: The kinds of which this form knows the parts.
_KINDS = ("single_choice", "multiple_choice")
_REQUIRED = InputRequired(_l("Please fill this in."))
_WISH = re.compile(r"(add|remove|up|down)(?:-(\d{1,3}))?")


class WholeField(Field):
    """A whole number, or nothing."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number.

        :raises ValueError: when it is none.
        """
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if typed:
            if not re.fullmatch(r"\d{1,6}", typed, re.ASCII):
                raise ValueError(gettext("Write a whole number, for example 20."))
            self.data = int(typed)


class HundredthsField(Field):
    """Points or a score with at most two decimals (5,5 or 5.5), kept as whole hundredths."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        whole, rest = divmod(self.data, 100)
        return f"{whole},{rest:02}".rstrip("0").rstrip(",")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number.

        :raises ValueError: when it is none.
        """
        typed = str(valuelist[0]).strip() if valuelist else ""
        found = re.fullmatch(r"(\d{1,4})(?:[.,](\d{1,2}))?", typed, re.ASCII)
        self.data = None
        if typed and not found:
            raise ValueError(gettext("Write a number such as 5 or 5,5."))
        if found:
            self.data = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


class BoxesField(SelectMultipleField):
    """Any number of choices, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def change_rows(rows: FieldList, wish: str, *, limit: int) -> bool:
    """Add, remove or move a row as a button asks (``add``, ``remove-2``, ``up-2``, ``down-2``), keeping what was typed.

    Return whether the wish was one about rows.
    """
    found = _WISH.fullmatch(wish)
    if not found:
        return False
    data = [entry.data for entry in rows.entries]
    verb, place = found[1], int(found[2] or 0)
    if verb == "add" and len(data) < limit:
        data.append({})
    elif verb == "remove" and place < len(data):
        del data[place]
    elif verb in {"up", "down"} and place < len(data):
        target = min(max(place + (1 if verb == "down" else -1), 0), len(data) - 1)
        data.insert(target, data.pop(place))
    _set_rows(rows, data)
    return True


def _set_rows(rows: FieldList, data: Sequence[Any]) -> None:
    """Give the list these rows, numbered anew."""
    while rows.entries:
        rows.pop_entry()
    for row in data:
        rows.append_entry(row)


class BankForm(BaseForm):
    """A new bank, or another name for one."""

    name = LineField(_l("Name of the bank"), [_REQUIRED, Length(max=200, message=_l("At most 200 characters."))])
    unit_id = SelectField(_l("Unit that owns it"), coerce=int)


class OptionForm(Form):
    """One option of a question."""

    key = HiddenField()
    text = LineField(_l("Text"), widget=TextArea())
    right = BooleanField(_l("This option is right"))
    explanation = LineField(_l("Explanation"), widget=TextArea())


class QuestionForm(BaseForm):
    """A question. Rows of options that are wholly empty are left out."""

    code = LineField(_l("Code"), [Length(max=60, message=_l("At most 60 characters."))])
    kind = RadioField(_l("Kind"), choices=[(name, KIND_LABELS[name]) for name in _KINDS], default="single_choice")
    prompt = TextField(_l("Question"), [_REQUIRED])
    options = FieldList(FormField(OptionForm), max_entries=MAX_OPTIONS)
    rule = RadioField(_l("Points"), choices=[(rule, RULE_LABELS[rule]) for rule in RULES], default="partial")
    shuffle = BooleanField(_l("The order of the options may be shuffled"), default=True)
    general_explanation = TextField(_l("Explanation of the whole question"))
    topic = LineField(_l("Topic"))
    difficulty = RadioField(_l("Difficulty"), choices=list(DIFFICULTY_LABELS.items()), default="medium")
    sources = BoxesField(_l("Sources"))
    based_on = HiddenField()

    def fill(self, typed: QuestionInput | None) -> None:
        """Show what a question says, or empty rows."""
        if typed is None:
            _set_rows(self.options, [{}] * EMPTY_ROWS)
            return
        for name in ("kind", "prompt", "general_explanation", "topic", "difficulty"):
            self[name].data = getattr(typed, name)
        self.rule.data, self.shuffle.data = typed.content["rule"], typed.content["shuffle"]
        self.sources.data = list(typed.sources)
        _set_rows(self.options, typed.content["options"])

    def typed(self) -> QuestionInput:
        """Return the question as typed."""
        return QuestionInput(
            kind=self.kind.data,
            prompt=self.prompt.data or "",
            content={
                "options": [
                    {
                        "text": row.text.data or "",
                        "right": bool(row.right.data),
                        "explanation": row.explanation.data or "",
                        "key": row.key.data or "",
                    }
                    for row in self.filled_rows()
                ],
                "shuffle": bool(self.shuffle.data),
                "rule": self.rule.data,
            },
            code=self.code.data or "",
            general_explanation=self.general_explanation.data or "",
            topic=self.topic.data or "",
            difficulty=self.difficulty.data,
            sources=tuple(self.sources.data or ()),
        )

    def filled_rows(self) -> list[Any]:
        """Return the rows in which something was typed or ticked."""
        rows = [entry.form for entry in self.options.entries]
        return [row for row in rows if row.text.data or row.explanation.data or row.right.data]

    def blame(self, code: str, option: int | None, message: Any) -> None:
        """Put a refusal beside the field that it is about."""
        fields = {"no_prompt": "prompt", "topic": "topic", "difficulty": "difficulty", "code": "code"}
        if option is not None:
            row = self.filled_rows()[option]
            row.text.errors = [*row.text.errors, message]
        elif code in fields:
            self[fields[code]].errors = [*self[fields[code]].errors, message]
        else:
            self.form_errors.append(message)


class QuestionFilterForm(BaseForm):
    """Search and filters above a bank's questions."""

    class Meta(BaseForm.Meta):
        """A search changes nothing."""

        csrf = False

    q = LineField(_l("Words, code or topic"))
    kind = SelectField(_l("Kind"), choices=[("", _l("All")), *KIND_LABELS.items()], validate_choice=False)
    difficulty = SelectField(
        _l("Difficulty"), choices=[("", _l("All")), *DIFFICULTY_LABELS.items()], validate_choice=False
    )
    state = SelectField(_l("State"), choices=[("", _l("All")), *STATE_LABELS.items()], validate_choice=False)

    def asked(self) -> QuestionFilter:
        """Return what is looked for."""
        return QuestionFilter(
            self.q.data or "", self.kind.data or "", self.difficulty.data or "", self.state.data or ""
        )


class PublishForm(BaseForm):
    """Which quizzes take a newly published question at once."""

    quizzes = BoxesField(_l("Publish these quizzes anew with it"), coerce=int)


class SectionForm(Form):
    """One section of a quiz."""

    title = LineField(_l("Title"), [Length(max=200, message=_l("At most 200 characters."))])
    bank_id = SelectField(_l("Question bank"), coerce=int)
    draw_count = WholeField(_l("Questions drawn"))
    points = HundredthsField(_l("Points for each"), default=100)


class QuizForm(BaseForm):
    """The rules of a quiz."""

    slug = LineField(_l("Address"), [Length(max=80, message=_l("At most 80 characters."))])
    unit_id = SelectField(_l("Unit that owns it"), coerce=int)
    title = LineField(_l("Title"), [_REQUIRED, Length(max=200, message=_l("At most 200 characters."))])
    instructions = TextField(_l("Instructions"))
    pass_score = HundredthsField(_l("Pass mark, on the scale of 10"), [_REQUIRED], default=500)
    attempts_allowed = WholeField(_l("Attempts allowed"))
    time_limit_minutes = WholeField(_l("Time limit, in minutes"))
    shuffle_questions = BooleanField(_l("Shuffle the questions"), default=True)
    shuffle_options = BooleanField(_l("Shuffle the options"), default=True)
    sections = FieldList(FormField(SectionForm), max_entries=MAX_SECTIONS)
    based_on = HiddenField()

    def validate_pass_score(self, field: HundredthsField) -> None:
        """Refuse a mark outside the scale."""
        if field.data is not None and field.data > 1000:
            raise ValidationError(gettext("The pass mark lies between 0 and 10."))

    def offer_banks(self, banks: Sequence[tuple[int, str]]) -> None:
        """Set the banks from which each section may draw."""
        for entry in self.sections.entries:
            entry.form.bank_id.choices = list(banks)

    def fill(self, draft: QuizDraft | None) -> None:
        """Show the rules of a quiz, or one empty section."""
        if draft is None:
            _set_rows(self.sections, [{}])
            return
        for name, value in vars(draft).items():
            if name != "sections":
                self[name].data = value
        _set_rows(self.sections, [vars(section) for section in draft.sections])

    def draft(self) -> QuizDraft:
        """Return the rules as typed."""
        rows = [entry.form for entry in self.sections.entries]
        return QuizDraft(
            title=self.title.data or "",
            sections=tuple(
                SectionDraft(row.bank_id.data, row.draw_count.data, row.points.data or 0, row.title.data or "")
                for row in rows
            ),
            instructions=self.instructions.data or "",
            pass_score=self.pass_score.data or 0,
            attempts_allowed=self.attempts_allowed.data,
            time_limit_minutes=self.time_limit_minutes.data,
            shuffle_questions=bool(self.shuffle_questions.data),
            shuffle_options=bool(self.shuffle_options.data),
        )


class GiftUploadForm(BaseForm):
    """A GIFT file to look at."""

    file = FileField(_l("GIFT file"), [FileRequired(_l("Choose a file."))])


class GiftApplyForm(BaseForm):
    """A GIFT file that was looked at, to be taken now."""

    file_key = HiddenField(validators=[_REQUIRED])
    file_name = HiddenField()
    publish = BooleanField(_l("Publish the questions at once; else they wait as drafts"), default=True)
