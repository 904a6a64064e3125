"""What follows when a pass is withdrawn: the completion no longer stands, and its certificate is revoked."""

from datetime import datetime

from sqlalchemy import select

from certificates.models import Certificate
from certificates.services import revoke
from core import audit
from core.db import db
from people.access import Actor
from quizzes.models import Attempt
from settings import Issuer
from training.completion_services import complete_again
from training.models import Completion, CompletionWithdrawal, Obligation, fulfils


def withdraw_completion(attempt: Attempt, reason: str, by: Actor, at: datetime, *, issuer: Issuer) -> None:
    """Take back what a withdrawn pass has fulfilled; the completion stays written, with why it no longer counts.

    Who has another attempt that passes is completed again by that one. Nothing happens when the pass fulfilled nothing.
    """
    completion = db.session.scalar(
        select(Completion)
        .join(Obligation, fulfils())
        .where(Completion.attempt_id == attempt.id)
        .with_for_update(of=Obligation)
    )
    if completion is None:
        return
    db.session.add(CompletionWithdrawal(completion_id=completion.id, reason=reason, by_id=by.person_id, at=at))
    db.session.flush()
    detail = {"attempt_id": attempt.id, "completion_id": completion.id}
    about = ("obligation", completion.obligation_id)
    audit.record("obligation.withdraw_completion", by=by, at=at, about=about, reason=reason, detail=detail)
    standing = Certificate.revoked_at.is_(None)
    certificate_id = db.session.scalar(
        select(Certificate.id).where(Certificate.completion_id == completion.id, standing)
    )
    if certificate_id is not None:
        revoke(certificate_id, reason=reason, by=by, at=at)
    complete_again(completion.person_id, completion.cycle_id, issuer=issuer, by=by, at=at)
