"""The form of ordering: lines in the right order."""

from typing import ClassVar

from wtforms import FieldList, FormField, RadioField
from wtforms.widgets import TextArea

from core.forms import LineField
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import RULE_LABELS
from quizzes.kinds import Typed
from quizzes.kinds.ordering import PAIRS, RULES
from quizzes.kinds.rows import MAX_ROWS
from quizzes.question_forms.base import ContentForm, RowForm


class LineForm(RowForm):
    """A line of the order."""

    text = LineField(_l("Text"), widget=TextArea())
    explanation = LineField(_l("Explanation"), widget=TextArea())


class OrderingForm(ContentForm):
    """Lines in the right order."""

    START: ClassVar[Typed] = {"items": [{}] * 4, "rule": PAIRS}
    BLAMED_ROWS = "items"

    items = FieldList(FormField(LineForm), max_entries=MAX_ROWS)
    rule = RadioField(_l("Points"), choices=[(rule, RULE_LABELS[f"ordering.{rule}"]) for rule in RULES], default=PAIRS)
