"""The form of an essay: what is expected, and by what a person marks it."""

from typing import ClassVar

from wtforms import FieldList, FormField

from core.forms import LineField, TextField
from core.i18n import lazy_gettext as _l
from quizzes.forms_parts import WholeField
from quizzes.kinds import Typed
from quizzes.kinds.essay import MAX_CRITERIA
from quizzes.question_forms.base import ContentForm, RowForm


class CriterionForm(RowForm):
    """A line of the rubric."""

    text = LineField(_l("What is looked for"))
    weight = WholeField(_l("Weight"))


class EssayForm(ContentForm):
    """The rubric, the expected length and a model answer."""

    START: ClassVar[Typed] = {"criteria": [{}] * 3, "words": None, "model_answer": ""}
    BLAMED: ClassVar[dict[str, str]] = {"bad_words": "words", "model_answer_too_long": "model_answer"}
    BLAMED_ROWS = "criteria"
    BLAMED_IN_ROW: ClassVar[dict[str, str]] = {"bad_weight": "weight"}

    words = WholeField(_l("Expected length, in words"))
    criteria = FieldList(FormField(CriterionForm), max_entries=MAX_CRITERIA)
    model_answer = TextField(_l("Model answer"))

    def fill(self, content: Typed) -> None:
        """Show the rubric; no expected length is shown as an empty field."""
        super().fill({**content, "words": content["words"] or None})
