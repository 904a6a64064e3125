"""What single and multiple choice share: options with permanent keys.

A spec is stored as ``{"options": [{"key", "text", "html", "right", "explanation", "explanation_html"}, ...],
"shuffle": true, "rule": "partial"}`` (``rule`` for multiple choice only), a response as ``{"chosen": ["a7", "k2"]}``.
"""

import re
import secrets
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from core import html
from core.text import clean_line, nfc
from quizzes.kinds.contract import BadResponse, JudgedOption, PostedFields, Response, ShownOption, SpecError

MIN_OPTIONS, MAX_OPTIONS = 2, 10
MAX_TEXT = 2_000
#: How a multiple choice earns points: a share for a part of what is right, or everything for exactly what is right.
PARTIAL, ALL_OR_NOTHING = "partial", "all_or_nothing"
RULES = (PARTIAL, ALL_OR_NOTHING)
#: The field of a posted form that carries the chosen keys.
CHOSEN = "chosen"
_KEY = re.compile(r"[a-z][a-z0-9]{1,7}")


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


def new_key(taken: Collection[str]) -> str:
    """Return a fresh random key for an option: a letter and a digit, telling neither place nor rightness."""
    while True:
        key = secrets.choice(string.ascii_lowercase) + secrets.choice(string.digits)
        if key not in taken:
            return key


def make_option(text: str, *, right: bool, explanation: str = "", key: str = "", taken: Collection[str] = ()) -> Option:
    """Return an option from what an author typed (inline Markdown), with a fresh key unless it has one."""
    text, explanation = (nfc(typed).replace("\x00", "").strip() for typed in (text, explanation))
    return Option(
        key=key or new_key(taken),
        text=text,
        html=str(html.from_inline_markdown(text)),
        right=right,
        explanation=explanation,
        explanation_html=str(html.from_inline_markdown(explanation)),
    )


class Choice:
    """Base of the kinds in which options are chosen."""

    name: str
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

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether anything was chosen."""
        return bool(response and response.get(CHOSEN))

    def chosen(self, response: Response | None) -> frozenset[str]:
        """Return the keys of the options that a response chooses."""
        return chosen_keys(response)

    def grade(self, spec: ChoiceSpec, response: Response | None) -> Fraction | None:
        """Return the share of the points that a response earns."""
        raise NotImplementedError

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

    def option_order(self, spec: ChoiceSpec) -> tuple[list[str], bool]:
        """Return the option keys in the author's order, and whether they may be shuffled."""
        return list(spec.keys), spec.shuffle

    def shown(self, spec: ChoiceSpec, order: Sequence[str]) -> tuple[ShownOption, ...]:
        """Return the options in the order of an attempt, without the key."""
        return tuple(ShownOption(option.key, option.html) for option in _ordered(spec, order))

    def judged(self, spec: ChoiceSpec, response: Response | None, order: Sequence[str]) -> tuple[JudgedOption, ...]:
        """Return the options in the order of an attempt, with the key and the explanations."""
        chosen = chosen_keys(response)
        return tuple(
            JudgedOption(option.key, option.html, option.key in chosen, option.right, option.explanation_html)
            for option in _ordered(spec, order)
        )


def chosen_keys(response: Response | None) -> frozenset[str]:
    """Return the keys that a response chooses."""
    return frozenset(response.get(CHOSEN, ())) if response else frozenset()


def _ordered(spec: ChoiceSpec, order: Sequence[str]) -> list[Option]:
    options = {option.key: option for option in spec.options}
    return [options[key] for key in order if key in options]


def _parse_option(place: int, raw: Any) -> Option:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("right"), bool):
        raise SpecError("malformed", place)
    fields = {name: raw.get(name, "") for name in ("key", "text", "html", "explanation", "explanation_html")}
    if not all(isinstance(value, str) for value in fields.values()):
        raise SpecError("malformed", place)
    if not _KEY.fullmatch(fields["key"]):
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
