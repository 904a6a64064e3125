"""The form of single and multiple choice: options, one or several of them right."""

from typing import ClassVar

from wtforms import BooleanField, FieldList, FormField, RadioField
from wtforms.widgets import TextArea

from core.forms import LineField
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import KIND_LABELS, RULE_LABELS
from quizzes.kinds import Typed
from quizzes.kinds.choice import MAX_OPTIONS, PARTIAL, RULES
from quizzes.question_forms.base import ContentForm, RowForm


class OptionForm(RowForm):
    """One option of a question."""

    text = LineField(_l("Text"), widget=TextArea())
    right = BooleanField(_l("This option is right"))
    explanation = LineField(_l("Explanation"), widget=TextArea())


class ChoiceForm(ContentForm):
    """Options in the author's order."""

    START: ClassVar[Typed] = {"options": [{}] * 4, "shuffle": True, "rule": PARTIAL}
    BLAMED_ROWS = "options"

    kind = RadioField(
        _l("How many options are right"),
        choices=[(name, KIND_LABELS[name]) for name in ("single_choice", "multiple_choice")],
    )
    options = FieldList(FormField(OptionForm), max_entries=MAX_OPTIONS)
    shuffle = BooleanField(_l("The order of the options may be shuffled"), default=True)
    rule = RadioField(_l("Points"), choices=[(rule, RULE_LABELS[f"multiple_choice.{rule}"]) for rule in RULES],
                      default=PARTIAL)  # fmt: skip
