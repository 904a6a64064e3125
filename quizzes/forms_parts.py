"""What forms of trainers are made of: numbers as people write them, boxes to tick, rows that are added and moved."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms import Field, FieldList, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from core.i18n import gettext

_WISH = re.compile(r"(add|remove|up|down)(?:-(\d{1,3}))?")


class WholeField(Field):
    """A whole number, or nothing."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number.

        :raises ValueError: when it is none.
        """
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if typed:
            if not re.fullmatch(r"\d{1,6}", typed, re.ASCII):
                raise ValueError(gettext("Write a whole number, for example 20."))
            self.data = int(typed)


class HundredthsField(Field):
    """Points or a score with at most two decimals (5,5 or 5.5), kept as whole hundredths."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        whole, rest = divmod(self.data, 100)
        return f"{whole},{rest:02}".rstrip("0").rstrip(",")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number.

        :raises ValueError: when it is none.
        """
        typed = str(valuelist[0]).strip() if valuelist else ""
        found = re.fullmatch(r"(\d{1,4})(?:[.,](\d{1,2}))?", typed, re.ASCII)
        self.data = None
        if typed and not found:
            raise ValueError(gettext("Write a number such as 5 or 5,5."))
        if found:
            self.data = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


class BoxesField(SelectMultipleField):
    """Any number of choices, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def change_rows(rows: FieldList, wish: str, *, limit: int) -> bool:
    """Add, remove or move a row as a button asks (``add``, ``remove-2``, ``up-2``, ``down-2``), keeping what was typed.

    Return whether the wish was one about rows.
    """
    found = _WISH.fullmatch(wish)
    if not found:
        return False
    data = [entry.data for entry in rows.entries]
    verb, place = found[1], int(found[2] or 0)
    if verb == "add" and len(data) < limit:
        data.append({})
    elif verb == "remove" and place < len(data):
        del data[place]
    elif verb in {"up", "down"} and place < len(data):
        target = min(max(place + (1 if verb == "down" else -1), 0), len(data) - 1)
        data.insert(target, data.pop(place))
    set_rows(rows, data)
    return True


def set_rows(rows: FieldList, data: Sequence[Any]) -> None:
    """Give the list these rows, numbered anew."""
    while rows.entries:
        rows.pop_entry()
    for row in data:
        rows.append_entry(row)
