"""Course packages brought in through the ordinary services: what a package says is there afterwards, nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from authoring.package_values import Package, PackageCourse, PackageLesson, PackageModule, PackageQuiz
from authoring.packages import with_pictures
from authoring.toml_fields import BadPackage, Problem
from core.errors import DomainError
from core.i18n import lazy_gettext as _l
from lessons import course_services, desk_queries, lesson_services
from lessons.models import Course, Lesson
from lessons.rules import LessonDraft
from library import services as library_services
from library.queries import sources_by_code
from people.access import Actor
from quizzes import bank_services, gift_services, quiz_services

Kind = Literal["sources", "courses", "modules", "lessons", "questions", "quizzes"]
KINDS: tuple[Kind, ...] = ("sources", "courses", "modules", "lessons", "questions", "quizzes")


@dataclass
class Tally:
    """How many things of one kind were made, changed, or there already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class ImportOutcome:
    """What an import did, by kind; and the sources that questions cite and the register lacks."""

    counts: dict[Kind, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    unknown_sources: tuple[str, ...] = ()

    @property
    def changed_anything(self) -> bool:
        """Tell whether anything was written."""
        return any(tally.new or tally.changed for tally in self.counts.values())

    def note(self, kind: Kind, *, new: bool, changed: bool) -> None:
        """Count one thing."""
        tally = self.counts[kind]
        if new:
            tally.new += 1
        elif changed:
            tally.changed += 1
        else:
            tally.unchanged += 1


def import_package(package: Package, *, unit_id: int, by: Actor, at: datetime) -> ImportOutcome:
    """Make or update everything that a package holds, and publish it. A second run changes nothing.

    What is identical gets no new version; lessons and modules that the package lacks stay as they are.

    :param unit_id: the unit that owns what is made; what exists keeps its unit.
    :raises BadPackage: when a service refuses something, with its file and line.
    :raises NotAllowed: when the actor does not write for the unit of something that exists.
    """
    outcome = ImportOutcome()
    known = sources_by_code(draft.code for draft in package.sources)
    for source in package.sources:
        changed = library_services.put_source(source, by=by, at=at)
        outcome.note("sources", new=source.code not in known, changed=changed)
    for course in package.courses:
        _Importer(course, outcome, unit_id, by, at).run()
    return outcome


@contextmanager
def _located(file: str, line: int = 1) -> Iterator[None]:
    """Turn what a service refuses into a problem of a file."""
    try:
        yield
    except gift_services.BadGift as error:
        raise BadPackage(tuple(Problem(file, each.line, "", each.message) for each in error.errors)) from error
    except BadPackage:
        raise
    except DomainError as error:
        if error.status in (403, 404):
            raise
        raise BadPackage((Problem(file, line, "", error.message),)) from error


@dataclass
class _Importer:
    """Brings in one course."""

    package: PackageCourse
    outcome: ImportOutcome
    unit_id: int
    by: Actor
    at: datetime
    banks: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        course = self.course()
        known_lessons = desk_queries.lessons_by_code(course.id)
        known_modules = desk_queries.modules_by_code(course.id)
        order = []
        for part in self.package.modules:
            known = known_modules.get(part.draft.code)
            changed = known is not None and course_services.edit_module(known.id, part.draft, by=self.by, at=self.at)
            module = known or course_services.add_module(course.id, part.draft, by=self.by, at=self.at)
            self.outcome.note("modules", new=known is None, changed=changed)
            lessons = [self.lesson(module.id, course, each, known_lessons.get(each.code)) for each in part.lessons]
            order.append((module.id, lessons))
        course_services.arrange(course.id, order, by=self.by, at=self.at)
        with _located(self.package.file):
            course_services.publish_course(course.id, by=self.by, at=self.at)
        for part in self.package.modules:
            self.questions(part)
        if self.package.quiz is not None:
            self.quiz(self.package.quiz)

    def course(self) -> Course:
        draft = self.package.draft
        known = desk_queries.course_with_slug(draft.slug)
        if known is None:
            course = course_services.create_course(draft, unit_id=self.unit_id, by=self.by, at=self.at)
            self.outcome.note("courses", new=True, changed=True)
            return course
        changed = course_services.edit_course(known.id, draft, by=self.by, at=self.at)
        self.outcome.note("courses", new=False, changed=changed)
        return known

    def lesson(self, module_id: int, course: Course, part: PackageLesson, known: Lesson | None) -> int:
        """Make or update a lesson and publish it. A trainer's waiting draft is never written over."""
        with _located(part.file):
            draft = self.with_pictures(course, part)
            if known is None:
                lesson = lesson_services.add_lesson(module_id, draft, code=part.code, by=self.by, at=self.at)
                lesson_services.publish_lesson(lesson.id, by=self.by, at=self.at)
                self.outcome.note("lessons", new=True, changed=True)
                return lesson.id
            published = desk_queries.last_published(known.id)
            changed = published is None or lesson_services.as_draft(published) != draft
            if changed:
                self.update(known.id, draft)
            self.outcome.note("lessons", new=False, changed=changed)
            return known.id

    def update(self, lesson_id: int, draft: LessonDraft) -> None:
        newest = desk_queries.newest_version(lesson_id)
        if newest.published_at is None and lesson_services.as_draft(newest) != draft:
            message = _l("A trainer's draft of this lesson waits. Publish it or throw it away, then import again.")
            raise BadPackage((Problem(self.package.file, 1, "", f"{newest.title}: {message}"),))
        lesson_services.save_draft(lesson_id, draft, based_on=None, by=self.by, at=self.at)
        lesson_services.publish_lesson(lesson_id, by=self.by, at=self.at)

    def with_pictures(self, course: Course, part: PackageLesson) -> LessonDraft:
        addresses = {}
        for picture in part.pictures:
            media = library_services.add_picture(
                picture.path.read_bytes(),
                file_name=picture.path.name,
                alt=picture.alt,
                unit_id=course.unit_id,
                by=self.by,
                at=self.at,
            )
            addresses[picture.reference] = f"/media/{media.id}"
        return with_pictures(part.draft, addresses)

    def questions(self, part: PackageModule) -> None:
        if not part.bank:
            return
        bank = bank_services.ensure_bank(part.bank, self.unit_id, by=self.by, at=self.at)
        self.banks[part.bank] = bank.id
        if not part.gift:
            return
        with _located(part.gift_file):
            result = gift_services.import_gift(bank, part.gift, file_name=part.gift_file, by=self.by, at=self.at)
        tally = self.outcome.counts["questions"]
        tally.new += result.new
        tally.changed += result.changed
        tally.unchanged += result.unchanged
        self.outcome.unknown_sources = tuple(sorted({*self.outcome.unknown_sources, *result.unknown_sources}))

    def quiz(self, part: PackageQuiz) -> None:
        for section in part.sections:
            if section.bank not in self.banks:
                message = _l("No module of this course has the bank “%(bank)s”.", bank=section.bank)
                raise BadPackage((Problem(section.file, section.line, "bank", message),))
        sections = tuple(replace(each.asks, bank_id=self.banks[each.bank]) for each in part.sections)
        draft = replace(part.rules, sections=sections)
        with _located(part.file):
            quiz = quiz_services.put_quiz(part.slug, draft, unit_id=self.unit_id, by=self.by, at=self.at)
            version = quiz_services.publish_quiz(quiz.id, by=self.by, at=self.at)
        self.outcome.note("quizzes", new=version is not None and version.number == 1, changed=version is not None)
