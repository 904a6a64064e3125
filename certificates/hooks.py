"""What packages above hand to certificates: of which their person is not to know yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import Select

#: Return a select of the completions of a person, by id, of which they do not learn before a result is published.
WithheldFinder = Callable[[int, datetime], Select[int]]


@dataclass(frozen=True)
class CertificateHooks:
    """One explicit list of callables, set by ``app.py``."""

    select_withheld: WithheldFinder


def certificate_hooks() -> CertificateHooks:
    """Return what ``app.py`` handed over."""
    hooks: CertificateHooks = current_app.extensions["nep_certificate_hooks"]
    return hooks
