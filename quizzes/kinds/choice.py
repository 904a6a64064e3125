"""What single and multiple choice share: options with permanent keys.

A spec is stored as ``{"options": [{"key", "text", "html", "right", "explanation", "explanation_html"}, ...],
"shuffle": true, "rule": "partial"}`` (``rule`` for multiple choice only), a response as ``{"chosen": ["a7", "k2"]}``.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from core import html
from core.text import clean_line
from quizzes.kinds.contract import BadResponse, PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.keyed import MAX_TEXT, inline, is_key, keys_for, line, recall_keys

MIN_OPTIONS, MAX_OPTIONS = 2, 10
#: How a multiple choice earns points: a share for a part of what is right, or everything for exactly what is right.
PARTIAL, ALL_OR_NOTHING = "partial", "all_or_nothing"
RULES = (PARTIAL, ALL_OR_NOTHING)
#: The field of a posted form that carries the chosen keys.
CHOSEN = "chosen"


@dataclass(frozen=True)
class Option:
    """An option: its permanent key, what the author typed (inline Markdown) and the same as clean HTML."""

    key: str
    text: str
    html: str
    right: bool
    explanation: str = ""
    explanation_html: str = ""


@dataclass(frozen=True)
class ChoiceSpec:
    """The options of a choice question in the author's order."""

    options: tuple[Option, ...]
    shuffle: bool = True
    rule: str = PARTIAL

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the option keys in the author's order."""
        return tuple(option.key for option in self.options)

    @property
    def right_keys(self) -> frozenset[str]:
        """Return the keys of the right options."""
        return frozenset(option.key for option in self.options if option.right)


@dataclass(frozen=True)
class ShownOption:
    """An option as a learner may see it before the end."""

    key: str
    html: str


@dataclass(frozen=True)
class ShownChoice:
    """The options in the order of an attempt, and whether more than one may be chosen."""

    options: tuple[ShownOption, ...]
    takes_many: bool


@dataclass(frozen=True)
class JudgedOption:
    """An option after the end: whether it was chosen, whether it is right, and why."""

    key: str
    html: str
    chosen: bool
    right: bool
    explanation_html: str


@dataclass(frozen=True)
class JudgedChoice:
    """The options after the end, in the order of an attempt."""

    options: tuple[JudgedOption, ...]


