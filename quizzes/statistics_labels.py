"""The words and figures in which pages and files tell statistics."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from quizzes.scoring import score_text
from quizzes.statistics_choices import ChoiceRow, Finding, Weakness
from quizzes.statistics_values import CorrectionNote, QuestionLine

UNKNOWN = "–"
#: What is wrong with a question, in plain words.
WEAKNESS_WORDS: dict[Weakness, Any] = {
    Weakness.REVERSED: _l("Strong people fail this one; look whether the key is right."),
    Weakness.GUESSED: _l("Guessing gives as much."),
    Weakness.EASY: _l("Too easy to tell anybody apart."),
    Weakness.HARD: _l("Nearly nobody is right; look whether the key is right."),
    Weakness.FLAT: _l("It hardly tells strong people from weak ones."),
    Weakness.UNCHOSEN: _l("Nobody chooses %(option)s."),
    Weakness.RARE: _l("Hardly anybody chooses %(option)s."),
    Weakness.TEMPTING: _l("Strong people choose %(option)s more often than weak ones; it may be right."),
}
HEADER: tuple[Any, ...] = (
    _l("No."), _l("Question code"), _l("Version"), _l("Question"), _l("Number of attempts"), _l("Facility (per cent)"),
    _l("Standard deviation (per cent)"), _l("Discrimination"), _l("Discriminative efficiency (per cent)"),
    _l("Correlation with the score"), _l("Correlation with the rest"), _l("By guessing (per cent)"), _l("Seconds"),
    _l("To look at"),
)  # fmt: skip


def percent(share: float | Fraction | None) -> str:
    """Return a share as whole per cent, ``62%``."""
    return UNKNOWN if share is None else f"{float(share):.0%}".replace("-", "−")


def index(value: float | None) -> str:
    """Return an index with two decimals as Vietnamese write it, ``0,35``."""
    return UNKNOWN if value is None else f"{value:.2f}".replace(".", ",").replace("-", "−")


def on_scale(hundredths: float | None) -> str:
    """Return a figure on the scale of 10 from hundredths, ``7,25``."""
    return UNKNOWN if hundredths is None else score_text(round(hundredths))


def duration(seconds: float | None) -> str:
    """Return a time in words, ``1 min 20 s``."""
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return ngettext("%(num)s second", "%(num)s seconds", rest)
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)


def letter(place: int) -> str:
    """Return the letter of an option in the author's order: A, B, C."""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def words_of(findings: Sequence[Finding]) -> list[str]:
    """Return what is wrong with a question; options of which the same can be said stand together."""
    places: dict[Weakness, list[str]] = {}
    for finding in findings:
        places.setdefault(finding.weakness, []).extend([] if finding.place is None else [letter(finding.place)])
    return [str(WEAKNESS_WORDS[weakness]) % {"option": ", ".join(named)} for weakness, named in places.items()]


def reliability(alpha: float) -> tuple[str, str]:
    """Return a tone and words for an alpha (Moodle, "Quiz report statistics": 75% satisfies, below 64% does not)."""
    if alpha >= 0.75:
        return "success", _("Good: the score can be trusted.")
    if alpha >= 0.64:
        return "", _("Fair: the score says something, not much.")
    return "warning", _("Weak: chance has a great part in the score.")


def why_unknown(attempts: int, deviation: float | None) -> str:
    """Return why a figure about a whole quiz can't be computed."""
    if attempts < 2:
        return _("At least two attempts are needed.")
    if not deviation:
        return _("All attempts have the same score.")
    return _("At least two questions are needed.")


def correction_words(note: CorrectionNote) -> str:
    """Return how answers to a version are judged since its last correction."""
    if note.method == "drop":
        return _("Since a correction the question no longer counts in the attempts made before it.")
    if note.judge_number is None:
        return _("Since a correction everybody who was asked has the full points.")
    return _("Since a correction answers are judged by the key of version %(number)s.", number=note.judge_number)


def bins_words(bins: Sequence[int]) -> list[str]:
    """Return the words for the bars of a distribution of scores."""
    last = len(bins) - 1
    words = [_("%(low)s to under %(high)s", low=place, high=place + 1) for place in range(last)]
    return [*words, _("%(low)s to %(high)s", low=last, high=last + 1)]


def choice_words(row: ChoiceRow, place: int, *, has_options: bool) -> str:
    """Return what a choice says, with its letter where options have letters."""
    if not row.key:
        return _("No answer")
    return f"{letter(place)}. {row.text}" if has_options else row.text


def csv_row(line: QuestionLine) -> list[str | int | None]:
    """Return a question as a row of the file, in the order of :data:`HEADER`; empty where nothing is known."""
    item = line.item
    figures = [_hundred(item.facility), _hundred(item.deviation), _figure(item.discrimination)]
    figures += [_hundred(item.efficiency), _figure(item.item_total), _figure(item.item_rest)]
    figures += [_hundred(float(line.guess)), "" if item.seconds is None else str(round(item.seconds))]
    return [line.place, line.code, line.number, line.prompt, item.attempts, *figures, " ".join(words_of(line.findings))]


def _hundred(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}".replace(".", ",")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".replace(".", ",")
