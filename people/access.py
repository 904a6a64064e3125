"""Who may do what: roles, permissions, and the person who acts. Pure; the database is asked in ``people.queries``."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role is granted on a unit and holds there and in all units below. Everybody is a learner without a grant."""

    TRAINER = "trainer"
    HR_OFFICER = "hr_officer"
    UNIT_HEAD = "unit_head"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Something that needs a role."""

    AUTHOR = "author"  # make and edit courses, questions, quizzes, and publish them
    VIEW_PEOPLE = "view_people"
    IMPORT_PEOPLE = "import_people"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_TRAINING = "manage_training"  # requirements, cycles, exemptions
    VIEW_ROSTER = "view_roster"
    VIEW_ATTEMPTS = "view_attempts"
    MARK = "mark"  # mark by hand what no rule can
    CORRECT = "correct"  # decide what follows from a wrong question
    WITHDRAW_PASSES = "withdraw_passes"  # take a pass away after a correction
    GRANT_TIME = "grant_time"  # accommodations, more attempts or minutes, minutes given back
    REVOKE_CERTIFICATES = "revoke_certificates"
    MANAGE_UNITS = "manage_units"
    GRANT_ROLES = "grant_roles"
    VIEW_AUDIT = "view_audit"


#: The role table: one place, read by code and by the page that explains it.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TRAINER: frozenset(
        {
            Permission.AUTHOR,
            Permission.VIEW_ATTEMPTS,
            Permission.MARK,
            Permission.CORRECT,
            Permission.GRANT_TIME,
        }
    ),
    Role.HR_OFFICER: frozenset(
        {
            Permission.VIEW_PEOPLE,
            Permission.IMPORT_PEOPLE,
            Permission.MANAGE_ACCOUNTS,
            Permission.MANAGE_TRAINING,
            Permission.VIEW_ROSTER,
            Permission.REVOKE_CERTIFICATES,
            Permission.WITHDRAW_PASSES,
            Permission.GRANT_TIME,
        }
    ),
    Role.UNIT_HEAD: frozenset({Permission.VIEW_PEOPLE, Permission.VIEW_ROSTER}),
    Role.INSPECTOR: frozenset(
        {Permission.VIEW_PEOPLE, Permission.VIEW_ROSTER, Permission.VIEW_ATTEMPTS, Permission.VIEW_AUDIT}
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.VIEW_PEOPLE,
            Permission.IMPORT_PEOPLE,
            Permission.MANAGE_ACCOUNTS,
            Permission.MANAGE_UNITS,
            Permission.GRANT_ROLES,
            Permission.VIEW_AUDIT,
        }
    ),
}


@dataclass(frozen=True)
class Grant:
    """A role on a unit and all below it, in force today."""

    role: Role
    unit_id: int


@dataclass(frozen=True)
class Actor:
    """Whoever acts, with the grants of this moment. ``person_id`` is None for the system itself."""

    person_id: int | None
    full_name: str
    grants: tuple[Grant, ...] = ()

    @property
    def is_system(self) -> bool:
        """Tell whether an administrator's command acts, which may do everything."""
        return self.person_id is None

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor has a permission on any unit at all."""
        return self.is_system or any(permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants)

    def scope(self, permission: Permission) -> frozenset[int]:
        """Return the units on which the actor has a permission; it holds in all units below these too."""
        return frozenset(grant.unit_id for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role])


#: Commands typed by whoever runs the machine act as the system.
SYSTEM = Actor(person_id=None, full_name="Nếp")
