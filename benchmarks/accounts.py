"""Signed-in people for the clients."""

import secrets
from datetime import timedelta

from flask.sessions import SecureCookieSessionInterface

from benchmarks.databases import Database
from core import clock
from core.db import db, transaction
from people.access import Role
from people.models import Account, RoleGrant, UserSession
from people.services import token_hash


def cookie_of(person_id: int, database: Database) -> str:
    """Sign a person in and return the cookie."""
    token, at = secrets.token_urlsafe(32), clock.now()
    with database.app.app_context(), transaction() as session:
        if db.session.get(Account, person_id) is None:
            account = {"password_hash": "no password", "must_change_password": False, "password_changed_at": at}
            session.add(Account(person_id=person_id, **account))
        session.add(
            UserSession(
                token_hash=token_hash(token),
                person_id=person_id,
                started_at=at,
                last_seen_at=at,
                expires_at=at + timedelta(hours=1),
            )
        )
    signer = SecureCookieSessionInterface().get_signing_serializer(database.app)
    assert signer is not None
    return f"nep_session={signer.dumps({'_user_id': token, '_fresh': True})}"


def make_officer(person_id: int, unit_id: int, database: Database) -> None:
    """Make a person the personnel officer of a unit."""
    values = {"role": Role.HR_OFFICER, "valid_from": clock.today() - timedelta(days=1), "granted_at": clock.now()}
    with database.app.app_context(), transaction() as session:
        session.add(RoleGrant(person_id=person_id, unit_id=unit_id, **values))
