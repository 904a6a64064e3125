"""The trainers' desk for banks, questions and quizzes; ``views_author_*`` put their pages on it."""

from typing import Any

from flask import Blueprint

from quizzes.author_labels import DIFFICULTY_LABELS, KIND_LABELS, RULE_LABELS, STATE_LABELS
from quizzes.rule_labels import criteria_text, hundredths_text, rule_facts

blueprint = Blueprint("quiz_desk", __name__)

#: How the state of a question looks (``status`` of macros/ui.html).
STATE_LOOKS = {"published": "published", "changed": "soon", "draft": "draft", "retired": "archived"}


@blueprint.context_processor
def labels() -> dict[str, Any]:
    """Give the templates the words for codes and rules."""
    return {
        "KIND_LABELS": KIND_LABELS,
        "DIFFICULTY_LABELS": DIFFICULTY_LABELS,
        "RULE_LABELS": RULE_LABELS,
        "STATE_LABELS": STATE_LABELS,
        "STATE_LOOKS": STATE_LOOKS,
        "rule_facts": rule_facts,
        "criteria_text": criteria_text,
        "hundredths_text": hundredths_text,
    }
