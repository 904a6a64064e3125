"""What the frame of staff pages shows: the menu, made of what the reader may open, and their scope."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_login import current_user

from core import clock
from core.i18n import gettext
from core.i18n import lazy_gettext as _l
from people import queries
from people.access import Actor, Permission
from people.labels import ROLES, SEXES, STAFF_GROUPS

#: Units named in the scope line before the rest is only counted.
NAMED_UNITS = 2


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu: its word, where it leads, its drawing, and whether the reader is there."""

    label: str
    url: str
    icon: str
    current: bool


#: Endpoint, word, drawing and permission, in the order shown. Endpoints that the application lacks are left out.
ENTRIES = (
    ("authoring.desk", _l("Courses and lessons"), "journal-text", Permission.AUTHOR),
    ("quiz_desk.banks", _l("Question banks"), "question-circle", Permission.AUTHOR),
    ("quiz_desk.quizzes", _l("Quizzes"), "clipboard-check", Permission.AUTHOR),
    ("quiz_desk.marking", _l("Marking"), "pencil-square", Permission.MARK),
    ("time.quizzes", _l("Time in quizzes"), "hourglass-split", Permission.GRANT_TIME),
    ("quiz_desk.answer_files", _l("Answer files"), "upload", Permission.MARK),
    ("staff.people_list", _l("Staff"), "people", Permission.VIEW_PEOPLE),
    ("staff.import_list", _l("Import a staff list"), "file-earmark-spreadsheet", Permission.IMPORT_PEOPLE),
    ("staff.units", _l("Units"), "diagram-3", Permission.VIEW_PEOPLE),
    ("cycles.requirements", _l("Training requirements"), "calendar3", Permission.MANAGE_TRAINING),
    ("quiz_desk.kept_passes", _l("Passes below the pass mark"), "award", Permission.WITHDRAW_PASSES),
    ("reports.roster", _l("Roster of results"), "bar-chart", Permission.VIEW_ROSTER),
    ("admin.roles", _l("Roles"), "shield-check", Permission.GRANT_ROLES),
    ("admin.audit", _l("Audit log"), "clock", Permission.VIEW_AUDIT),
)


def page_context() -> dict[str, Any]:
    """Return what templates call: ``staff_menu()``, ``scope_label()`` and the words for stored codes."""
    words = {"groups": STAFF_GROUPS, "roles": ROLES, "sexes": SEXES}
    return {"staff_menu": staff_menu, "scope_label": scope_label, "staff_words": words}


def staff_menu() -> list[MenuEntry]:
    """Return the menu of whoever reads the page; empty for a learner without a role."""
    if not current_user.is_authenticated:
        return []
    who: Actor = current_user.actor
    open_entries = [
        (endpoint, str(label), icon)
        for endpoint, label, icon, permission in ENTRIES
        if endpoint in current_app.view_functions and who.may(permission)
    ]
    urls = {endpoint: url_for(endpoint) for endpoint, _label, _icon in open_entries}
    here = _where(urls)
    return [MenuEntry(label, urls[endpoint], icon, endpoint == here) for endpoint, label, icon in open_entries]


def scope_label() -> str:
    """Return the units on which the reader has a role, in words. One query per page."""
    if not current_user.is_authenticated:
        return ""
    if "scope_label" not in g:
        who: Actor = current_user.actor
        g.scope_label = _in_words(
            list(queries.unit_names({grant.unit_id for grant in who.grants}, clock.today()).values())
        )
    return str(g.scope_label)


def _in_words(names: list[str]) -> str:
    names = sorted(names)
    shown, more = ", ".join(names[:NAMED_UNITS]), len(names) - NAMED_UNITS
    if more > 0:
        return gettext("%(units)s, %(count)s more, and all units below", units=shown, count=more)
    return gettext("%(units)s and all units below", units=shown) if shown else ""


def _where(urls: dict[str, str]) -> str | None:
    """Return the endpoint of the entry under which this page lies.

    That is the longest address above the page, among the entries of its own blueprint where there are any.
    """
    path = request.script_root + request.path
    own = {endpoint: url for endpoint, url in urls.items() if endpoint.startswith(f"{request.blueprint}.")}
    candidates = own or urls
    above = [endpoint for endpoint, url in candidates.items() if path == url or path.startswith(f"{url}/")]
    return max(above, key=lambda endpoint: len(urls[endpoint]), default=next(iter(own), None))
