"""The forms of the kinds that a rule judges: those that a part of a case study may have."""

from collections.abc import Mapping

from quizzes.question_forms.base import ContentForm
from quizzes.question_forms.choice import ChoiceForm
from quizzes.question_forms.gaps import GapsForm
from quizzes.question_forms.ordering import OrderingForm
from quizzes.question_forms.placing import CategoriseForm, MatchingForm
from quizzes.question_forms.written import NumericForm, ShortAnswerForm

BY_RULE: Mapping[str, type[ContentForm]] = {
    "single_choice": ChoiceForm,
    "multiple_choice": ChoiceForm,
    "matching": MatchingForm,
    "ordering": OrderingForm,
    "categorise": CategoriseForm,
    "short_answer": ShortAnswerForm,
    "numeric": NumericForm,
    "gaps": GapsForm,
}
