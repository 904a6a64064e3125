"""Settings, read from the environment, typed, and checked when the application starts."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from environs import Env

INSTANCE = Path(__file__).parent / "instance"


class BadSettings(Exception):
    """Raised at start when a setting is missing or makes no sense; the message names the variable."""


@dataclass(frozen=True)
class Issuer:
    """Who signs certificates and heads reports; printed as given."""

    name: str = "Cơ quan ban hành"
    parent: str = ""
    place: str = ""
    signer_title: str = "Thủ trưởng đơn vị"
    signer_name: str = ""
    #: The document that lets this issuer print "chứng chỉ" (Thông tư 03/2023/TT-BNV, Điều 5); empty means it may not.
    certificate_authority: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between one installation and another."""

    secret_key: str
    database_url: str
    storage_url: str
    issuer: Issuer = Issuer()
    #: The address that people type, e.g. ``https://nep.example.vn``; certificates point to it.
    base_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    testing: bool = False
    #: Cookies are sent over HTTPS only. Off for plain HTTP on loopback.
    secure_cookies: bool = False
    #: How many proxies in front of us may be believed about the caller's address.
    trusted_proxies: int = 0
    session_hours: int = 12
    max_upload_bytes: int = 16 * 1024 * 1024
    argon2_memory_kib: int = 19 * 1024
    argon2_time_cost: int = 2


def from_environment() -> Settings:
    """Read the settings from environment variables.

    :raises BadSettings: when ``NEP_SECRET_KEY`` is missing or short, or a URL can't be used.
    """
    env = Env()
    demo = env.bool("NEP_DEMO", False)
    place = INSTANCE / "demo" if demo else INSTANCE
    settings = Settings(
        secret_key=env.str("NEP_SECRET_KEY", "") or _kept_secret_key(place),
        database_url=_sqlalchemy_url(env.str("DATABASE_URL", f"sqlite:///{place / 'nep.sqlite3'}")),
        storage_url=env.str("NEP_STORAGE_URL", f"file://{place / 'files'}"),
        issuer=Issuer(
            name=env.str("NEP_ISSUER_NAME", Issuer.name),
            parent=env.str("NEP_ISSUER_PARENT", ""),
            place=env.str("NEP_ISSUER_PLACE", ""),
            signer_title=env.str("NEP_SIGNER_TITLE", Issuer.signer_title),
            signer_name=env.str("NEP_SIGNER_NAME", ""),
            certificate_authority=env.str("NEP_CERTIFICATE_AUTHORITY", ""),
        ),
        base_url=env.str("NEP_BASE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/"),
        demo=demo,
        secure_cookies=env.bool("NEP_SECURE_COOKIES", env.str("NEP_BASE_URL", "").startswith("https://")),
        trusted_proxies=env.int("NEP_TRUSTED_PROXIES", 0),
        session_hours=env.int("NEP_SESSION_HOURS", 12),
    )
    return checked(settings)


def checked(settings: Settings) -> Settings:
    """Return the settings unchanged when they can be used.

    :raises BadSettings: naming the variable and the way to mend it.
    """
    if len(settings.secret_key) < 32:
        raise BadSettings("NEP_SECRET_KEY must have at least 32 characters.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if settings.session_hours < 1:
        raise BadSettings("NEP_SESSION_HOURS must be at least 1.")
    return settings


def _sqlalchemy_url(url: str) -> str:
    """Name the driver that we ship, whatever spelling of the scheme the host uses."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _kept_secret_key(place: Path) -> str:
    """Return the key of this installation, made once and kept beside its database."""
    path = place / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        place.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(48)
        path.touch(mode=0o600)
        path.write_text(key)
        return key
