"""Foreign HTML made harmless, and Markdown made HTML. The only user of bleach; nh3 has the last word.

Text is cleaned when it is written, never when it is read (cleaning 20 KB costs about 30 ms); lines of Markdown that are
read again and again are kept for a while.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

import bleach
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "strong", "em", "b", "i", "u", "s", "sub", "sup", "ul", "ol", "li", "blockquote",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "img", "figure", "figcaption", "code", "pre", "abbr",
}  # fmt: skip
INLINE_TAGS = {"strong", "em", "b", "i", "u", "s", "sub", "sup", "br", "code", "abbr"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "abbr": {"title"},
}
PROTOCOLS = {"http", "https", "mailto"}
#: Pictures come from our own media library and from nowhere else.
PICTURE_PREFIX = "/media/"

#: Characters of one text; a lesson of ten minutes has about 10,000. What is longer is not parsed and is shown as plain
#: text: it can only be a preview of what no form would take.
MAX_LENGTH = 120_000
#: Elements inside each other; a list in a list in a quotation has six.
MAX_DEPTH = 200
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
#: Elements whose end may be left out, or that have none.
_CLOSED_BY_ITSELF = {
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "option", "br", "hr", "img", "col",
    "wbr", "input", "meta", "link",
}  # fmt: skip

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_inline_markdown = MarkdownIt("commonmark", {"html": False})


def clean(markup: str) -> Markup:
    """Return foreign HTML with only the tags and attributes that a lesson needs.

    Pictures from elsewhere, links with hidden characters, scripts, styles and handlers are dropped.
    """
    return escape(markup) if len(markup) > MAX_LENGTH else Markup(_harmless(markup, TAGS))


def from_markdown(text: str) -> Markup:
    """Return Markdown as clean HTML. Raw HTML inside is shown as text."""
    return escape(text) if len(text) > MAX_LENGTH else Markup(_harmless(_markdown.render(text), TAGS))


@lru_cache(maxsize=1024)
def from_inline_markdown(text: str) -> Markup:
    """Return one line of Markdown as clean inline HTML."""
    if len(text) > MAX_LENGTH:
        return escape(text)
    return Markup(_harmless(_inline_markdown.renderInline(text.strip()), INLINE_TAGS))


def plain_text(markup: str) -> str:
    """Return the text of HTML without its tags, for search, lists and exports."""
    spaced = str(markup)  # a Markup would escape what is put in
    for tag in ("<br", "</p>", "</li>", "</td>"):
        spaced = spaced.replace(tag, f" {tag}")
    return " ".join(Markup(nh3.clean(spaced, tags=set())).unescape().split())


def _harmless(markup: str, tags: set[str]) -> str:
    """Clean with bleach, then with nh3 as the authority (bleach has had its last release).

    Markup that is nested deeper than any text needs is shown as the text that it is.
    """
    text = unicodedata.normalize("NFC", markup).replace("\x00", "")
    if _is_too_deep(text):
        text = str(escape(text))
    once = bleach.clean(
        text,
        tags=tags,
        attributes={tag: sorted(names) for tag, names in ATTRIBUTES.items()},
        protocols=PROTOCOLS,
        strip=True,
        strip_comments=True,
    )
    return nh3.clean(
        once,
        tags=tags,
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
        attributes={tag: names for tag, names in ATTRIBUTES.items() if tag in tags},
        attribute_filter=_kept_attribute,
        url_schemes=PROTOCOLS,
        link_rel="noopener noreferrer",
    )


def _is_too_deep(text: str) -> bool:
    """Tell whether text would hold the parser up for minutes: its time grows with the square of the depth."""
    still_open: Counter[str] = Counter()
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if tag[1] and still_open[name]:
            still_open[name] -= 1
        elif not tag[1] and name not in _CLOSED_BY_ITSELF:
            still_open[name] += 1
            if still_open.total() > MAX_DEPTH:
                return True
    return False


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    """Drop URLs with hidden characters and pictures from elsewhere; keep the rest."""
    if name in {"href", "src"}:
        if any(unicodedata.category(character)[0] in "CZ" for character in value):
            return None
        if tag == "img" and not value.startswith(PICTURE_PREFIX):
            return None
    return value
