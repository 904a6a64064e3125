"""Banks, questions and quizzes, for trainers: the pages put themselves on the desk when they are imported."""

from quizzes import (
    views_author_banks,
    views_author_corrections,
    views_author_marking,
    views_author_questions,
    views_author_quizzes,
    views_author_statistics,
    views_kept_passes,
    views_review,
)
from quizzes.views_author_desk import blueprint

__all__ = [
    "blueprint", "views_author_banks", "views_author_corrections",
    "views_author_marking", "views_author_questions",
    "views_author_quizzes", "views_author_statistics", "views_kept_passes", "views_review",
]  # fmt: skip
