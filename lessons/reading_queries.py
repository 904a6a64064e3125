"""What the pages of a reader show, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lessons import outline_queries, queries
from lessons.models import LessonVersion
from lessons.outline_queries import CourseOutline, OutlineLesson
from lessons.rules import Resume, resume_at, with_anchors
from library.models import Source
from library.queries import sources_by_code
from people.access import Actor


@dataclass(frozen=True)
class CitedSource:
    """A source under a lesson, with the article or page that is cited."""

    source: Source
    place: str = ""


@dataclass(frozen=True)
class LessonText:
    """What a lesson says, whether published or a draft."""

    title: str
    objective: str
    minutes: int
    html: str
    sources: tuple[CitedSource, ...]


@dataclass(frozen=True)
class LessonPage:
    """A lesson as one person reads it."""

    outline: CourseOutline
    place: OutlineLesson
    text: LessonText
    #: Where the person stopped, in thousandths of the text.
    position: int
    resume: Resume | None
    #: Whether opening this page is news that has to be written down.
    is_news: bool

    @property
    def read_at(self) -> datetime | None:
        """Return when the person read it this year."""
        return self.place.read_at

    @property
    def previous(self) -> OutlineLesson | None:
        """Return the lesson before this one."""
        return self.outline.before(self.place)

    @property
    def following(self) -> OutlineLesson | None:
        """Return the lesson after this one."""
        return self.outline.after(self.place)


@dataclass(frozen=True)
class OutlinePart:
    """A module of a course version with its lessons."""

    code: str
    title: str
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True)
class CoursePage:
    """A course as one person sees it in a training year."""

    outline: CourseOutline
    parts: tuple[OutlinePart, ...]
    sources: tuple[CitedSource, ...]
    year: int

    @property
    def go_on(self) -> OutlineLesson | None:
        """Return the first lesson that is not read yet."""
        return next((lesson for lesson in self.outline.lessons if lesson.read_at is None), None)

    @property
    def has_begun(self) -> bool:
        """Tell whether any lesson was opened."""
        return any(lesson.reading for lesson in self.outline.lessons)


def lesson_page(actor: Actor, lesson_id: int, on: date) -> LessonPage:
    """Return a lesson as a person reads it.

    :raises NotFound: when no course version that the person may read has the lesson.
    """
    outline, place = outline_queries.outline_of_lesson(actor, lesson_id, on)
    version = queries.lesson_version(place.lesson_version_id)
    reading = place.reading
    is_read = place.read_at is not None
    return LessonPage(
        outline=outline,
        place=place,
        text=lesson_text(version),
        position=reading.position if reading else 0,
        resume=resume_at(version.html, reading.position) if reading and not is_read else None,
        is_news=reading is None or (not is_read and reading.lesson_version_id != version.id),
    )


def lesson_text(version: LessonVersion) -> LessonText:
    """Return what a lesson version says, with its sources. One query."""
    return LessonText(
        title=version.title,
        objective=version.objective,
        minutes=version.minutes,
        html=with_anchors(version.html),
        sources=cited(version.sources),
    )


def cited(citations: Sequence[dict[str, Any]]) -> tuple[CitedSource, ...]:
    """Return the sources behind citations, in their order; one that left the register is left out. One query."""
    known = sources_by_code(each["code"] for each in citations)
    return tuple(CitedSource(known[each["code"]], each.get("place", "")) for each in citations if each["code"] in known)


def course_page(actor: Actor, slug: str, on: date) -> CoursePage:
    """Return a course as a person sees it.

    :raises NotFound: when there is none at this address, or no version is published.
    """
    outline = outline_queries.outline_by_slug(actor, slug, on)
    parts: dict[tuple[str, str], list[OutlineLesson]] = {}
    for lesson in outline.lessons:
        parts.setdefault((lesson.module_code, lesson.module_title), []).append(lesson)
    return CoursePage(
        outline=outline,
        parts=tuple(OutlinePart(code, title, tuple(lessons)) for (code, title), lessons in parts.items()),
        sources=cited([{"code": code} for code in outline.source_codes]),
        year=on.year,
    )
