"""The rules of a quiz as a package says them, field by field."""

from dataclasses import replace

from authoring.package_values import PackageQuiz, PackageSection
from authoring.toml_fields import Fields, Problem
from core.i18n import lazy_gettext as _l
from quizzes.quiz_drafts import PASS_SCORE, QuizDraft, SectionDraft, tidy
from quizzes.quiz_rules import MOST, problems
from quizzes.rule_labels import problem_text

#: What fields are called in a package, where that differs.
_NAMES = {"pass_score": "pass_mark", "bank_id": "bank", "draw_count": "draw"}


def read_quiz(fields: Fields) -> PackageQuiz:
    """Return the quiz of a file; what is wrong with it is noted in the problems of the fields."""
    sections = tuple(_section(each) for each in fields.tables("section"))
    quiz = PackageQuiz(fields.file, fields.words("slug", most=80, needed=True), _rules(fields), sections)
    fields.finish("title_en")
    if not sections:
        fields.wrong("section", _l("A quiz needs at least one [[section]]."))
    if not any(problem.file == fields.file for problem in fields.problems):
        _check(fields, quiz)
    return quiz


def _rules(fields: Fields) -> QuizDraft:
    return QuizDraft(
        title=fields.words("title", most=200, needed=True),
        sections=(),
        instructions=fields.passage("instructions", most=10_000),
        pass_score=fields.hundredths("pass_mark", PASS_SCORE),
        attempts_allowed=fields.whole("attempts_allowed", 1, 1000, None),
        time_limit_minutes=fields.whole("time_limit_minutes", 1, 1440, None),
        shuffle_questions=fields.truth("shuffle_questions", True),
        shuffle_options=fields.truth("shuffle_options", True),
        practice=fields.truth("practice", False),
        wait_minutes=fields.whole("wait_minutes", 1, MOST, None),
        opens_at=fields.moment("opens_at"),
        closes_at=fields.moment("closes_at"),
        one_way=fields.truth("one_way", False),
        per_page=fields.whole("per_page", 1, MOST, None),
        counting=fields.words("counting", most=10) or "best",
        avoid_seen=fields.truth("avoid_seen", False),
        access_code=fields.words("access_code", most=40),
        show_score=fields.words("show_score", most=12) or "after",
        show_verdicts=fields.words("show_verdicts", most=12) or "after",
        show_key=fields.words("show_key", most=12) or "after",
    )


def _section(fields: Fields) -> PackageSection:
    section = PackageSection(
        file=fields.file,
        line=fields.first_line,
        bank=fields.words("bank", most=200, needed=True),
        asks=SectionDraft(
            bank_id=0,
            draw_count=fields.whole("draw", 1, 1000, None),
            points=fields.hundredths("points", 100),
            title=fields.words("title", most=200),
            topic=fields.words("topic", most=40),
            difficulty=fields.words("difficulty", most=10),
        ),
    )
    fields.finish()
    return section


def _check(fields: Fields, quiz: PackageQuiz) -> None:
    """Note what makes no sense in the rules as a whole. Banks are told apart by their names."""
    banks = list(dict.fromkeys(section.bank for section in quiz.sections))
    sections = tuple(replace(section.asks, bank_id=banks.index(section.bank)) for section in quiz.sections)
    for problem in problems(tidy(replace(quiz.rules, sections=sections))):
        name = _NAMES.get(problem.field, problem.field)
        if problem.section is None:
            fields.wrong(name, problem_text(problem))
        else:
            line = quiz.sections[problem.section].line
            fields.problems.append(Problem(fields.file, line, name, problem_text(problem)))
