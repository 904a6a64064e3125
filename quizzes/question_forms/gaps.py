"""The form of a text with gaps: the text, and what belongs in each gap that it marks."""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField
from wtforms.widgets import TextArea

from core.forms import LineField, TextField
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import RULE_LABELS
from quizzes.forms_parts import WholeField, set_rows
from quizzes.kinds import Typed
from quizzes.kinds.choice import PARTIAL, RULES
from quizzes.kinds.gaps_spec import MAX_GAPS, marks_in
from quizzes.kinds.written import FULL, MAX_ANSWERS
from quizzes.question_forms.base import ContentForm, RowForm, add_error, filled
from quizzes.question_forms.written import FoldingForm, ShortAnswerForm

#: How a gap is filled: by writing, or by choosing from a list.
WRITTEN, LISTED = "written", "listed"
_EMPTY_ROWS = 2


class GapAnswerForm(RowForm):
    """An accepted answer of a gap, or an entry of its list."""

    text = LineField(_l("Answer"))
    share = WholeField(_l("Share of the points, in percent"))
    explanation = LineField(_l("Explanation"), widget=TextArea())


class GapForm(RowForm, ContentForm):
    """What belongs in a gap."""

    mark = HiddenField()
    mode = RadioField(
        _l("How it is filled"),
        choices=[(WRITTEN, _l("Learners write the answer")), (LISTED, _l("Learners choose from a list"))],
        default=WRITTEN,
    )
    rows = FieldList(FormField(GapAnswerForm), max_entries=MAX_ANSWERS)

    def is_filled(self) -> bool:
        """Tell whether the gap has an answer."""
        return bool(filled(self.rows))

    def typed(self) -> dict[str, Any]:
        """Return the gap as its kind takes it."""
        rows = filled(self.rows)
        if self.mode.data == WRITTEN:
            return {"key": self.key.data, "mark": self.mark.data, "answers": [row.data for row in rows]}
        options = [{"key": row.key.data, "text": row.text.data, "right": row.share.data == FULL} for row in rows]
        return {"key": self.key.data, "mark": self.mark.data, "options": options}


class GapsForm(ContentForm):
    """A text with gaps."""

    START: ClassVar[Typed] = {
        "text": "",
        "gaps": [],
        "folding": ShortAnswerForm.START["folding"],
        "rule": PARTIAL,
        "shuffle": True,
    }
    BLAMED: ClassVar[dict[str, str]] = {
        "no_gap_text": "text", "text_too_long": "text", "no_gaps": "text", "too_many_gaps": "text",
        "gap_unknown": "text",
    }  # fmt: skip

    text = TextField(_l("Text with gaps"))
    gaps = FieldList(FormField(GapForm), max_entries=2 * MAX_GAPS)
    folding = FormField(FoldingForm)
    rule = RadioField(_l("Points"), choices=[(rule, RULE_LABELS[f"gaps.{rule}"]) for rule in RULES], default=PARTIAL)
    shuffle = BooleanField(_l("The order of the lists may be shuffled"), default=True)

    def fill(self, content: Typed) -> None:
        """Show the text and its gaps."""
        super().fill({**content, "gaps": [_shown(gap) for gap in content["gaps"]]})

    def content(self) -> dict[str, Any]:
        """Return the text and its gaps as typed; an empty gap whose mark is gone is gone too."""
        return {**super().content(), "gaps": [gap.typed() for gap in self._kept()]}

    def obey(self, verb: str, name: str) -> bool:
        """Change a list of rows, or find the gaps of the text anew."""
        if verb == "check" and name == self.gaps.name:
            self.find_gaps()
            return True
        return super().obey(verb, name)

    def find_gaps(self) -> None:
        """Give every mark of the text a gap, in the order of the text.

        A mark that is more than a number is taken for the answer. Gaps whose mark is gone stay as long as they say
        something.
        """
        known = {gap.mark.data: gap.data for gap in self._kept()}
        marks = [mark for mark in marks_in(self.text.data or "") if mark not in known]
        known |= {mark: _new_gap(mark) for mark in marks}
        order = [*marks_in(self.text.data or ""), *known]
        set_rows(self.gaps, [known[mark] for mark in dict.fromkeys(order)][: 2 * MAX_GAPS])

    def blame(self, code: str, places: Sequence[int], message: Any) -> bool:
        """Put a refusal beside the gap or the answer that it is about; show gaps that were not shown yet."""
        if code == "gap_unknown":
            self.find_gaps()
            add_error(self.text, _l("The text has new gaps. They stand below now: say what belongs in each."))
            return True
        if not places:
            return super().blame(code, places, message)
        gap = self._kept()[places[0]]
        rows = filled(gap.rows) or [entry.form for entry in gap.rows.entries]
        row = rows[places[1] if len(places) > 1 else 0]
        add_error(row["share" if code == "bad_share" else "text"], message)
        self.gaps.errors = [entry.errors for entry in self.gaps.entries]
        return True

    def _kept(self) -> list[Any]:
        marks = marks_in(self.text.data or "")
        return [one.form for one in self.gaps.entries if one.form.mark.data in marks or one.form.is_filled()]


def _shown(gap: Typed) -> dict[str, Any]:
    if not gap["options"]:
        return {**gap, "mode": WRITTEN, "rows": gap["answers"]}
    rows = [{**option, "share": FULL if option["right"] else 0} for option in gap["options"]]
    return {**gap, "mode": LISTED, "rows": rows}


def _new_gap(mark: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [] if mark.isdigit() else [{"text": mark}]
    return {"mark": mark, "mode": WRITTEN, "rows": [*rows, *({} for _ in range(_EMPTY_ROWS))]}
