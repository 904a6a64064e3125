"""One text, then several parts that ask about it, each a question of another kind.

A spec is stored as ``{"text", "html", "parts": [{"key", "kind", "prompt", "prompt_html", "points", "spec": {...}},
...]}``, a response as ``{"parts": {"p1": {...}}}`` with the responses of the parts that were answered. The fields of
a part, and the keys that order and count its options, begin with its key: ``p1_chosen``, ``p1.a7``. Parts keep the
author's order. The points of a part are a whole number that says how much it counts beside the others.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from core import html
from quizzes.kinds.case_values import (
    MAX_CASE,
    MAX_PARTS,
    MAX_POINTS,
    MAX_PROMPT,
    MIN_PARTS,
    CaseSpec,
    JudgedCase,
    JudgedPart,
    Part,
    ShownCase,
    ShownPart,
)
from quizzes.kinds.contract import BadResponse, Kind, PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.keyed import block, is_key, keys_for, recall_keys
from quizzes.kinds.written import blamed_on, rows_of, texts_of, whole

#: What a response calls its parts.
PARTS = "parts"


class CaseStudy:
    """A text with questions about it. ``kinds`` are those that a part may be of; none of them needs a marker."""

    name = "case_study"

    def __init__(self, kinds: Mapping[str, Kind[Any]]) -> None:
        self.kinds = kinds

    def parse(self, raw: Mapping[str, Any]) -> CaseSpec:
        """Return the spec that JSON describes.

        :raises SpecError: with one of the codes ``malformed, no_case_text, case_too_long, too_few_parts,
            too_many_parts, bad_key, duplicate_key, bad_part_kind, no_part_prompt, prompt_too_long, bad_part_points``,
            or that of what is wrong with the content of a part; the part is the row to blame.
        """
        texts = texts_of(raw, "text", "html")
        if not texts["text"].strip():
            raise SpecError("no_case_text")
        if len(texts["text"]) > MAX_CASE:
            raise SpecError("case_too_long")
        parts: list[Part] = []
        for place, row in enumerate(rows_of(raw.get("parts"))):
            with blamed_on(place):
                part = self._parse_part(row)
                if part.key in {one.key for one in parts}:
                    raise SpecError("duplicate_key")
            parts.append(part)
        if len(parts) < MIN_PARTS:
            raise SpecError("too_few_parts")
        if len(parts) > MAX_PARTS:
            raise SpecError("too_many_parts")
        return CaseSpec(texts["text"], texts["html"], tuple(parts))

    def to_json(self, spec: CaseSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        parts = [{**vars(part), "spec": self.kinds[part.kind].to_json(part.spec)} for part in spec.parts]
        return {"text": spec.text, "html": spec.html, "parts": parts}

    def compose(self, typed: Typed, previous: CaseSpec | None) -> CaseSpec:
        """Return the spec of ``{"text", "parts": [{"kind", "prompt", "points", "content": {...}, "key"}, ...]}``.

        Text and prompts are Markdown; points are a whole number, or its digits as text, and 1 when they are left out;
        ``content`` is what the ``compose`` of the part's kind takes. A part keeps its keys as long as it keeps its
        kind.
        """
        rows = list(typed.get("parts", ()))
        before = {part.key: part for part in previous.parts} if previous else {}
        parts = []
        for place, (row, key) in enumerate(zip(rows, keys_for(rows, before), strict=True)):
            with blamed_on(place):
                parts.append(self._composed(row, key, before.get(key)))
        text = block(typed.get("text"))
        return self.parse({"text": text, "html": str(html.from_markdown(text)), "parts": parts})

    def typed(self, spec: CaseSpec) -> dict[str, Any]:
        """Return the text and the parts as typed, with their keys."""
        parts = [
            {
                "key": part.key,
                "kind": part.kind,
                "prompt": part.prompt,
                "points": part.points,
                "content": self.kinds[part.kind].typed(part.spec),
            }
            for part in spec.parts
        ]
        return {"text": spec.text, "parts": parts}

    def recall(self, typed: Typed, previous: CaseSpec) -> dict[str, Any]:
        """Return typed parts with the keys of those they were before, by their prompts, and so their contents."""
        known = {part.key: part for part in previous.parts}
        rows = recall_keys(typed.get("parts", ()), [(part.key, part.prompt) for part in previous.parts], text="prompt")
        return {**typed, "parts": [self._recalled(row, known.get(row["key"])) for row in rows]}

    def read(self, spec: CaseSpec, form: PostedFields) -> Response:
        """Return the responses of the parts that were answered, in order.

        :raises BadResponse: on a field of no part, or one that means nothing to its part.
        """
        fields: dict[str, dict[str, Sequence[str]]] = {part.key: {} for part in spec.parts}
        for name, values in form.items():
            key, _, field = name.partition("_")
            if key not in fields:
                raise BadResponse("unknown part")
            fields[key][field] = values
        responses = {part.key: self.kinds[part.kind].read(part.spec, fields[part.key]) for part in spec.parts}
        kept = (part for part in spec.parts if self.kinds[part.kind].is_answered(responses[part.key]))
        return {PARTS: {part.key: responses[part.key] for part in kept}}

    def fields(self, spec: CaseSpec, response: Response | None) -> dict[str, list[str]]:
        """Return the fields of the parts, each with the key of its part before it."""
        return {
            f"{part.key}_{name}": values
            for part, kind, answer in self._answered(spec, response)
            for name, values in kind.fields(part.spec, answer).items()
        }

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether any part was answered."""
        return bool(response and response.get(PARTS))

    def grade(self, spec: CaseSpec, response: Response | None) -> Fraction:
        """Return the mean of what the parts earn, each counting by its points."""
        return _mean(spec, [self._share(part, kind, answer) for part, kind, answer in self._answered(spec, response)])

    def rule(self, spec: CaseSpec) -> str:
        """Return the code of the rule by which points are given."""
        return self.name

    def summarise(self, spec: CaseSpec, response: Response | None) -> str:
        """Return the answers, each with the number of its part: ``(1) Báo cáo; (3) 05``."""
        said = (kind.summarise(part.spec, answer) for part, kind, answer in self._answered(spec, response))
        return "; ".join(f"({number}) {text}" for number, text in enumerate(said, 1) if text)

    def why_not_regradable(self, old: CaseSpec, new: CaseSpec) -> str | None:
        """Refuse when parts came, went or changed their kind, or when one of them can't be judged anew."""
        now = {part.key: part for part in new.parts}
        if any(part.key not in now for part in old.parts):
            return "part_removed"
        if len(now) > len(old.parts):
            return "part_added"
        for part in old.parts:
            if part.kind != now[part.key].kind:
                return "part_changed"
            if code := self.kinds[part.kind].why_not_regradable(part.spec, now[part.key].spec):
                return code
        return None

    def arrange(self, spec: CaseSpec, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the keys of every part in turn, with its own key before them; only inside a part is shuffled."""
        return [
            f"{part.key}.{key}"
            for part in spec.parts
            for key in self.kinds[part.kind].arrange(part.spec, shuffle=shuffle, rng=rng)
        ]

    def shown(self, spec: CaseSpec, order: Sequence[str]) -> ShownCase:
        """Return the text and what each part shows."""
        parts = (
            ShownPart(
                key=part.key,
                number=number,
                kind=part.kind,
                prompt_html=part.prompt_html,
                points=part.points,
                shown=self.kinds[part.kind].shown(part.spec, _order_of(part, order)),
            )
            for number, part in enumerate(spec.parts, 1)
        )
        return ShownCase(spec.html, tuple(parts))

    def judged(self, spec: CaseSpec, response: Response | None, order: Sequence[str]) -> JudgedCase:
        """Return the text and every part with its own share, answer and key."""
        parts = (
            JudgedPart(
                number=number,
                kind=part.kind,
                prompt_html=part.prompt_html,
                points=part.points,
                answered=kind.is_answered(answer),
                share=self._share(part, kind, answer),
                judged=kind.judged(part.spec, answer, _order_of(part, order)),
            )
            for number, (part, kind, answer) in enumerate(self._answered(spec, response), 1)
        )
        return JudgedCase(spec.html, tuple(parts))

    def tally(self, spec: CaseSpec, response: Response | None) -> tuple[str, ...]:
        """Return the choices of every part, with its key before them."""
        return tuple(
            f"{part.key}.{key}"
            for part, kind, answer in self._answered(spec, response)
            for key in kind.tally(part.spec, answer)
        )

    def tally_labels(self, spec: CaseSpec) -> tuple[TallyLabel, ...]:
        """Return the choices of every part, with its key and its number before them."""
        return tuple(
            TallyLabel(f"{part.key}.{label.key}", f"({number}) {label.text}", label.right)
            for number, part in enumerate(spec.parts, 1)
            for label in self.kinds[part.kind].tally_labels(part.spec)
        )

    def guess(self, spec: CaseSpec) -> Fraction:
        """Return the mean of what blind guessing earns in the parts, each counting by its points."""
        return _mean(spec, [self.kinds[part.kind].guess(part.spec) for part in spec.parts])

    def _answered(self, spec: CaseSpec, response: Response | None) -> Iterator[tuple[Part, Kind[Any], Response | None]]:
        """Yield every part with its kind and its response, None when it has none."""
        responses = response.get(PARTS, {}) if response else {}
        for part in spec.parts:
            yield part, self.kinds[part.kind], responses.get(part.key)

    def _share(self, part: Part, kind: Kind[Any], answer: Response | None) -> Fraction:
        share = kind.grade(part.spec, answer)
        if share is None:
            raise ValueError(f"a part of the kind {part.kind} needs a marker")
        return share

    def _parse_part(self, row: Mapping[str, Any]) -> Part:
        texts, points = texts_of(row, "key", "kind", "prompt", "prompt_html"), row.get("points")
        if not is_key(texts["key"]):
            raise SpecError("bad_key")
        if not texts["prompt"].strip():
            raise SpecError("no_part_prompt")
        if len(texts["prompt"]) > MAX_PROMPT:
            raise SpecError("prompt_too_long")
        if type(points) is not int or not 1 <= points <= MAX_POINTS:
            raise SpecError("bad_part_points")
        spec = row.get("spec")
        if not isinstance(spec, Mapping):
            raise SpecError("malformed")
        return Part(**texts, points=points, spec=self._kind(texts["kind"]).parse(spec))

    def _composed(self, row: Mapping[str, Any], key: str, before: Part | None) -> dict[str, Any]:
        name = str(row.get("kind"))
        kind, prompt = self._kind(name), block(row.get("prompt"))
        content = row.get("content")
        spec = kind.compose(
            content if isinstance(content, Mapping) else {}, before.spec if before and before.kind == name else None
        )
        return {
            "key": key,
            "kind": name,
            "prompt": prompt,
            "prompt_html": str(html.from_markdown(prompt)),
            "points": whole(row.get("points"), 1),
            "spec": kind.to_json(spec),
        }

    def _recalled(self, row: dict[str, Any], before: Part | None) -> dict[str, Any]:
        if before is None or row.get("kind") != before.kind:
            return row
        return {**row, "content": self.kinds[before.kind].recall(row.get("content", {}), before.spec)}

    def _kind(self, name: str) -> Kind[Any]:
        if name not in self.kinds:
            raise SpecError("bad_part_kind")
        return self.kinds[name]


def _mean(spec: CaseSpec, shares: Sequence[Fraction]) -> Fraction:
    points = [part.points for part in spec.parts]
    return sum((share * weight for share, weight in zip(shares, points, strict=True)), Fraction(0)) / sum(points)


def _order_of(part: Part, order: Sequence[str]) -> list[str]:
    """Return the keys of a part in the order of an attempt, without its own key before them."""
    return [key for owner, _, key in (entry.partition(".") for entry in order) if owner == part.key]
