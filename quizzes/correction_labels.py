"""The words of corrections: methods, why one can't be carried out, and the list of attempts as a file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.tables import Cell
from quizzes.scoring import score_text

if TYPE_CHECKING:
    from quizzes.correction_preview import Line

METHODS: dict[str, Any] = {
    "recompute": _l("Judge the answers again by another version"),
    "full_credit": _l("Give everybody full points"),
    "drop": _l("Leave the question out"),
}
METHOD_HINTS: dict[str, Any] = {
    "recompute": _l("When only the key was wrong. Every answer given is judged by the version that you choose."),
    "full_credit": _l(
        "When the question was misleading. All who were shown it get its full points, also those who left it empty."
    ),
    "drop": _l("When the question should not have been asked. It counts neither in the points nor in the maximum."),
}
#: Why a correction can't be carried out, as the page says it.
REFUSALS: dict[str, Any] = {
    "no_version": _l("Choose the versions that were wrong."),
    "no_key": _l("Choose the version by which answers are to be judged."),
    "same_version": _l("The version by which answers are judged can't be one of the wrong ones."),
    "other_kind": _l("The two versions are questions of different kinds. Give full points, or leave the question out."),
    "emptied": _l("In some attempts no question would be left. Give full points instead."),
}
#: Codes of ``Kind.why_not_regradable``.
NOT_REGRADABLE: dict[str, Any] = {
    "option_removed": _l("Something that could be chosen or moved is gone."),
    "option_reworded": _l("Something that could be chosen or moved says something else now."),
    "option_added": _l("Something was added that nobody could choose or move."),
    "gap_removed": _l("A gap that was asked is gone."),
    "gap_added": _l("A gap was added that nobody was asked."),
    "gap_changed": _l("A gap is filled in another way now."),
    "part_removed": _l("A part that was asked is gone."),
    "part_added": _l("A part was added that nobody was asked."),
    "part_changed": _l("A part is of another kind now."),
    "needs_marker": _l("No rule can judge these answers; a person marks them."),
}


def why_not(code: str) -> str:
    """Return why answers can't be judged by another version, with what can be done instead."""
    reason = NOT_REGRADABLE.get(code, _l("The two versions differ too much."))
    return f"{reason} {_('Give full points, or leave the question out.')}"


def csv_header() -> list[str]:
    """Return the names of the columns of the list."""
    return [
        _("Staff code"), _("Full name"), _("Unit"), _("Quiz"), _("Ended"), _("Points for the question before"),
        _("Points for the question after"), _("Score before"), _("Score after"), _("Result"),
    ]  # fmt: skip


def csv_rows(lines: Iterable["Line"], unit_names: Mapping[int, str]) -> Iterator[list[Cell]]:
    """Yield the attempts of people whom the reader may see; at the end how many others there are."""
    hidden = 0
    for line in lines:
        if line.staff_code is None:
            hidden += 1
            continue
        change = line.change
        yield [
            line.staff_code,
            line.full_name,
            unit_names.get(line.unit_id or 0, ""),
            line.quiz,
            line.finished_at,
            score_text(line.mark_before),
            score_text(line.mark_after),
            score_text(change.score_before),
            score_text(change.score_after),
            result_words(line),
        ]
    if hidden:
        words = ngettext("%(num)s attempt of other people", "%(num)s attempts of other people", hidden)
        yield ["", words, "", "", None, "", "", "", "", ""]


def result_words(line: "Line") -> str:
    """Say in a few words what becomes of an attempt."""
    change = line.change
    if change.score_after is None:
        return _("Waiting for marking")
    if change.is_won:
        return _("Becomes a pass")
    if change.becomes_kept:
        return _("The pass stands")
    return _("Passed") if change.passed_after else _("Not passed")
