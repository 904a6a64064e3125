"""Passwords: argon2id, length over composition, no rotation (NIST SP 800-63B-4)."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l

MIN_LENGTH = 12
MAX_LENGTH = 200
#: Letters and digits that can't be mistaken for each other on a printed slip.
_SLIP_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher().hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right. Takes the same time when there is no account at all."""
    known = password_hash or _hash_of_nothing()
    try:
        return _hasher().verify(known, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


def check_new(password: str, *, about: tuple[str, ...]) -> None:
    """Refuse a password that is easily guessed.

    :param about: words that everybody knows of this person (name, staff code, e-mail).
    :raises RuleBroken: with the reason.
    """
    if len(password) < MIN_LENGTH:
        raise RuleBroken(_l("The password needs at least %(count)s characters.", count=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        raise RuleBroken(_l("The password may have at most %(count)s characters.", count=MAX_LENGTH))
    if len(set(password)) < 5:
        raise RuleBroken(_l("The password repeats too few characters."))
    lowered = password.lower()
    if any(len(word) > 3 and word.lower() in lowered for word in about):
        raise RuleBroken(_l("The password must not contain your name or staff code."))


def made_up() -> str:
    """Return a fresh first password, easy to read from a slip: four groups of four (about 78 bits)."""
    return "-".join("".join(secrets.choice(_SLIP_ALPHABET) for _ in range(4)) for _ in range(4))


def _hasher() -> PasswordHasher:
    settings = current_app.config["NEP"]
    return PasswordHasher(time_cost=settings.argon2_time_cost, memory_cost=settings.argon2_memory_kib, parallelism=1)


def _hash_of_nothing() -> str:
    """Return a hash with today's parameters that no password matches in practice, made once."""
    cache = current_app.extensions
    if "nep_hash_of_nothing" not in cache:
        cache["nep_hash_of_nothing"] = hash_password(secrets.token_urlsafe(32))
    return str(cache["nep_hash_of_nothing"])
