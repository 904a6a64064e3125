"""The forms of trainers: banks, questions, GIFT files."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm, LineField, TextField
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import DIFFICULTY_LABELS, KIND_LABELS, STATE_LABELS
from quizzes.author_queries import QuestionFilter
from quizzes.forms_parts import BoxesField
from quizzes.question_content import BadQuestion, QuestionInput
from quizzes.question_forms.base import ContentField, add_error
from quizzes.question_forms.register import CONTENT_FORMS

_REQUIRED = InputRequired(_l("Please fill this in."))


class BankForm(BaseForm):
    """A new bank, or another name for one."""

    name = LineField(_l("Name of the bank"), [_REQUIRED, Length(max=200, message=_l("At most 200 characters."))])
    unit_id = SelectField(_l("Unit that owns it"), coerce=int)


class QuestionForm(BaseForm):
    """A question: what all kinds share, and in the middle the content of its kind."""

    code = LineField(_l("Code"), [Length(max=60, message=_l("At most 60 characters."))])
    prompt = TextField(_l("Question"), [_REQUIRED])
    content = ContentField(CONTENT_FORMS)
    general_explanation = TextField(_l("Explanation of the whole question"))
    topic = LineField(_l("Topic"))
    difficulty = RadioField(_l("Difficulty"), choices=list(DIFFICULTY_LABELS.items()), default="medium")
    sources = BoxesField(_l("Sources"))
    based_on = HiddenField()

    def __init__(self, kind: str, **kwargs: Any) -> None:
        """Make the form of a question of a kind; only what is posted may tell another one, where kinds are alike."""
        super().__init__(content={"kind": kind}, **kwargs)

    def fill(self, typed: QuestionInput | None) -> None:
        """Show what a question says, or what a new one begins with."""
        content = self.content.form
        if typed is None:
            content.fill(content.START)
            return
        for name in ("prompt", "general_explanation", "topic", "difficulty"):
            self[name].data = getattr(typed, name)
        self.sources.data = list(typed.sources)
        content.fill(typed.content)

    def typed(self) -> QuestionInput:
        """Return the question as typed."""
        return QuestionInput(
            kind=self.content.form.kind.data,
            prompt=self.prompt.data or "",
            content=self.content.form.content(),
            code=self.code.data or "",
            general_explanation=self.general_explanation.data or "",
            topic=self.topic.data or "",
            difficulty=self.difficulty.data,
            sources=tuple(self.sources.data or ()),
        )

    def obey(self, wish: str) -> bool:
        """Do what a button about rows asks (``add@options``, ``up-2@parts-0-items``), and return whether it was one."""
        verb, at, name = wish.partition("@")
        return bool(at) and self.content.form.obey(verb, name)

    def blame(self, error: BadQuestion) -> None:
        """Put a refusal beside the field that it is about."""
        fields = {"no_prompt": "prompt", "topic": "topic", "difficulty": "difficulty", "code": "code"}
        if error.code in fields:
            add_error(self[fields[error.code]], error.message)
        elif not self.content.form.blame(error.code, error.places, error.message):
            self.form_errors.append(error.message)


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
