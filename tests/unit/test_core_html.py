"""Foreign HTML is harmless after the door, and keeps what a lesson needs."""

from html.parser import HTMLParser

import pytest

from core import html


class Elements(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\u200bscript:alert(1)">x</a>',
        '<a href=" data:text/html;base64,AAAA">x</a>',
        '<svg onload="alert(1)"><script>alert(1)</script></svg>',
        '<p style="position:fixed" onclick="alert(1)">x</p>',
        "<style>p{}</style><iframe src='//evil'></iframe><form action='//evil'><button>x</button></form>",
        '<math><mtext></p><img src="x" onerror="alert(1)">',
        "<img src='https://evil.example/x.png' alt='x'>",
    ],
)
@pytest.mark.parametrize("door", [html.clean, html.from_markdown, html.from_inline_markdown])
def test_nothing_active_comes_through(door, hostile):
    kept = Elements(str(door(hostile)))
    assert kept.tags <= html.TAGS
    assert not {name for name, _ in kept.attributes} & {"onerror", "onload", "onclick", "style"}
    addresses = [value for name, value in kept.attributes if name in {"href", "src"}]
    assert all(value.startswith(("http://", "https://", "mailto:", "/media/")) for value in addresses), addresses


def test_what_a_lesson_needs_is_kept():
    page = html.from_markdown(
        "## Đầu đề\n\n- một\n- **hai**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![mô tả](/media/12)\n\n> lời trích"
    )
    for part in (
        "<h2>Đầu đề</h2>",
        "<li>một</li>",
        "<strong>hai</strong>",
        "<td>1</td>",
        'src="/media/12"',
        "<blockquote>",
    ):
        assert part in page


def test_links_lead_out_without_a_trace():
    assert 'rel="noopener noreferrer"' in html.from_markdown("[trang](https://example.vn)")


def test_decomposed_text_is_composed():
    assert html.from_inline_markdown("Nguye\u0302\u0303n") == "Nguyễn"


def test_text_that_no_form_takes_is_shown_as_text():
    for door in (html.clean, html.from_markdown, html.from_inline_markdown):
        assert "<b>" not in door("<b>&</b>" * html.MAX_LENGTH)


def test_plain_text_leaves_words_apart():
    assert html.plain_text("<p>một</p><ul><li>hai &amp; ba</li></ul>") == "một hai & ba"
