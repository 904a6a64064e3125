"""A small tree of an HTML page, enough to inspect it and to fill in its forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """One element: its attributes (without a value: empty text) and what is inside, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str) -> str:
        """Return an attribute's value, empty when it is not there."""
        return self.attributes.get(name, "")

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return the elements below with one of these tags (any, if none is named) and these attributes."""
        return [
            element
            for element in self.walk()
            if (not tags or element.tag in tags)
            and all(element.attributes.get(name.rstrip("_")) == value for name, value in attributes.items())
        ]

    def one(self, *tags: str, **attributes: str) -> Element:
        """Return the only such element."""
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tags} {attributes}, one expected"
        return found[0]

    def walk(self) -> Iterator[Element]:
        """Yield every element below this one, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def texts(self) -> Iterator[tuple[Element, str]]:
        """Yield every piece of text with the element right around it."""
        for child in self.children:
            if isinstance(child, str):
                yield self, child
            else:
                yield from child.texts()

    @property
    def text(self) -> str:
        """Return the text inside, spaces collapsed."""
        return " ".join(" ".join(piece for _, piece in self.texts()).split())

    def is_inside(self, tag: str) -> bool:
        """Tell whether an element of this tag is around."""
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above is not None


def parse(markup: str) -> Element:
    """Return the tree of a page."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self._open = Element("document")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element, and go inside unless it can hold nothing."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        """Go back out, also of what was left open inside."""
        if tag == self._open.tag:
            self._open = self._open.parent or self.root
        elif self._open.is_inside(tag):
            while self._open.tag != tag:
                self._open = self._open.parent or self.root
            self._open = self._open.parent or self.root

    def handle_data(self, data: str) -> None:
        """Add text."""
        self._open.children.append(data)
