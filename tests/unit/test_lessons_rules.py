"""The arithmetic of reading, and what a lesson must have."""

import pytest

from core.errors import RuleBroken
from lessons.rules import LessonDraft, check_lesson, check_publishable, resume_at, with_anchors

HTML = "<p>Mở đầu</p><h2>Một <em>hai</em></h2>" + "<p>chữ</p>" * 50 + "<h2>Ba</h2>" + "<p>chữ</p>" * 50


def test_headings_get_anchors_in_order():
    assert with_anchors("<h2>A</h2><h3>B</h3><h2>C</h2>") == '<h2 id="part-1">A</h2><h3>B</h3><h2 id="part-2">C</h2>'


@pytest.mark.parametrize(
    ("position", "heading"),
    [(0, None), (39, None), (300, "Một hai"), (700, "Ba"), (951, None), (1000, None)],
)
def test_reading_goes_on_at_the_heading_above(position, heading):
    resume = resume_at(HTML, position)
    assert (resume.heading if resume else None) == heading


def test_a_text_without_headings_has_nowhere_to_go_on():
    assert resume_at("<p>chữ</p>" * 50, 500) is None


@pytest.mark.parametrize("minutes", [1, 120])
def test_minutes_at_the_edges_are_taken(minutes):
    check_lesson(LessonDraft("Tên", minutes=minutes))


@pytest.mark.parametrize(
    "html", ["", " \n", '<img src="/media/1">', '<img src="/media/1" alt="">', '<p>a</p><img alt=" " src="/media/1">']
)
def test_what_readers_could_not_use_is_not_published(html):
    with pytest.raises(RuleBroken):
        check_publishable(html)


def test_a_described_picture_is_published():
    check_publishable('<p>a</p><img src="/media/1" alt="Quầy một cửa">')
