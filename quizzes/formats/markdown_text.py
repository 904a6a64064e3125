"""Foreign text made Markdown, so that what came in as HTML or plain text can be edited like everything else."""

import re
from html.parser import HTMLParser

from core import html

_SPECIAL = re.compile(r"([\\`*_\[\]<&~|])")
#: What begins a heading, a quotation or a list when it stands first on a line.
_LINE_START = re.compile(r"^([#>=+\-])|^(\d{1,9})([.)])", re.MULTILINE)
_SPACES = re.compile(r"[^\S\n]+")
_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_BLOCKS = {"p", "h2", "h3", "h4", "blockquote", "pre", "table", "figure", "ul", "ol", "hr"}


def from_plain(text: str) -> str:
    """Return plain text as Markdown that shows exactly that text; line ends stay line ends."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.strip().split("\n"))
    marked = [_LINE_START.sub(_escape_start, _SPECIAL.sub(r"\\\1", line)) for line in lines]
    paragraphs = [[]] if not marked else _paragraphs(marked)
    return "\n\n".join("\\\n".join(paragraph) for paragraph in paragraphs)


def from_html(markup: str) -> str:
    """Return foreign HTML as Markdown: first made harmless, then emphasis, lists, links and our pictures are kept."""
    writer = _MarkdownWriter()
    writer.feed(html.clean(markup))
    writer.close()
    return writer.markdown()


def _escape_start(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"


def _paragraphs(lines: list[str]) -> list[list[str]]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


class _MarkdownWriter(HTMLParser):
    """Writes clean HTML as Markdown. Tables become lines: questions need none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._lists: list[int | None] = []
        self._link = ""

    def markdown(self) -> str:
        """Return what was written, without spaces at line ends and superfluous blank lines."""
        text = re.sub(r"[^\S\n]+\n", "\n", "".join(self._pieces))
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        values = dict(attrs)
        if tag in _EMPHASIS:
            self._pieces.append(_EMPHASIS[tag])
        elif tag == "br":
            self._pieces.append("\\\n")
        elif tag in _BLOCKS:
            self._begin_block(tag)
        elif tag == "li":
            self._pieces.append(f"\n{self._bullet()}")
        elif tag == "tr":
            self._pieces.append("\n\n")
        elif tag == "a":
            self._link = values.get("href") or ""
            self._pieces.append("[" if self._link else "")
        elif tag == "img" and values.get("src"):
            alt = _SPECIAL.sub(r"\\\1", values.get("alt") or "")
            self._pieces.append(f"![{alt}]({values['src']})")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in _EMPHASIS:
            self._pieces.append(_EMPHASIS[tag])
        elif tag in _BLOCKS:
            if tag in {"ul", "ol"} and self._lists:
                self._lists.pop()
            self._pieces.append("\n\n")
        elif tag in {"td", "th"}:
            self._pieces.append(" ")
        elif tag == "a" and self._link:
            self._pieces.append(f"]({self._link})")
            self._link = ""

    def handle_data(self, data: str) -> None:
        """Write text, with what Markdown would take for a mark escaped."""
        text = _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", data))
        at_line_start = not self._pieces or self._pieces[-1].endswith("\n")
        self._pieces.append(_LINE_START.sub(_escape_start, text.lstrip()) if at_line_start else text)

    def _begin_block(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
        self._pieces.append("\n\n")
        if tag in {"h2", "h3", "h4"}:
            self._pieces.append("#" * int(tag[1]) + " ")

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{number}. "
