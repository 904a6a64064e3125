"""The forms of trainers: banks, questions with rows of options, GIFT files."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import TextArea

from core.forms import BaseForm, LineField, TextField
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import DIFFICULTY_LABELS, KIND_LABELS, RULE_LABELS, STATE_LABELS
from quizzes.author_queries import QuestionFilter
from quizzes.forms_parts import BoxesField, set_rows
from quizzes.kinds.choice import MAX_OPTIONS, RULES
from quizzes.question_content import QuestionInput

EMPTY_ROWS = 4
#: The kinds of which this form knows the parts.
_KINDS = ("single_choice", "multiple_choice")
_REQUIRED = InputRequired(_l("Please fill this in."))


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
            set_rows(self.options, [{}] * EMPTY_ROWS)
            return
        for name in ("kind", "prompt", "general_explanation", "topic", "difficulty"):
            self[name].data = getattr(typed, name)
        self.rule.data, self.shuffle.data = typed.content["rule"], typed.content["shuffle"]
        self.sources.data = list(typed.sources)
        set_rows(self.options, typed.content["options"])

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


class GiftUploadForm(BaseForm):
    """A GIFT file to look at."""

    file = FileField(_l("GIFT file"), [FileRequired(_l("Choose a file."))])


class GiftApplyForm(BaseForm):
    """A GIFT file that was looked at, to be taken now."""

    file_key = HiddenField(validators=[_REQUIRED])
    file_name = HiddenField()
    publish = BooleanField(_l("Publish the questions at once; else they wait as drafts"), default=True)
