"""A small tree of an HTML page, enough to inspect it and to fill in its forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Elements whose end tag may be left out.
ENDS_BY_ITSELF = {"p", "li", "dt", "dd", "tr", "th", "td", "thead", "tbody", "option"}


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
    return _read(markup).root


def tag_faults(markup: str) -> list[str]:
    """Return the tags of a page that are closed but not open, or open and never closed."""
    return _read(markup).faults


def _read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self._open = Element("document")
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element, and go inside unless it can hold nothing."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element of SVG that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Go back out, also of what was left open inside."""
        if tag != self._open.tag and not self._open.is_inside(tag):
            self.faults.append(f"</{tag}> closes nothing (line {self.getpos()[0]})")
            return
        while self._open.tag != tag:
            self._leave()
        self._open = self._open.parent or self.root

    def handle_data(self, data: str) -> None:
        """Add text."""
        self._open.children.append(data)

    def close(self) -> None:
        """Note what is still open at the end."""
        super().close()
        while self._open is not self.root:
            self._leave()

    def _leave(self) -> None:
        if self._open.tag not in ENDS_BY_ITSELF:
            self.faults.append(f"<{self._open.tag}> is not closed")
        self._open = self._open.parent or self.root
