"""The form of a case study: the case, and parts of other kinds."""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import FieldList, FormField, SelectField

from core.forms import TextField
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import KIND_LABELS
from quizzes.forms_parts import WholeField, set_rows
from quizzes.kinds import Typed
from quizzes.kinds.case_values import MAX_PARTS
from quizzes.question_forms.base import ContentField, ContentForm, RowForm, add_error
from quizzes.question_forms.by_rule import BY_RULE


class PartForm(RowForm):
    """A question about the case."""

    prompt = TextField(_l("Question"))
    points = WholeField(_l("Points of this part"))
    content = ContentField(BY_RULE)

    def is_filled(self) -> bool:
        """Count every part: it was added on purpose."""
        return True


class CaseStudyForm(ContentForm):
    """The case and its parts."""

    START: ClassVar[Typed] = {"text": "", "parts": []}
    BLAMED: ClassVar[dict[str, str]] = {"no_case_text": "text", "case_too_long": "text"}
    BLAMED_IN_PART: ClassVar[dict[str, str]] = {
        "no_part_prompt": "prompt",
        "prompt_too_long": "prompt",
        "bad_part_points": "points",
    }

    text = TextField(_l("The case"))
    parts = FieldList(FormField(PartForm), max_entries=MAX_PARTS)
    new_part = SelectField(_l("Kind of the new part"), choices=[(name, KIND_LABELS[name]) for name in BY_RULE],
                           validate_choice=False)  # fmt: skip

    def fill(self, content: Typed) -> None:
        """Show the case and its parts."""
        super().fill({"text": content["text"]})
        set_rows(self.parts, [{}] * len(content["parts"]))
        for entry, part in zip(self.parts.entries, content["parts"], strict=True):
            _show(entry, part)

    def content(self) -> dict[str, Any]:
        """Return the case and its parts as typed."""
        return {"text": self.text.data or "", "parts": [_typed(entry.form) for entry in self.parts.entries]}

    def offer(self) -> None:
        """Set the choices of the parts."""
        for entry in self.parts.entries:
            entry.form.content.form.offer()

    def obey(self, verb: str, name: str) -> bool:
        """Change a list of rows; a new part is of the kind that was chosen for it."""
        if verb != "add" or name != self.parts.name:
            return super().obey(verb, name)
        if self.new_part.data in BY_RULE and len(self.parts.entries) < MAX_PARTS:
            set_rows(self.parts, [*(entry.data for entry in self.parts.entries), {}])
            kind = self.new_part.data
            _show(self.parts.entries[-1], {"kind": kind, "points": 1, "content": BY_RULE[kind].START})
        return True

    def blame(self, code: str, places: Sequence[int], message: Any) -> bool:
        """Put a refusal beside the field of the case or of the part that it is about."""
        if not places:
            return super().blame(code, places, message)
        part = self.parts.entries[places[0]].form
        if code in self.BLAMED_IN_PART:
            add_error(part[self.BLAMED_IN_PART[code]], message)
        elif not part.content.form.blame(code, places[1:], message):
            add_error(part.prompt, message)
        self.parts.errors = [entry.errors for entry in self.parts.entries]
        return True


def _show(entry: Any, part: Typed) -> None:
    """Give a row the form of its part's kind, and show the part in it."""
    row = entry.form
    row.content.process(None, {"kind": part["kind"]})
    row.content.form.fill(part["content"])
    row.key.data, row.prompt.data, row.points.data = part.get("key", ""), part.get("prompt", ""), part["points"]


def _typed(row: Any) -> dict[str, Any]:
    content = row.content.form
    return {
        "key": row.key.data or "",
        "kind": content.kind.data,
        "prompt": row.prompt.data or "",
        "points": row.points.data,
        "content": content.content(),
    }
