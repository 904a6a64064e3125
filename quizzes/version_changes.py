"""What differs between two versions of a question, in words for the trainer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import gettext as _
from quizzes.author_labels import DIFFICULTY_LABELS, KIND_LABELS, RULE_LABELS
from quizzes.models import QuestionVersion
from quizzes.question_content import QuestionInput, input_of


@dataclass(frozen=True)
class Change:
    """One difference: what it is about, and what stood there before and after (empty: nothing)."""

    label: str
    before: str
    after: str


def changes_between(old: QuestionVersion, new: QuestionVersion) -> list[Change]:
    """Return what differs, options told apart by their permanent keys."""
    before, after = input_of(old), input_of(new)
    facts = zip(_facts(before), _facts(after), strict=True)
    changed = [Change(label, was, now) for (label, was), (_label, now) in facts if was != now]
    return [*changed, *_option_changes(before, after)]


def _facts(typed: QuestionInput) -> Iterator[tuple[str, str]]:
    yield _("Question"), typed.prompt
    yield _("Kind"), str(KIND_LABELS.get(typed.kind, typed.kind))
    yield _("Points"), str(RULE_LABELS[typed.content["rule"]]) if typed.kind == "multiple_choice" else ""
    yield _("Order of the options"), _("may be shuffled") if typed.content["shuffle"] else _("stays as written")
    yield _("Explanation of the whole question"), typed.general_explanation
    yield _("Topic"), typed.topic
    yield _("Difficulty"), str(DIFFICULTY_LABELS[typed.difficulty])
    yield _("Sources"), ", ".join(typed.sources)


def _option_changes(before: QuestionInput, after: QuestionInput) -> Iterator[Change]:
    old = {option["key"]: option for option in before.content["options"]}
    new = {option["key"]: option for option in after.content["options"]}
    for key in (*old, *(key for key in new if key not in old)):
        was, now = _option_text(old.get(key)), _option_text(new.get(key))
        if was != now:
            yield Change(_("Option"), was, now)
    kept = [[key for key in keys if key in old and key in new] for keys in (old, new)]
    if kept[0] != kept[1]:
        yield Change(_("Order of the options"), _in_order(kept[0], old), _in_order(kept[1], new))


def _option_text(option: Mapping[str, Any] | None) -> str:
    if option is None:
        return ""
    right: Any = _("right") if option["right"] else _("wrong")
    explanation = f" – {option['explanation']}" if option["explanation"] else ""
    return f"{option['text']} ({right}){explanation}"


def _in_order(keys: list[str], options: dict[str, Any]) -> str:
    return "; ".join(options[key]["text"] for key in keys)
