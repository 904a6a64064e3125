"""The register: one certificate for each completion, numbers without a gap, revocation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import select

from certificates import queries, services
from certificates.models import Certificate
from certificates.rules import CODE_ALPHABET
from certificates.services import Achievement
from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from people.access import SYSTEM, Role
from settings import Issuer
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.factories_training import ISSUER, complete, everybody_in, make_training, open_year, plan

in_transaction = pytest.mark.usefixtures("session", "at")
TODAY = date(2026, 11, 20)


def certified(training=None, **person):
    """Return a person with a certificate, and it."""
    training = training or make_training()
    who = make_person(unit=training.unit, **person)
    complete(who, training, open_year(training))
    return who, db.session.scalars(select(Certificate).where(Certificate.person_id == who.id)).one()


def achievement_of(certificate):
    names = Achievement.__dataclass_fields__
    return Achievement(**{name: getattr(certificate, name) for name in names})


@in_transaction
def test_issuing_again_returns_the_same_certificate(at):
    _who, certificate = certified()
    with transaction():
        again = services.issue(achievement_of(certificate), issuer=Issuer(name="Khác"), by=SYSTEM, at=at)
    assert (again.id, again.issuer_name) == (certificate.id, "Cơ quan ban hành")
    assert len(db.session.scalars(select(Certificate)).all()) == 1


@in_transaction
def test_codes_are_random_and_long(at):
    training = make_training()
    tokens = set()
    people = [make_person(unit=training.unit) for _ in range(5)]
    cycle = open_year(training)
    for person in people:
        complete(person, training, cycle)
    tokens = set(db.session.scalars(select(Certificate.token)))
    assert len(tokens) == 5
    assert all(len(token) == 26 and set(token) <= set(CODE_ALPHABET) for token in tokens)


@in_transaction
def test_revoking_needs_the_right_over_the_person_and_a_reason_and_happens_once(at):
    training = make_training()
    who, certificate = certified(training)
    officer = actor_of(make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
    outsiders = (
        actor_of(who),
        actor_of(make_person(unit=training.unit, roles=[Role.UNIT_HEAD])),
        actor_of(make_person(unit=make_unit(), roles=[Role.HR_OFFICER])),
    )

    def revoke(by, reason="Cấp nhầm người"):
        with transaction():
            services.revoke(certificate.id, reason=reason, by=by, at=at)

    for outsider in outsiders:
        with pytest.raises(NotAllowed):
            revoke(outsider)
    with pytest.raises(RuleBroken):
        revoke(officer, "   ")
    revoke(officer)
    with pytest.raises(Conflict):
        revoke(officer)
    with pytest.raises(NotFound), transaction():
        services.revoke(certificate.id + 1000, reason="x", by=SYSTEM, at=at)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "certificate.revoke")).one()
    assert (entry.by_id, entry.reason) == (officer.person_id, "Cấp nhầm người")
    shown = queries.public_facts(certificate.token)
    assert shown is not None
    assert shown.revoked_on == TODAY


@in_transaction
def test_officers_see_the_certificates_of_their_people(at):
    training = make_training()
    who, certificate = certified(training)
    sees = (Role.HR_OFFICER, Role.UNIT_HEAD, Role.INSPECTOR)
    seen_by = [actor_of(who)] + [actor_of(make_person(unit=training.unit, roles=[role])) for role in sees]
    hidden_from = [
        actor_of(make_person(unit=training.unit)),
        actor_of(make_person(unit=training.unit, roles=[Role.TRAINER])),
        actor_of(make_person(unit=make_unit(), roles=[Role.HR_OFFICER])),
    ]
    for actor in seen_by:
        assert queries.certificate_for(actor, certificate.id, TODAY).id == certificate.id
    for actor in hidden_from:
        with pytest.raises(NotFound):
            queries.certificate_for(actor, certificate.id, TODAY)


@in_transaction
def test_numbers_begin_anew_each_year(at):
    training = make_training()
    person = make_person(unit=training.unit)
    complete(person, training, open_year(training))
    new_year = datetime(2026, 12, 31, 17, 0, 1, tzinfo=UTC)
    second = plan(everybody_in(training.unit), opens_on=date(2027, 1, 1), due_on=date(2027, 12, 1))
    complete(person, training, open_year(training, second, at=new_year), new_year)
    issued = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [(one.year, one.number) for one in issued] == [(2026, 1), (2027, 1)]


def test_fifty_issues_at_once_make_one_certificate_of_each_completion(own_app, at):
    """Ten threads issue the certificates of five completions ten times over; some give up at the last moment."""
    with own_app.app_context():
        training = make_training(lessons=0)
        people = [make_person(unit=training.unit) for _ in range(5)]
        cycle = open_year(training)
        wanted = []
        for person in people:
            complete(person, training, cycle)
        for certificate in db.session.scalars(select(Certificate)):
            wanted.append(achievement_of(certificate))
        with transaction():
            db.session.query(Certificate).delete()
            db.session.execute(db.text("UPDATE certificate_series SET last_number = 0"))
        db.session.remove()
    barrier = Barrier(10)

    def issue(number):
        with own_app.app_context():
            if number < 10:
                barrier.wait()
            try:
                with transaction():
                    made = services.issue(wanted[number % 5], issuer=ISSUER, by=SYSTEM, at=at).number
                    if number < 5:
                        raise RuntimeError("power cut")
                return made
            except RuntimeError:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(10) as pool:
        numbers = list(pool.map(issue, range(50)))
    assert set(numbers) - {None} == {1, 2, 3, 4, 5}
    with own_app.app_context():
        issued = db.session.scalars(select(Certificate).order_by(Certificate.number)).all()
        assert [one.number for one in issued] == [1, 2, 3, 4, 5]
        assert len({one.completion_id for one in issued}) == 5
