"""The demonstration shows what the engine does, and nothing in it waits for a visitor to break it."""

import pytest
from sqlalchemy import func, select

from demo import cast, kinds, story
from quizzes.correction_models import Correction
from quizzes.kinds import KINDS
from quizzes.marking_models import Marking, MarkingTask
from quizzes.models import Attempt, AttemptStep, Bank, Question, QuestionVersion, Quiz
from quizzes.statistics_models import QuizStatistic
from quizzes.time_models import Accommodation, Allowance

MAIN_QUIZ = "kiem-tra-van-hoa-cong-vu"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_story_leaves_something_to_see_on_every_page_of_the_engine(session, at):
    story.tell(at)

    asked = select(QuestionVersion.kind).join(Question).join(Bank).where(Bank.name == kinds.BANK)
    assert sorted(session.scalars(asked)) == sorted(KINDS)
    attempts = session.scalars(
        select(Attempt).join(Quiz, Quiz.id == Attempt.quiz_id).where(Quiz.slug == MAIN_QUIZ)
    ).all()
    assert sum(one.finished_at is not None for one in attempts) >= 30
    assert any(one.finished_at is None and one.due_at > at for one in attempts)
    states = session.execute(select(MarkingTask.state, func.count()).group_by(MarkingTask.state)).all()
    assert dict(map(tuple, states)) == {"waiting": 4, "second": 1, "done": 3}
    assert all(session.scalars(select(Marking.comment)))
    assert session.scalars(select(Correction)).one().finished_at is not None
    assert {"regrade"} == set(session.scalars(select(AttemptStep.action).where(AttemptStep.correction_id.is_not(None))))
    assert session.scalars(select(Accommodation.extra_percent)).all() == [50]
    assert session.scalars(select(Allowance.extra_attempts)).all() == [1]
    assert not any(session.scalars(select(QuizStatistic.stale)))
    assert [guest.role for guest in cast.welcome_guests(at)] == list(cast.GUESTS.values())
