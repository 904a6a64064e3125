"""The words for codes that are stored in English: groups of staff, sexes, roles. In the reader's language."""

from typing import Any

from core.i18n import lazy_gettext as _l
from people.access import Role
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
