"""What the pages before and after an attempt show: the rules of a quiz, the way in, and results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from core.clock import local_day
from core.errors import DomainError, NotAllowed, NotFound
from people.access import Actor, Permission
from people.queries import may_in_unit
from quizzes import correction_notes, entry_queries, queries, result_queries, time_queries
from quizzes.behaviour import COUNTS_FOR_NOTHING
from quizzes.correction_notes import CorrectedAttempt, CorrectionNote, WithdrawalNote
from quizzes.gates import Gate, Refusal, counts
from quizzes.marking_result_queries import MarkingResult, marking_results
from quizzes.models import Attempt, QuizVersion
from quizzes.result_queries import ResultView
from quizzes.reveal import Reveal
from quizzes.take_labels import refused
from quizzes.time_rules import Given


@dataclass(frozen=True)
class EarlierAttempt:
    """An attempt that has ended, and what its person may see of it."""

    attempt: Attempt
    reveal: Reveal
    #: Whether it is the one that counts, as far as that may be known.
    counts: bool


@dataclass(frozen=True)
class QuizPage:
    """A quiz before an attempt: its rules, what was done so far, and whether another attempt may begin."""

    quiz_id: int
    version: QuizVersion
    question_count: int
    open_attempt: Attempt | None
    earlier: Sequence[EarlierAttempt]
    gate: Gate
    #: Why no attempt may begin: what the finder of occasions raised, or the rules of the quiz say.
    locked: DomainError | None
    may_preview: bool
    #: Minutes that an attempt of this person would last, when these are more than the time limit.
    own_minutes: int | None
    #: Minutes until the quiz closes, when these are less than the time limit.
    minutes_to_close: int | None
    #: What will be shown of an attempt, and when.
    reveal: Reveal
    #: Attempts whose points a correction has changed.
    corrected: Sequence[CorrectedAttempt] = ()

    @property
    def may_start(self) -> bool:
        """Tell whether an attempt may begin or go on."""
        return self.locked is None

    @property
    def asks_code(self) -> bool:
        """Tell whether the access code must be typed to begin."""
        return self.open_attempt is None and self.gate.refusal is Refusal.CODE_MISSING

    @property
    def may_try(self) -> bool:
        """Tell whether a trainer may try the quiz; not in the middle of an attempt that counts."""
        return self.may_preview and (self.open_attempt is None or self.open_attempt.occasion in COUNTS_FOR_NOTHING)


@dataclass(frozen=True)
class ResultPage:
    """A finished attempt as its person may see it."""

    attempt: Attempt
    items: Sequence[ResultView]
    reveal: Reveal
    #: How far persons have marked, by item id.
    marking: Mapping[int, MarkingResult]
    #: What comes next for its person; None when that is no question here.
    next: QuizPage | None
    #: What corrections changed in it, and why its pass was withdrawn.
    corrections: Sequence[CorrectionNote] = ()
    withdrawal: WithdrawalNote | None = None

    @property
    def waiting_since(self) -> Sequence[datetime]:
        """Return since when answers wait for their first marks, the longest waiting first."""
        return sorted(one.waiting_since for one in self.marking.values() if one.waiting_since)


def quiz_page(quiz_id: int, *, by: Actor, at: datetime) -> QuizPage:
    """Return the page of a quiz for somebody who is to take it, took it, or teaches it.

    :raises NotFound: or NotAllowed, when it is none of these.
    """
    quiz = queries.quiz(quiz_id)
    attempts = queries.attempts_of(by.person_id, quiz_id) if by.person_id else []
    may_preview = may_in_unit(by, Permission.AUTHOR, quiz.unit_id, local_day(at))
    locked: DomainError | None = None
    occasion = None
    try:
        occasion = entry_queries.occasion_of(by, quiz_id, local_day(at))
    except (NotAllowed, NotFound) as error:
        if not attempts and not may_preview:
            raise
        locked = error
    except DomainError as error:
        locked = error
    version = occasion.version if occasion else queries.quiz_version(_version_to_describe(quiz_id, attempts))
    given = time_queries.given(by.person_id, quiz_id, local_day(at)) if by.person_id else Given()
    gate = entry_queries.gate_of(
        version, occasion.key if occasion else "", attempts, at=at, extra_attempts=given.extra_attempts
    )
    open_attempt = next((attempt for attempt in attempts if attempt.finished_at is None), None)
    if locked is None and open_attempt is None and not gate.is_open:
        locked = refused(gate, version.closes_at)
    ended = [attempt for attempt in attempts if attempt.finished_at is not None]
    return QuizPage(
        quiz_id=quiz_id,
        version=version,
        question_count=queries.question_count(version.id),
        open_attempt=open_attempt,
        earlier=_earlier(ended, version.counting, at),
        gate=gate,
        locked=locked,
        may_preview=may_preview,
        own_minutes=given.longer_than(version.time_limit_minutes),
        minutes_to_close=_minutes_to_close(version, at),
        reveal=result_queries.promised(version, at),
        corrected=correction_notes.corrected_attempts(by.person_id or 0, [one.occasion for one in ended], at),
    )


def _version_to_describe(quiz_id: int, attempts: Sequence[Attempt]) -> int:
    """Return the version to describe without an occasion: the latest published, else that of the last attempt."""
    found = queries.latest_published_version_id(quiz_id) or (attempts[0].quiz_version_id if attempts else None)
    if found is None:
        raise NotFound
    return found


def _earlier(ended: Sequence[Attempt], counting: str, at: datetime) -> list[EarlierAttempt]:
    """Return attempts with what may be seen of them. Which counts, of several, is told once all their scores may be."""
    reveals = result_queries.reveals_of(ended, at) if ended else {}
    counting_ids = set()
    real = sorted((one for one in ended if one.occasion not in COUNTS_FOR_NOTHING), key=lambda one: one.occasion)
    for _key, group in groupby(real, key=lambda one: one.occasion):
        made = list(group)
        found = counts(made, counting)
        if found is not None and len(made) > 1 and all(reveals[one.id].score for one in made):
            counting_ids.add(found.id)
    return [EarlierAttempt(one, reveals[one.id], one.id in counting_ids) for one in ended]


def _minutes_to_close(version: QuizVersion, at: datetime) -> int | None:
    if version.closes_at is None or version.time_limit_minutes is None:
        return None
    left = version.closes_at - at
    return left // timedelta(minutes=1) if left < timedelta(minutes=version.time_limit_minutes) else None


def result_page(attempt: Attempt, *, by: Actor, at: datetime) -> ResultPage:
    """Return the result of a finished attempt for its person; who looks at attempts of its unit reads the review."""
    reveal = result_queries.reveals_of([attempt], at)[attempt.id]
    goes_on = attempt.occasion not in COUNTS_FOR_NOTHING and not (reveal.score and attempt.passed)
    items = result_queries.result_views(attempt.id, reveal)
    is_corrected = any(item.is_corrected for item in items)
    return ResultPage(
        attempt,
        items,
        reveal,
        marking_results(attempt.id, reveal),
        quiz_page(attempt.quiz_id, by=by, at=at) if goes_on else None,
        corrections=correction_notes.notes_of(attempt.id) if is_corrected else (),
        withdrawal=correction_notes.withdrawal_of(attempt.id) if is_corrected else None,
    )
