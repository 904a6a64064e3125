"""The job that applies a correction: batch after batch, each in a transaction of its own."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core import clock, jobs
from core.db import db, transaction
from core.i18n import lazy_gettext as _l
from core.job_models import Job
from core.jobs import JobContext
from quizzes import correction_services
from quizzes.correction_models import Correction

NAME = correction_services.JOB
TITLE = _l("Correcting points")
#: How long after a run that failed the next one is asked for.
PAUSE = timedelta(minutes=5)


def apply_correction(context: JobContext) -> dict[str, Any]:
    """Correct all attempts, from where an earlier run was interrupted; ``correction_id`` says which correction.

    Every batch has its own moment, so that what happens meanwhile stays in its order.
    """
    correction_id = context.arguments["correction_id"]
    more = True
    while more:
        with transaction():
            more = correction_services.apply_batch(correction_id, at=clock.now())
        correction = db.session.get_one(Correction, correction_id)
        done, total = correction.done, correction.preview.get("attempts")
        db.session.rollback()
        context.progress(done, max(done, total) if total is not None else None)
    return {"attempts": done}


def go_on(at: datetime) -> int:
    """Ask anew for corrections whose run has failed, so that none stays half applied; return how many."""
    begun = db.session.execute(select(Correction.id, Correction.by_id).where(Correction.finished_at.is_(None))).all()
    asked = 0
    for correction_id, by_id in begun:
        key = correction_services.job_key(correction_id)
        last = db.session.scalars(select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1)).first()
        if last is not None and (last.finished_at is None or last.finished_at > at - PAUSE):
            continue
        return_url = last.return_url if last else "/"
        with transaction():
            arguments = {"correction_id": correction_id}
            jobs.enqueue(NAME, arguments, key=key, by_id=by_id, at=at, return_url=return_url)
        asked += 1
    db.session.rollback()
    return asked
