"""The form of every kind of question."""

from collections.abc import Mapping

from quizzes.question_forms.base import ContentForm
from quizzes.question_forms.by_rule import BY_RULE
from quizzes.question_forms.case_study import CaseStudyForm
from quizzes.question_forms.essay import EssayForm

CONTENT_FORMS: Mapping[str, type[ContentForm]] = {**BY_RULE, "case_study": CaseStudyForm, "essay": EssayForm}
