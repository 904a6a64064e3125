"""Every role at every door: the map of all addresses, walked against one table."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import url_for
from itsdangerous import URLSafeTimedSerializer

from people import menu
from people.access import ROLE_PERMISSIONS, Permission, Role
from tests.support.factories_people import give_role, make_person, make_unit, sign_in
from tests.support.world import World, make_world

ANYBODY, SIGNED_IN = "anybody", "signed in"
#: Who may use which address. An address that is not here fails the test: whoever adds one decides about it.
DOORS: dict[str, str] = {
    ANYBODY: """
        static core.healthz core.readyz core.choose_language core.choose_appearance core.components
        training.home people.sign_in people.first_administrator certificates.verify_search certificates.verify""",
    SIGNED_IN: """
        training.my people.account people.change_password people.end_session people.end_other_sessions people.sign_out
        lessons.courses lessons.course lessons.lesson lessons.position lessons.read library.picture
        quizzes.answer_file
        quizzes.quiz quizzes.start quizzes.attempt quizzes.state quizzes.save quizzes.tell quizzes.confirm
        quizzes.submit quizzes.result time.log quizzes.practice
        certificates.mine certificates.show certificates.download
        jobs.job""",
    Permission.AUTHOR: """
        authoring.desk authoring.download
        lesson_desk.courses lesson_desk.new_course lesson_desk.course lesson_desk.edit_course
        lesson_desk.publish_course lesson_desk.new_module lesson_desk.edit_module lesson_desk.move_module
        lesson_desk.new_lesson
        lesson_editor.edit lesson_editor.save lesson_editor.render lesson_editor.preview lesson_editor.versions
        lesson_editor.version lesson_editor.move lesson_editor.discard lesson_editor.restore lesson_editor.retire
        library.sources library.new_source library.edit_source library.media_list library.edit_media
        quiz_desk.banks quiz_desk.new_bank quiz_desk.bank quiz_desk.rename_bank quiz_desk.import_gift
        quiz_desk.apply_gift quiz_desk.export quiz_desk.export_gift
        quiz_desk.new_question quiz_desk.edit_question quiz_desk.preview_question quiz_desk.publish_question
        quiz_desk.question_history quiz_desk.retire_question quiz_desk.restore_question
        quiz_desk.quizzes quiz_desk.new_quiz quiz_desk.edit_quiz quiz_desk.publish_quiz quiz_desk.quiz_history
        quiz_desk.questions_there
        quiz_desk.quiz_statistics quiz_desk.quiz_statistics_csv quiz_desk.count_quiz_statistics
        quiz_desk.question_statistics""",
    Permission.VIEW_ATTEMPTS: "quiz_desk.attempts quiz_desk.attempts_csv quiz_desk.review_attempt",
    Permission.MARK: """
        quiz_desk.answer_files quiz_desk.decide_answer_file
        quiz_desk.marking quiz_desk.marking_quiz quiz_desk.next_answer quiz_desk.mark_answer quiz_desk.claim_answer
        quiz_desk.ask_second""",
    Permission.GRANT_TIME: """
        time.quizzes time.sittings time.give_minutes time.allowances time.end_allowance
        time.accommodations time.end_accommodation""",
    Permission.CORRECT: "quiz_desk.correct_question quiz_desk.correction_list",
    Permission.WITHDRAW_PASSES: "quiz_desk.kept_passes",
    Permission.VIEW_PEOPLE: "staff.people_list staff.person staff.units",
    Permission.IMPORT_PEOPLE: "staff.import_list staff.import_preview staff.apply_import",
    Permission.MANAGE_ACCOUNTS: "staff.first_password",
    Permission.MANAGE_UNITS: "staff.new_unit staff.change_unit",
    Permission.MANAGE_TRAINING: """
        cycles.requirements cycles.new_requirement cycles.edit_requirement cycles.plan_year
        cycles.cycle cycles.edit_plan cycles.open_cycle cycles.evaluate cycles.close
        cycles.exemption cycles.end_exemption""",
    Permission.VIEW_ROSTER: "reports.roster reports.roster_csv reports.roster_xlsx",
    Permission.REVOKE_CERTIFICATES: "certificates.revoke",
    Permission.GRANT_ROLES: "admin.roles admin.end_role",
    Permission.VIEW_AUDIT: "admin.audit",
}
#: Addresses that name something which belongs to no unit: open to whoever passes the door.
SHARED = {
    "static", "certificates.verify", "library.picture", "library.edit_source",
    "lessons.course", "lessons.lesson", "lessons.position", "lessons.read",
}  # fmt: skip
#: Sessions that are not one's own: nothing happens, and nothing is told (see test_people_account).
SILENT = {"people.end_session"}
#: What belongs to a person; others find nothing, whatever their role.
OWN = {
    "quizzes.attempt", "quizzes.state", "quizzes.save", "quizzes.tell", "quizzes.confirm", "quizzes.submit",
    "quizzes.answer_file",
    "staff.import_preview", "staff.apply_import", "jobs.job",
}  # fmt: skip
#: What belongs to a person, and is shown to those who look after them.
SUPERVISED = {"quizzes.result": Permission.VIEW_ATTEMPTS, "time.log": Permission.VIEW_ATTEMPTS,
              "certificates.show": Permission.VIEW_ROSTER,
              "certificates.download": Permission.VIEW_ROSTER}  # fmt: skip
#: For those who owe it; trainers of its unit look at it too, and try it in another way.
OWED = {"quizzes.quiz", "quizzes.start"}
ROLES = ["nobody", "learner", *Role]
CSRF_SECRET = "a" * 40


def rules() -> dict[str, str]:
    """Return the table by endpoint."""
    return {endpoint: rule for rule, endpoints in DOORS.items() for endpoint in endpoints.split()}


def calls(app) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield endpoint, method and the names of the objects in the address, for everything the application answers."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, method, tuple(sorted(rule.arguments))


class Walker:
    """Somebody who tries every address."""

    def __init__(self, app, client, person=None) -> None:
        self.app, self.client, self.person = app, client, person
        self.csrf = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(CSRF_SECRET)

    def call(self, endpoint: str, method: str, world: World, names: tuple[str, ...]) -> Any:
        """Try an address, freshly signed in, with a valid token of the form."""
        arguments = world.exceptions.get(endpoint) or {name: world.ids[name] for name in names}
        with self.app.test_request_context():
            path = url_for(endpoint, **arguments)
        if self.person is None:
            self.client.delete_cookie(self.app.config["SESSION_COOKIE_NAME"])
        else:
            sign_in(self.client, self.person)
        with self.client.session_transaction() as cookie:
            cookie["csrf_token"] = CSRF_SECRET
        try:
            if method == "GET":
                return self.client.get(path)
            return self.client.post(path, data={"csrf_token": self.csrf, **world.forms.get(endpoint, {})})
        except Exception as failure:
            failure.add_note(f"{method} {path}")
            raise


@pytest.fixture
def world(session, at):
    return make_world()


def walker(app, client, role: str, unit) -> Walker:
    if role == "nobody":
        return Walker(app, client)
    # Without a posting, so that none of the addresses binds them to the training of the unit.
    person = make_person("Vũ Thị Đi")
    if role != "learner":
        give_role(person, Role(role), unit)
    return Walker(app, client, person)


def passes_door(role: str, rule: str) -> bool:
    if rule == ANYBODY:
        return True
    if role == "nobody":
        return False
    return rule == SIGNED_IN or (role != "learner" and Permission(rule) in ROLE_PERMISSIONS[Role(role)])


def test_the_table_names_every_address(app):
    endpoints = {endpoint for endpoint, _, _ in calls(app)}
    assert endpoints - rules().keys() == set(), "new addresses: decide in DOORS who may use them"
    assert rules().keys() - endpoints == set(), "addresses that are gone"


def test_the_menu_leads_to_addresses_that_exist_and_are_allowed(app):
    table = rules()
    assert [(entry[0], entry[3]) for entry in menu.ENTRIES if table.get(entry[0]) != entry[3]] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_door(app, client, world, role):
    """At home, in the unit to which everything belongs."""
    who, table, wrong = walker(app, client, role, world.unit), rules(), []
    for endpoint, method, names in calls(app):
        if endpoint not in table or endpoint in SILENT:
            continue
        answer = who.call(endpoint, method, world, names)
        expected = expected_at_home(role, endpoint, table[endpoint])
        if not matches(answer, expected):
            wrong.append(f"{method} {endpoint}: {answer.status} {answer.location or ''}, expected {expected}")
    assert wrong == []


@pytest.mark.parametrize("role", ["learner", *Role])
def test_no_role_reaches_into_another_unit(app, client, world, role):
    who, table, wrong = walker(app, client, role, make_unit("Sở Khác")), rules(), []
    for endpoint, method, names in calls(app):
        if not names or endpoint in SHARED | SILENT or not passes_door(role, table.get(endpoint, Permission.AUTHOR)):
            continue
        if table[endpoint] == ANYBODY:
            continue
        answer = who.call(endpoint, method, world, names)
        if answer.status_code not in {403, 404}:
            wrong.append(f"{method} {endpoint}: {answer.status}")
    assert wrong == []


def expected_at_home(role: str, endpoint: str, rule: str) -> str:
    """Tell what a role hears: ``in``, ``sign in``, ``refused`` (403) or ``hidden`` (403 or 404)."""
    if endpoint == "people.first_administrator":
        return "hidden"
    if not passes_door(role, rule):
        return "sign in" if role == "nobody" else "refused"
    supervises = endpoint in SUPERVISED and passes_door(role, SUPERVISED[endpoint])
    if endpoint in OWN or (endpoint in SUPERVISED and not supervises):
        return "hidden"
    if endpoint in OWED and (endpoint, role) != ("quizzes.quiz", Role.TRAINER):
        return "hidden"
    return "in"


def matches(answer, expected: str) -> bool:
    status = answer.status_code
    if expected == "sign in":
        return status == 302 and answer.location.startswith("/sign-in")
    if expected == "in":
        return status < 500 and status not in {401, 403, 404} and not (answer.location or "").startswith("/sign-in?")
    return status == 403 if expected == "refused" else status in {403, 404}
