"""What differs between two versions of a question, in words for the trainer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.i18n import gettext as _
from quizzes.author_labels import DIFFICULTY_LABELS, KIND_LABELS
from quizzes.content_words import Path, Piece, pieces_of
from quizzes.models import QuestionVersion
from quizzes.question_content import QuestionInput, input_of


@dataclass(frozen=True)
class Change:
    """One difference: what it is about, and what stood there before and after (empty: nothing)."""

    label: str
    before: str
    after: str


def changes_between(old: QuestionVersion, new: QuestionVersion) -> list[Change]:
    """Return what differs, rows of every kind told apart by their permanent keys."""
    before, after = input_of(old), input_of(new)
    facts = zip(_facts(before), _facts(after), strict=True)
    changed = [Change(label, was, now) for (label, was), (_label, now) in facts if was != now]
    pieces = pieces_of(before.kind, before.content), pieces_of(after.kind, after.content)
    return [*changed, *_piece_changes(*pieces), *_order_changes(*pieces)]


def _facts(typed: QuestionInput) -> Iterator[tuple[str, str]]:
    yield _("Question"), typed.prompt
    yield _("Kind"), str(KIND_LABELS.get(typed.kind, typed.kind))
    yield _("Explanation of the whole question"), typed.general_explanation
    yield _("Topic"), typed.topic
    yield _("Difficulty"), str(DIFFICULTY_LABELS[typed.difficulty])
    yield _("Sources"), ", ".join(typed.sources)


def _piece_changes(old: Mapping[Path, Piece], new: Mapping[Path, Piece]) -> Iterator[Change]:
    nothing = Piece("", "")
    for path in dict.fromkeys((*old, *new)):
        was, now = old.get(path, nothing), new.get(path, nothing)
        if was.text != now.text:
            yield Change(now.label or was.label, was.text, now.text)


def _order_changes(old: Mapping[Path, Piece], new: Mapping[Path, Piece]) -> Iterator[Change]:
    """Yield the lists whose rows that stayed stand in another order."""
    for place in dict.fromkeys(path[:-1] for path, piece in old.items() if piece.brief):
        kept = [path for path in old if path[:-1] == place and path in new]
        was, now = ([path for path in side if path in kept] for side in (old, new))
        if was != now:
            label = new[now[0]].label
            yield Change(_("Order: %(what)s", what=label), _in_order(was, old), _in_order(now, new))


def _in_order(paths: list[Path], pieces: Mapping[Path, Piece]) -> str:
    return "; ".join(pieces[path].brief for path in paths)
