"""The forms of short answers and numbers: accepted answers, each with its share of the points."""

from dataclasses import asdict
from typing import ClassVar

from wtforms import BooleanField, FieldList, Form, FormField
from wtforms.widgets import TextArea

from core.forms import LineField
from core.i18n import lazy_gettext as _l
from quizzes.forms_parts import WholeField
from quizzes.kinds import Typed
from quizzes.kinds.folding import Folding
from quizzes.kinds.written import MAX_ANSWERS
from quizzes.question_forms.base import ContentForm, RowForm


class FoldingForm(Form):
    """What is taken as equal when a written answer is compared."""

    case = BooleanField(_l("Capital and small letters"))
    edges = BooleanField(_l("Spaces and punctuation at the ends"))
    tones = BooleanField(_l("Old and new placement of the tone mark (hòa, hoà)"))
    marks = BooleanField(_l("Letters with and without diacritics (đạo đức, dao duc)"))


class AnswerForm(RowForm):
    """An accepted answer, or one that is known to be wrong and is explained."""

    text = LineField(_l("Answer"))
    share = WholeField(_l("Share of the points, in percent"))
    explanation = LineField(_l("Explanation"), widget=TextArea())


class ShortAnswerForm(ContentForm):
    """Accepted answers, and how they are compared."""

    START: ClassVar[Typed] = {"answers": [{}] * 2, "folding": asdict(Folding())}
    BLAMED_ROWS = "answers"
    BLAMED_IN_ROW: ClassVar[dict[str, str]] = {"bad_share": "share"}

    answers = FieldList(FormField(AnswerForm), max_entries=MAX_ANSWERS)
    folding = FormField(FoldingForm)


class NumberForm(RowForm):
    """An accepted number."""

    value = LineField(_l("Number"))
    tolerance = LineField(_l("Tolerance (±)"))
    percent = BooleanField(_l("The tolerance is in percent of the number"))
    share = WholeField(_l("Share of the points, in percent"))
    explanation = LineField(_l("Explanation"), widget=TextArea())


class NumericForm(ContentForm):
    """Accepted numbers and their unit of measure."""

    START: ClassVar[Typed] = {"answers": [{}], "unit": ""}
    BLAMED: ClassVar[dict[str, str]] = {"unit_too_long": "unit"}
    BLAMED_ROWS = "answers"
    BLAMED_IN_ROW: ClassVar[dict[str, str]] = {
        "bad_share": "share", "bad_tolerance": "tolerance", "bad_number": "value", "duplicate_answer": "value",
        "text_too_long": "explanation", "malformed": "value",
    }  # fmt: skip

    answers = FieldList(FormField(NumberForm), max_entries=MAX_ANSWERS)
    unit = LineField(_l("Unit of measure"))
