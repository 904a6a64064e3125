"""The note that a list of attempts was taken away as a file."""

from datetime import datetime

from core import audit
from people.access import Actor


def note_export(quiz_id: int, *, by: Actor, at: datetime) -> None:
    """Write down who took the attempts of a quiz, before the first byte leaves."""
    audit.record("attempt.export", by=by, at=at, about=("quiz", quiz_id))
