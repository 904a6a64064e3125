"""The job that applies a correction: batch after batch, each in a transaction of its own."""

from typing import Any

from core import clock
from core.db import db, transaction
from core.i18n import lazy_gettext as _l
from core.jobs import JobContext
from quizzes import correction_services
from quizzes.correction_models import Correction

NAME = correction_services.JOB
TITLE = _l("Correcting points")


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