class Choice:
    """Base of the kinds in which options are chosen."""

    name: str
    #: Whether more than one option may be chosen.
    takes_many: bool

    def parse(self, raw: Mapping[str, Any]) -> ChoiceSpec:
        """Return the spec that JSON describes.

        :raises SpecError: with one of the codes ``malformed, too_few_options, too_many_options, bad_key, duplicate_key,
            empty_text, text_too_long, duplicate_text, bad_rule, no_right, more_than_one_right, no_wrong``.
        """
        listed = raw.get("options")
        if not isinstance(listed, list):
            raise SpecError("malformed")
        options = tuple(_parse_option(place, option) for place, option in enumerate(listed))
        spec = ChoiceSpec(options, shuffle=bool(raw.get("shuffle", True)), rule=str(raw.get("rule") or PARTIAL))
        _check_options(options)
        if spec.rule not in RULES:
            raise SpecError("bad_rule")
        self.check_right(spec)
        return spec

    def check_right(self, spec: ChoiceSpec) -> None:
        """Refuse a number of right options that the kind does not take."""
        raise NotImplementedError

    def to_json(self, spec: ChoiceSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        rule = {"rule": spec.rule} if self.takes_many else {}
        return {"options": [asdict(option) for option in spec.options], "shuffle": spec.shuffle, **rule}

    def compose(self, typed: Typed, previous: ChoiceSpec | None) -> ChoiceSpec:
        """Return the spec of ``{"options": [{"text", "right", "explanation", "key"}, ...], "shuffle", "rule"}``."""
        rows = list(typed.get("options", ()))
        keys = keys_for(rows, previous.keys if previous else ())
        options = [_composed(row, key) for row, key in zip(rows, keys, strict=True)]
        return self.parse({**typed, "options": options})

    def typed(self, spec: ChoiceSpec) -> dict[str, Any]:
        """Return the options as typed, with their keys."""
        rows = [
            {"key": one.key, "text": one.text, "right": one.right, "explanation": one.explanation}
            for one in spec.options
        ]
        return {"options": rows, "shuffle": spec.shuffle, "rule": spec.rule}

    def recall(self, typed: Typed, previous: ChoiceSpec) -> dict[str, Any]:
        """Return typed options with the keys of those they were before."""
        known = [(option.key, option.text) for option in previous.options]
        return {**typed, "options": recall_keys(typed.get("options", ()), known)}

    def read(self, spec: ChoiceSpec, form: PostedFields) -> Response:
        """Return the chosen keys in the author's order, each once.

        :raises BadResponse: on a key that the question does not have, or on two where one is to be chosen.
        """
        chosen = {value for value in form.get(CHOSEN, ()) if value}
        if not chosen <= set(spec.keys):
            raise BadResponse("unknown option")
        if len(chosen) > 1 and not self.takes_many:
            raise BadResponse("more than one option")
        return {CHOSEN: [key for key in spec.keys if key in chosen]}

    def fields(self, spec: ChoiceSpec, response: Response | None) -> dict[str, list[str]]:
        """Return the chosen keys as the field of a form."""
        chosen = chosen_keys(response)
        return {CHOSEN: [key for key in spec.keys if key in chosen]} if chosen else {}

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether anything was chosen."""
        return bool(response and response.get(CHOSEN))

    def grade(self, spec: ChoiceSpec, response: Response | None) -> Fraction | None:
        """Return the share of the points that a response earns."""
        raise NotImplementedError

    def rule(self, spec: ChoiceSpec) -> str:
        """Return the code of the rule by which points are given."""
        return f"{self.name}.{spec.rule}" if self.takes_many else self.name

    def summarise(self, spec: ChoiceSpec, response: Response | None) -> str:
        """Return the texts of the chosen options."""
        chosen = chosen_keys(response)
        return "; ".join(html.plain_text(option.html) for option in spec.options if option.key in chosen)

    def why_not_regradable(self, old: ChoiceSpec, new: ChoiceSpec) -> str | None:
        """Refuse when an option that could be chosen is gone or says something else."""
        texts = {option.key: clean_line(option.text) for option in new.options}
        if any(option.key not in texts for option in old.options):
            return "option_removed"
        if any(texts[option.key] != clean_line(option.text) for option in old.options):
            return "option_reworded"
        return None

    def arrange(self, spec: ChoiceSpec, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the option keys, shuffled when quiz and question allow it."""
        keys = list(spec.keys)
        if shuffle and spec.shuffle:
            rng.shuffle(keys)
        return keys

    def shown(self, spec: ChoiceSpec, order: Sequence[str]) -> ShownChoice:
        """Return the options in the order of an attempt, without the key."""
        options = tuple(ShownOption(option.key, option.html) for option in _ordered(spec, order))
        return ShownChoice(options, self.takes_many)

    def judged(self, spec: ChoiceSpec, response: Response | None, order: Sequence[str]) -> JudgedChoice:
        """Return the options in the order of an attempt, with the key and the explanations."""
        chosen = chosen_keys(response)
        return JudgedChoice(
            tuple(
                JudgedOption(option.key, option.html, option.key in chosen, option.right, option.explanation_html)
                for option in _ordered(spec, order)
            )
        )

    def tally(self, spec: ChoiceSpec, response: Response | None) -> tuple[str, ...]:
        """Return the keys of the chosen options."""
        chosen = chosen_keys(response)
        return tuple(key for key in spec.keys if key in chosen)

    def tally_labels(self, spec: ChoiceSpec) -> tuple[TallyLabel, ...]:
        """Return the options in the author's order."""
        return tuple(TallyLabel(option.key, html.plain_text(option.html), option.right) for option in spec.options)

    def guess(self, spec: ChoiceSpec) -> Fraction:
        """Return the share of the points that blind guessing earns on average."""
        raise NotImplementedError


def chosen_keys(response: Response | None) -> frozenset[str]:
    """Return the keys that a response chooses."""
    return frozenset(response.get(CHOSEN, ())) if response else frozenset()


def _ordered(spec: ChoiceSpec, order: Sequence[str]) -> list[Option]:
    options = {option.key: option for option in spec.options}
    return [options[key] for key in order if key in options]


def _composed(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    text, explanation = line(row.get("text")), line(row.get("explanation"))
    return {
        "key": key,
        "text": text,
        "html": inline(text),
        "right": bool(row.get("right")),
        "explanation": explanation,
        "explanation_html": inline(explanation),
    }


def _parse_option(place: int, raw: Any) -> Option:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("right"), bool):
        raise SpecError("malformed", place)
    fields = {name: raw.get(name, "") for name in ("key", "text", "html", "explanation", "explanation_html")}
    if not all(isinstance(value, str) for value in fields.values()):
        raise SpecError("malformed", place)
    if not is_key(fields["key"]):
        raise SpecError("bad_key", place)
    if not fields["text"].strip() or not fields["html"].strip():
        raise SpecError("empty_text", place)
    if max(len(fields["text"]), len(fields["explanation"])) > MAX_TEXT:
        raise SpecError("text_too_long", place)
    return Option(right=raw["right"], **fields)


def _check_options(options: tuple[Option, ...]) -> None:
    if len(options) < MIN_OPTIONS:
        raise SpecError("too_few_options")
    if len(options) > MAX_OPTIONS:
        raise SpecError("too_many_options")
    keys: set[str] = set()
    texts: set[str] = set()
    for place, option in enumerate(options):
        text = clean_line(option.text)
        if option.key in keys:
            raise SpecError("duplicate_key", place)
        if text in texts:
            raise SpecError("duplicate_text", place)
        keys.add(option.key)
        texts.add(text)
