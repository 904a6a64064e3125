"""What the forms of all kinds of questions share: they show the typed content of a kind, and read it from a form.

The fields of a form are called like the parts of the content that the kind's ``compose`` takes, so most of it is moved
as it is. Rows that are wholly empty are left out; a place in a refusal counts the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from wtforms import Field, FieldList, Form, FormField, HiddenField, SelectField
from wtforms.utils import unset_value

from quizzes.forms_parts import change_rows, set_rows
from quizzes.kinds import Typed


class RowForm(Form):
    """A row of a list, told from others by its permanent key."""

    key = HiddenField()

    def is_filled(self) -> bool:
        """Tell whether anything was typed or ticked."""
        return any(field.data for field in self if not isinstance(field, HiddenField | SelectField))


class ContentForm(Form):
    """The content of a question of one kind."""

    kind = HiddenField()

    #: What a new question begins with.
    START: ClassVar[Typed] = {}
    #: The fields to which codes of refusals belong, of the form and of a row in ``BLAMED_ROWS``.
    BLAMED: ClassVar[dict[str, str]] = {}
    BLAMED_IN_ROW: ClassVar[dict[str, str]] = {}
    #: The list of rows that refusals with a place are about.
    BLAMED_ROWS: ClassVar[str] = ""

    def fill(self, content: Typed) -> None:
        """Show typed content."""
        for name, value in content.items():
            field = self._fields.get(name)
            if isinstance(field, FieldList):
                set_rows(field, value)
            elif isinstance(field, FormField):
                for part, one in value.items():
                    field.form[part].data = one
            elif field is not None:
                field.data = value

    def content(self) -> dict[str, Any]:
        """Return the content as typed."""
        return {
            field.short_name: [row.data for row in filled(field)] if isinstance(field, FieldList) else field.data
            for field in self
            if field.short_name != "kind"
        }

    def offer(self) -> None:
        """Set the choices that depend on what was typed, before the form is shown."""

    def obey(self, verb: str, name: str) -> bool:
        """Change the list of rows of this name as a button asks, and return whether there is one."""
        for rows in self:
            if isinstance(rows, FieldList):
                if rows.name == name:
                    return change_rows(rows, verb, limit=rows.max_entries)
                if any(content.obey(verb, name) for row in rows for content in contents_of(row.form)):
                    return True
        return False

    def blame(self, code: str, places: Sequence[int], message: Any) -> bool:
        """Put a refusal beside the field that it is about, and return whether there is one.

        :param places: the place of the row to blame, then of the row inside it and so on; empty when it is no row.
        """
        if code in self.BLAMED:
            add_error(self[self.BLAMED[code]], message)
            return True
        return bool(places) and self.blame_row(self[self.BLAMED_ROWS], code, places[0], message)

    def blame_row(self, rows: FieldList, code: str, place: int, message: Any) -> bool:
        """Put a refusal beside a field of a row, and return whether there is such a row."""
        there = filled(rows)
        if place >= len(there):
            return False
        add_error(there[place][self.BLAMED_IN_ROW.get(code, "text")], message)
        rows.errors = [entry.errors for entry in rows.entries]
        return True


class ContentField(FormField):
    """The content of a question; its fields, ``kind`` among them, stand beside this one without a prefix more."""

    form: ContentForm

    def __init__(self, forms: Mapping[str, type[ContentForm]], **kwargs: Any) -> None:
        super().__init__(ContentForm, **kwargs)
        self.forms = forms

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Make the form of the kind that is asked for, as far as it may replace the one that is given."""
        given = dict(data) if isinstance(data, Mapping) else {}
        prefix = self.name.removesuffix(self.short_name)
        asked = formdata.get(f"{prefix}kind", "") if formdata else ""
        kind = asked if asked in self.forms and may_become(given.get("kind"), asked) else given.get("kind", "")
        self.form_class = self.forms.get(kind) or next(iter(self.forms.values()))
        self.form = self.form_class(formdata=formdata, prefix=prefix, **given)
        self.form["kind"].data = kind or next(iter(self.forms))


def may_become(kind: str | None, other: str) -> bool:
    """Tell whether a question may change its kind so: only between one choice and several."""
    return kind in (None, other) or {kind, other} <= {"single_choice", "multiple_choice"}


def contents_of(form: Form) -> Iterator[ContentForm]:
    """Yield the contents of questions inside a row, and the row itself when it has lists of its own."""
    for field in form:
        if isinstance(field, ContentField):
            yield field.form
    if isinstance(form, ContentForm):
        yield form


def filled(rows: FieldList) -> list[Any]:
    """Return the forms of the rows in which something was typed or ticked."""
    return [entry.form for entry in rows.entries if entry.form.is_filled()]


def add_error(field: Field, message: Any) -> None:
    """Put an error beside a field."""
    field.errors = [*field.errors, message]
