"""The forms of matching and categorising: lines, each with what belongs to it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import FieldList, FormField, HiddenField, RadioField, SelectField
from wtforms.widgets import TextArea

from core.forms import LineField
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import RULE_LABELS
from quizzes.kinds import Typed
from quizzes.kinds.placing import MAX_TARGETS, PARTIAL, RULES
from quizzes.kinds.rows import MAX_ROWS
from quizzes.question_forms.base import ContentForm, RowForm, filled

#: In the choice of a group: none; a group is its name after a sign, so that no name is taken for something else.
NONE, NAMED = "-", "="


class PairForm(RowForm):
    """A line and what belongs to it."""

    text = LineField(_l("Text"), widget=TextArea())
    target = LineField(_l("What belongs to it"))
    target_key = HiddenField()
    explanation = LineField(_l("Explanation"), widget=TextArea())


class DistractorForm(RowForm):
    """An answer that belongs to no line."""

    text = LineField(_l("Wrong answer"))


class MatchingForm(ContentForm):
    """Pairs, and answers that belong to nothing."""

    START: ClassVar[Typed] = {"rows": [{}] * 3, "distractors": [{}], "rule": PARTIAL}
    BLAMED_ROWS = "rows"
    BLAMED_IN_ROW: ClassVar[dict[str, str]] = {
        "partner_empty": "target",
        "partner_too_long": "target",
        "partner_unknown": "target",
    }

    rows = FieldList(FormField(PairForm), max_entries=MAX_ROWS)
    distractors = FieldList(FormField(DistractorForm), max_entries=MAX_TARGETS - 1)
    rule = RadioField(
        _l("Points"), choices=[(rule, RULE_LABELS[f"matching.{rule}"]) for rule in RULES], default=PARTIAL
    )

    def blame(self, code: str, places: Sequence[int], message: Any) -> bool:
        """Put a refusal beside the field that it is about; places of partners count the lines, then the others."""
        beyond = places[0] - len(filled(self.rows)) if places else -1
        if beyond >= 0:
            return self.blame_row(self.distractors, "", beyond, message)
        return super().blame(code, places, message)


class ItemForm(RowForm):
    """A line and its group."""

    text = LineField(_l("Text"), widget=TextArea())
    target = SelectField(_l("Group of the line"), choices=[], validate_choice=False)
    explanation = LineField(_l("Explanation"), widget=TextArea())


class GroupForm(RowForm):
    """A group; ``was`` is the name that the choices of the page still show."""

    text = LineField(_l("Name of the group"))
    was = HiddenField()


class CategoriseForm(ContentForm):
    """Groups, and lines that belong to one of them or to none."""

    START: ClassVar[Typed] = {"targets": [{}] * 2, "rows": [{}] * 4, "rule": PARTIAL}
    BLAMED_ROWS = "rows"
    BLAMED_IN_ROW: ClassVar[dict[str, str]] = {"category_unknown": "target"}

    targets = FieldList(FormField(GroupForm), max_entries=MAX_TARGETS)
    rows = FieldList(FormField(ItemForm), max_entries=MAX_ROWS)
    rule = RadioField(
        _l("Points"), choices=[(rule, RULE_LABELS[f"categorise.{rule}"]) for rule in RULES], default=PARTIAL
    )

    def fill(self, content: Typed) -> None:
        """Show groups and lines, each line with the name of its group."""
        names = [group.get("text", "") for group in content["targets"]]
        rows = [{**row, "target": _choice(row, names)} for row in content["rows"]]
        super().fill({**content, "rows": rows})

    def content(self) -> dict[str, Any]:
        """Return groups and lines as typed, each line with the place of its group."""
        names, renamed = [group.text.data for group in filled(self.targets)], self._renamed()
        rows = [{**row.data, "target": _place(renamed.get(row.target.data, row.target.data), names)}
                for row in filled(self.rows)]  # fmt: skip
        return {**super().content(), "rows": rows}

    def obey(self, verb: str, name: str) -> bool:
        """Change a list of rows, or offer the names of the groups anew."""
        return super().obey(verb, name) or (verb == "check" and name == self.targets.name)

    def offer(self) -> None:
        """Let every line be put into the groups as they are named now."""
        names, renamed = [group.text.data for group in filled(self.targets)], self._renamed()
        named = [(f"{NAMED}{name}", name) for name in names]
        choices = [("", _("– Choose –")), *named, (NONE, _("belongs to no group"))]
        for row in (entry.form for entry in self.rows.entries):
            row.target.choices = choices
            row.target.data = renamed.get(row.target.data, row.target.data)
        for group in (entry.form for entry in self.targets.entries):
            group.was.data = group.text.data

    def blame(self, code: str, places: Sequence[int], message: Any) -> bool:
        """Put a refusal beside the field that it is about; most refusals of a group are about its name."""
        if code.startswith("category_") and code != "category_unknown":
            return bool(places) and self.blame_row(self.targets, "", places[0], message)
        return super().blame(code, places, message)

    def _renamed(self) -> dict[str, str]:
        """Return the choices of groups that have another name than the page showed."""
        groups = [entry.form for entry in self.targets.entries]
        return {f"{NAMED}{one.was.data}": f"{NAMED}{one.text.data}" for one in groups if one.was.data}


def _choice(row: Typed, names: Sequence[str]) -> str:
    if "target" not in row:
        return ""
    return NONE if row["target"] is None else f"{NAMED}{names[row['target']]}"


def _place(choice: str | None, names: Sequence[str]) -> int | str | None:
    """Return the place of a group, None for no group, and for nothing chosen what the kind refuses."""
    if choice == NONE:
        return None
    name = (choice or "").removeprefix(NAMED)
    return names.index(name) if choice and name in names else ""
