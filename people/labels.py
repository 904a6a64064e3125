"""The words for codes that are stored in English: groups of staff, sexes, roles. In the reader's language."""

from typing import Any

from core.i18n import lazy_gettext as _l
from people.access import Permission, Role
from people.models import StaffGroup

STAFF_GROUPS: dict[str, Any] = {
    StaffGroup.OFFICIAL: _l("Elected official"),
    StaffGroup.CIVIL_SERVANT: _l("Civil servant"),
    StaffGroup.PUBLIC_EMPLOYEE: _l("Public employee"),
    StaffGroup.CONTRACT: _l("Contract worker"),
    StaffGroup.ARMED_FORCES: _l("Armed forces"),
    StaffGroup.ASSOCIATION: _l("Association official"),
}
SEXES: dict[str, Any] = {"female": _l("Female"), "male": _l("Male"), "": ""}
ROLES: dict[str, Any] = {
    Role.TRAINER: _l("Trainer"),
    Role.HR_OFFICER: _l("Personnel officer"),
    Role.UNIT_HEAD: _l("Head of unit"),
    Role.INSPECTOR: _l("Inspector"),
    Role.ADMINISTRATOR: _l("Administrator"),
}
#: What a permission lets somebody do, as a phrase after "may".
PERMISSIONS: dict[str, Any] = {
    Permission.AUTHOR: _l("make and publish courses, questions and quizzes"),
    Permission.VIEW_PEOPLE: _l("see the staff of the unit"),
    Permission.IMPORT_PEOPLE: _l("import staff lists"),
    Permission.MANAGE_ACCOUNTS: _l("give first passwords"),
    Permission.MANAGE_TRAINING: _l("set requirements, open cycles and grant exemptions"),
    Permission.VIEW_ROSTER: _l("see and download rosters of results"),
    Permission.VIEW_ATTEMPTS: _l("look at attempts and their answers"),
    Permission.REVOKE_CERTIFICATES: _l("revoke certificates"),
    Permission.MANAGE_UNITS: _l("create, rename and move units"),
    Permission.GRANT_ROLES: _l("grant and end roles"),
    Permission.VIEW_AUDIT: _l("read the audit log"),
}
