"""What makes a good course, module and lesson, and the arithmetic of reading. Pure."""

import re
from dataclasses import dataclass

from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_TEXT = 100_000
MAX_MINUTES = 120
TEXT_FORMATS = ("markdown", "html")
#: From here on (in thousandths of the text) there is something to go on with, and up to there something is left.
RESUME_FROM, RESUME_UPTO = 40, 950


@dataclass(frozen=True)
class Citation:
    """A source that a lesson cites: its code in the register, and the article or page, if any."""

    code: str
    place: str = ""


@dataclass(frozen=True)
class CourseDraft:
    """What a trainer writes about a course."""

    title: str
    slug: str
    summary: str = ""
    #: Số tiết.
    hours: int = 1


@dataclass(frozen=True)
class ModuleDraft:
    """What a trainer writes about a module."""

    title: str
    code: str = ""
    summary: str = ""


@dataclass(frozen=True)
class LessonDraft:
    """What a trainer writes in a lesson."""

    title: str
    objective: str = ""
    minutes: int = 5
    text: str = ""
    text_format: str = "markdown"
    topics: tuple[str, ...] = ()
    sources: tuple[Citation, ...] = ()


def check_course(draft: CourseDraft) -> None:
    """Refuse a course that can't be listed.

    :raises RuleBroken: with the way to mend it.
    """
    if not draft.title:
        raise RuleBroken(_l("A course needs a title."))
    if not SLUG.fullmatch(draft.slug) or len(draft.slug) > 80:
        raise RuleBroken(
            _l("The address of a course has small letters without diacritics, digits and hyphens."),
            _l("For example van-hoa-cong-vu."),
        )
    if not 0 <= draft.hours <= 1000:
        raise RuleBroken(_l("The number of periods is from 0 to 1000."))


def check_module(draft: ModuleDraft) -> None:
    """Refuse a module without a title.

    :raises RuleBroken: with the way to mend it.
    """
    if not draft.title:
        raise RuleBroken(_l("A module needs a title."))


def check_lesson(draft: LessonDraft) -> None:
    """Refuse a draft that can't be kept.

    :raises RuleBroken: with the way to mend it.
    """
    if not draft.title:
        raise RuleBroken(_l("A lesson needs a title."))
    if not 1 <= draft.minutes <= MAX_MINUTES:
        raise RuleBroken(_l("Reading time is from 1 to %(most)s minutes.", most=MAX_MINUTES))
    if draft.text_format not in TEXT_FORMATS:
        raise RuleBroken(_l("The text is written in Markdown or in HTML."))
    if len(draft.text) > MAX_TEXT:
        raise RuleBroken(
            _l("The text has more than %(most)s characters.", most=MAX_TEXT), _l("Split it into several lessons.")
        )


_EMPTY_ALT = re.compile(r"<img(?![^>]*\salt=\"[^\"]*[^\"\s][^\"]*\")[^>]*>")


def check_publishable(html: str) -> None:
    """Refuse to publish an empty text, or a picture without alternative text.

    :param html: clean HTML.  :raises RuleBroken: with the way to mend it.
    """
    if not html.strip():
        raise RuleBroken(_l("The lesson has no text yet."), _l("Write the text, save it, then publish."))
    if _EMPTY_ALT.search(html):
        raise RuleBroken(
            _l("A picture in the text has no alternative text."),
            _l("Say between the square brackets what the picture shows: ![what it shows](/media/12)."),
        )


@dataclass(frozen=True)
class Resume:
    """Where to go on reading: the anchor of the heading, and its words."""

    anchor: str
    heading: str


_H2 = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


def with_anchors(html: str) -> str:
    """Return clean HTML whose second-level headings can be linked to: ``part-1``, ``part-2``, ..."""
    numbers = iter(range(1, html.count("<h2>") + 1))
    return re.sub(r"<h2>", lambda _: f'<h2 id="part-{next(numbers)}">', html)


def resume_at(html: str, position: int) -> Resume | None:
    """Return the heading above the place where a reader stopped; None at the beginning and at the end.

    :param position: thousandths of the text.
    """
    if not RESUME_FROM <= position <= RESUME_UPTO:
        return None
    reached = len(html) * position / 1000
    passed = [(number, match) for number, match in enumerate(_H2.finditer(html), 1) if match.start() <= reached]
    if not passed:
        return None
    number, match = passed[-1]
    return Resume(f"part-{number}", re.sub(r"<[^>]+>", "", match.group(1)))
