"""What trainers can ask about how quizzes and questions work. Everything is read from the tallies."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from core.db import db
from core.html import plain_text
from people.access import Actor, Permission
from people.queries import units_in_scope
from quizzes import statistics_tally_queries as tally_queries
from quizzes.correction_models import Correction
from quizzes.kinds import kind_of
from quizzes.models import Attempt, Bank, PoolQuestion, Question, QuestionVersion, Quiz, QuizSection, QuizVersion
from quizzes.statistics import ItemTally, statistics_of
from quizzes.statistics_choices import (
    ChoiceTally,
    choice_rows,
    findings_of,
    tempting_of,
    unchosen_of,
)
from quizzes.statistics_models import ItemCount, QuizStatistic, ScoreCount
from quizzes.statistics_quiz import distribution_of, quiz_statistics_of
from quizzes.statistics_tally_queries import uncounted
from quizzes.statistics_values import (
    Asked,
    CorrectionNote,
    QuestionLine,
    QuestionReport,
    QuizReport,
    Standing,
    UseLine,
    VersionLine,
)

#: Kinds whose choices are options under one another, with letters; only these have distractors.
WITH_OPTIONS = frozenset({"single_choice", "multiple_choice"})


def standing(quiz_version_ids: Iterable[int]) -> Standing:
    """Return how far some quiz versions are counted. Two queries."""
    ids = list(quiz_version_ids)
    rows = db.session.execute(
        select(QuizStatistic.counted_at, QuizStatistic.stale).where(QuizStatistic.quiz_version_id.in_(ids))
    ).all()
    waiting = db.session.scalar(
        select(func.count()).select_from(Attempt).where(Attempt.quiz_version_id.in_(ids), uncounted())
    )
    counted = [row.counted_at for row in rows if row.counted_at]
    return Standing(max(counted, default=None), waiting or 0, any(row.stale for row in rows))


def version_lines(quiz: Quiz, *, first_only: bool) -> list[VersionLine]:
    """Return the published versions of a quiz, the latest first. One query."""
    asked = (
        select(
            ScoreCount.quiz_version_id,
            func.sum(ScoreCount.count).label("attempts"),
            func.sum(ScoreCount.count * ScoreCount.score).label("total"),
        )
        .where(
            ScoreCount.quiz_version_id.in_([version.id for version in quiz.versions]),
            *tally_queries.kept(ScoreCount, first_only),
        )
        .group_by(ScoreCount.quiz_version_id)
    )
    sums = {row.quiz_version_id: (int(row.attempts), int(row.total)) for row in db.session.execute(asked)}
    lines = []
    for version in reversed(quiz.versions):
        if version.published_at is not None:
            attempts, total = sums.get(version.id, (0, 0))
            mean = total / attempts if attempts else None
            lines.append(VersionLine(version.id, version.number, version.published_at, attempts, mean))
    return lines


def quiz_report(version: QuizVersion, actor: Actor, on: date, *, first_only: bool) -> QuizReport:
    """Return how a quiz version works, question by question in the order of its sections. Five queries.

    :param first_only: count only the first attempt of each person on each occasion.
    """
    scores = tally_queries.score_tallies(version.id, first_only)
    tallies = tally_queries.item_tallies(ItemCount.quiz_version_id == version.id, first_only)
    made = tally_queries.choice_totals(version.id, first_only)
    rows = db.session.execute(_pool(version.id, actor, on)).all()
    corrections = _corrections({row.question_id for row in rows})
    parsed = {
        row.version_id: _judged(_asked(row.kind, row.spec), corrections.get(row.question_id), row.number)
        for row in rows
    }
    by_question = {row.version_id: tallies.get((version.id, row.version_id), []) for row in rows}
    lines = [
        _question_line(place, row, parsed[row.version_id], by_question[row.version_id], made.get(row.version_id, {}))
        for place, row in enumerate(_once(rows), start=1)
    ]
    places = _places(rows, by_question)
    guesses = [(parsed[version_id].guess, cells) for version_id, cells in by_question.items()]
    return QuizReport(
        quiz=quiz_statistics_of(scores, places, guesses),
        bins=distribution_of(scores),
        passed=sum(tally.count for tally in scores if tally.score >= version.pass_score),
        draws=len(places) < len(lines),
        lines=tuple(lines),
    )


def question_reports(question: Question, actor: Actor, on: date, *, first_only: bool) -> list[QuestionReport]:
    """Return how the published versions of a question work, the latest first. Four queries."""
    published = [version for version in reversed(question.versions) if version.published_at is not None]
    ids = [version.id for version in published]
    tallies = tally_queries.item_tallies(ItemCount.question_version_id.in_(ids), first_only)
    choices = tally_queries.choice_tallies(ids, first_only)
    named = db.session.execute(_own_quizzes({quiz for quiz, _question in tallies}, actor, on)).all()
    correction = _corrections({question.id}).get(question.id)
    return [_question_report(version, tallies, choices.get(version.id, []), named, correction) for version in published]


def quiz_versions_asking(question: Question) -> Sequence[int]:
    """Return the versions of quizzes that may ask any version of a question."""
    return db.session.scalars(
        select(QuizSection.quiz_version_id)
        .join(PoolQuestion, PoolQuestion.section_id == QuizSection.id)
        .where(PoolQuestion.question_version_id.in_([version.id for version in question.versions]))
        .distinct()
    ).all()


def _question_report(
    version: QuestionVersion,
    tallies: dict[tuple[int, int], list[ItemTally]],
    choices: list[ChoiceTally],
    named: Sequence[Row[int, int, str, int]],
    correction: CorrectionNote | None,
) -> QuestionReport:
    if correction is not None and not correction.concerns(version.number, version.published_at):
        correction = None
    parsed = _judged(_asked(version.kind, version.spec), correction, version.number)
    cells = [cell for (_quiz, shown), found in tallies.items() if shown == version.id for cell in found]
    item = statistics_of(cells)
    rows = choice_rows(cells, choices, parsed.labels)
    findings = findings_of(item, parsed.guess)
    if parsed.has_options:
        made = {row.key: row.count for row in rows}
        findings += unchosen_of(parsed.labels, made, item.attempts) + tempting_of(rows, item.attempts)
    assert version.published_at is not None
    return QuestionReport(
        number=version.number,
        published_at=version.published_at,
        prompt=plain_text(version.prompt_html),
        has_options=parsed.has_options,
        item=item,
        guess=parsed.guess,
        rows=tuple(row for row in rows if parsed.has_options or row.count or row.right),
        findings=tuple(findings),
        uses=tuple(
            UseLine(row.quiz_id, row.title, row.number, statistics_of(tallies[row.id, version.id]))
            for row in named
            if (row.id, version.id) in tallies
        ),
        correction=correction,
    )


def _question_line(
    place: int, row: Row[Any], parsed: Asked, cells: list[ItemTally], made: dict[str, int]
) -> QuestionLine:
    item = statistics_of(cells)
    findings = findings_of(item, parsed.guess)
    if parsed.has_options:
        findings += unchosen_of(parsed.labels, made, item.attempts)
    return QuestionLine(
        place=place,
        question_id=row.question_id,
        code=row.code,
        number=row.number,
        prompt=plain_text(row.prompt_html),
        is_own=row.is_own,
        item=item,
        guess=parsed.guess,
        findings=tuple(findings),
    )


def _asked(kind_name: str, raw: dict[str, Any]) -> Asked:
    kind = kind_of(kind_name)
    spec = kind.parse(raw)
    return Asked(kind.tally_labels(spec), kind.guess(spec), kind_name in WITH_OPTIONS)


def _corrections(question_ids: Iterable[int]) -> dict[int, CorrectionNote]:
    """Return the last correction of each question."""
    rows = db.session.execute(
        select(
            Correction.question_id,
            Correction.method,
            Correction.at,
            QuestionVersion.number,
            QuestionVersion.kind,
            QuestionVersion.spec,
        )
        .outerjoin(QuestionVersion, QuestionVersion.id == Correction.question_version_id)
        .where(Correction.question_id.in_(list(question_ids)))
        .order_by(Correction.id)
    )
    return {
        row.question_id: CorrectionNote(
            row.method, row.at, row.number, None if row.spec is None else _asked(row.kind, row.spec)
        )
        for row in rows
    }


def _judged(asked: Asked, correction: CorrectionNote | None, number: int) -> Asked:
    """Return a version with its choices right or wrong as its answers are judged now."""
    if correction is None or correction.judge is None or not correction.concerns(number, None):
        return asked
    right = {label.key: label.right for label in correction.judge.labels}
    return replace(asked, labels=tuple(replace(one, right=right.get(one.key, one.right)) for one in asked.labels))


def _pool(quiz_version_id: int, actor: Actor, on: date) -> Select[Any]:
    """Return a select of the questions that a quiz version may ask, section by section."""
    return (
        select(
            QuizSection.id.label("section_id"),
            QuizSection.draw_count,
            QuestionVersion.id.label("version_id"),
            QuestionVersion.question_id,
            QuestionVersion.number,
            QuestionVersion.kind,
            QuestionVersion.prompt_html,
            QuestionVersion.spec,
            Question.code,
            Bank.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on)).label("is_own"),
        )
        .join(PoolQuestion, PoolQuestion.section_id == QuizSection.id)
        .join(QuestionVersion, QuestionVersion.id == PoolQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(QuizSection.quiz_version_id == quiz_version_id)
        .order_by(QuizSection.position, PoolQuestion.position, PoolQuestion.id)
    )


def _own_quizzes(quiz_version_ids: Iterable[int], actor: Actor, on: date) -> Select[int, int, str, int]:
    """Return a select of those quiz versions that are of the reader's units, by title, the latest first."""
    return (
        select(QuizVersion.id, QuizVersion.quiz_id, QuizVersion.title, QuizVersion.number)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(
            QuizVersion.id.in_(list(quiz_version_ids)),
            Quiz.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on)),
        )
        .order_by(QuizVersion.title, QuizVersion.quiz_id, QuizVersion.number.desc())
    )


def _once(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the rows without those whose question an earlier section has too; an attempt asks it once."""
    return list({row.version_id: row for row in reversed(rows)}.values())[::-1]


def _places(rows: Sequence[Row[Any]], tallies: dict[int, list[ItemTally]]) -> list[list[ItemTally]]:
    """Return the tallies by place: those of a random draw together, every other question by itself."""
    sizes: dict[int, int] = {}
    for row in rows:
        sizes[row.section_id] = sizes.get(row.section_id, 0) + 1
    places: dict[tuple[int, int], list[ItemTally]] = {}
    for row in _once(rows):
        drawn = row.draw_count is not None and row.draw_count < sizes[row.section_id]
        places.setdefault((row.section_id, 0 if drawn else row.version_id), []).extend(tallies[row.version_id])
    return list(places.values())
