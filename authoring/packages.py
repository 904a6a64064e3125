"""Course packages: folders of TOML, Markdown and GIFT, read into frozen values. Reads files and nothing else.

A package is a folder with ``course.toml``, or a folder of such folders; ``sources.toml`` lies in it or beside it::

    sources.toml
    <course>/course.toml            title, slug, hours; [[module]] with code, title, folder, bank
    <course>/quiz.toml              rules and [[section]]s (optional)
    <course>/<folder>/01-x.md       a lesson: TOML between lines of +++, then Markdown
    <course>/<folder>/questions.gift
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from authoring.package_values import (
    Package,
    PackageCourse,
    PackageLesson,
    PackageModule,
    PackagePicture,
)
from authoring.quiz_fields import read_quiz
from authoring.toml_fields import BadPackage, Fields, Problem, parse
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import nfc
from lessons.rules import MAX_MINUTES, MAX_TEXT, Citation, CourseDraft, LessonDraft, ModuleDraft, check_course
from library.rules import SourceDraft, check_source

Draft = TypeVar("Draft")
MAX_FILE_BYTES = 2 * 1024 * 1024
PICTURE_BYTES = 8 * 1024 * 1024
FENCE = "+++"
_PICTURE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(([^()\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


def read_package(folder: Path) -> Package:
    """Return what a folder holds.

    :raises BadPackage: with everything that is wrong, by file, line and field.
    """
    folder = folder.resolve()
    reader = _Reader(folder.parent if (folder / "course.toml").is_file() else folder)
    if (folder / "course.toml").is_file():
        beside = folder / "sources.toml"
        package = Package(
            reader.sources(beside if beside.is_file() else folder.parent / "sources.toml"), (reader.course(folder),)
        )
    else:
        courses = [reader.course(path.parent) for path in sorted(folder.glob("*/course.toml"))]
        package = Package(reader.sources(folder / "sources.toml"), tuple(courses))
        if not courses:
            reader.note(folder, _l("There is no course.toml in this folder or in one below it."))
    if reader.problems:
        raise BadPackage(tuple(sorted(reader.problems, key=lambda problem: (problem.file, problem.line))))
    return package


class _Reader:
    """Reads files below one root, and notes what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def note(self, path: Path, message: object, line: int = 0) -> None:
        self.problems.append(Problem(self.name(path), line, "", message))

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if path != self.root else path.name

    def text(self, path: Path) -> str:
        """Return the text of a file in NFC with plain line ends; empty when it can't be read."""
        if not path.resolve().is_relative_to(self.root) or not path.is_file():
            self.note(path, _l("This file is missing."))
            return ""
        if path.stat().st_size > MAX_FILE_BYTES:
            self.note(path, _l("This file is larger than 2 MB."))
            return ""
        data = path.read_bytes()
        try:
            return nfc(data.decode("utf-8-sig")).replace("\r\n", "\n").replace("\x00", "")
        except UnicodeDecodeError as error:
            self.note(path, _l("This is not text in UTF-8."), data.count(b"\n", 0, error.start) + 1)
            return ""

    def fields(self, path: Path) -> Fields:
        text = self.text(path)
        return Fields(parse(text, self.name(path), self.problems), self.name(path), text, self.problems)

    def sources(self, path: Path) -> tuple[SourceDraft, ...]:
        if not path.is_file():
            return ()
        top = self.fields(path)
        drafts = [_source(each) for each in top.tables("source")]
        top.finish()
        codes = [draft.code for draft in drafts]
        for each, draft in zip(top.tables("source"), drafts, strict=True):
            if codes.count(draft.code) > 1:
                each.wrong("code", _l("Two entries have the code %(code)s.", code=draft.code))
        return tuple(drafts)

    def course(self, folder: Path) -> PackageCourse:
        fields = self.fields(folder / "course.toml")
        draft = CourseDraft(
            title=fields.words("title", most=200, needed=True),
            slug=fields.words("slug", most=80, needed=True),
            summary=fields.passage("summary", most=1000),
            hours=fields.whole("hours", 0, 1000, 1) or 0,
        )
        modules = tuple(self.module(each, folder) for each in fields.tables("module"))
        fields.finish("title_en")
        _check(fields, "slug", check_course, draft)
        if not modules:
            fields.wrong("module", _l("A course needs at least one [[module]]."))
        self.find_doubles(modules)
        quiz = read_quiz(self.fields(folder / "quiz.toml")) if (folder / "quiz.toml").is_file() else None
        return PackageCourse(fields.file, draft, modules, quiz)

    def module(self, fields: Fields, folder: Path) -> PackageModule:
        draft = ModuleDraft(
            title=fields.words("title", most=200, needed=True),
            code=fields.words("code", most=20, needed=True),
            summary=fields.passage("summary", most=1000),
        )
        name, bank = fields.words("folder", most=100, needed=True), fields.words("bank", most=200)
        fields.finish()
        place = folder / name
        if not name or not place.resolve().is_relative_to(folder) or not place.is_dir():
            fields.wrong("folder", _l("There is no folder %(name)s.", name=name))
            return PackageModule(draft, ())
        lessons = tuple(self.lesson(path) for path in sorted(place.glob("*.md")))
        if not lessons:
            fields.wrong("folder", _l("There is no lesson (.md) in this folder."))
        questions = place / "questions.gift"
        if not questions.is_file():
            return PackageModule(draft, lessons, bank)
        if not bank:
            fields.wrong("bank", _l("Name the bank for the questions of this module."))
        return PackageModule(draft, lessons, bank, self.text(questions), self.name(questions))

    def lesson(self, path: Path) -> PackageLesson:
        text = self.text(path)
        pieces = re.split(rf"^{re.escape(FENCE)}[ \t]*$\n?", text, maxsplit=2, flags=re.MULTILINE)
        if len(pieces) != 3 or pieces[0].strip():
            self.note(path, _l("A lesson begins with its facts between two lines of +++."), 1)
            return PackageLesson(self.name(path), "", LessonDraft(title=""))
        table = parse(pieces[1], self.name(path), self.problems, first_line=2)
        fields = Fields(table, self.name(path), pieces[1], self.problems, first_line=2)
        body = pieces[2].strip()
        body_line = text.count("\n", 0, text.find(body)) + 1 if body else 1
        code = fields.words("code", most=20, needed=True)
        draft = LessonDraft(
            title=fields.words("title", most=200, needed=True),
            objective=fields.words("objective", most=500),
            minutes=fields.whole("minutes", 1, MAX_MINUTES, 5) or 5,
            text=body,
            topics=fields.list_of_words("topics"),
            sources=tuple(_citation(each) for each in fields.tables("sources")),
        )
        fields.finish("title_en", "objective_en")
        if not body:
            self.note(path, _l("The lesson has no text."), body_line)
        if len(body) > MAX_TEXT:
            self.note(path, _l("The text has more than %(most)s characters.", most=MAX_TEXT), body_line)
        return PackageLesson(self.name(path), code, draft, self.pictures(path, body, body_line))

    def pictures(self, path: Path, body: str, body_line: int) -> tuple[PackagePicture, ...]:
        """Return the pictures that a text takes from beside it; those of the library and the web stay as they are."""
        found = []
        for match in _PICTURE.finditer(body):
            alt, reference = match.groups()
            if _ELSEWHERE.match(reference):
                continue
            line = body_line + body.count("\n", 0, match.start())
            picture = (path.parent / reference).resolve()
            if not picture.is_relative_to(path.parent) or not picture.is_file():
                self.note(path, _l("There is no picture %(name)s.", name=reference), line)
            elif picture.stat().st_size > PICTURE_BYTES:
                self.note(path, _l("The picture %(name)s is larger than 8 MB.", name=reference), line)
            elif not alt.strip():
                self.note(path, _l("The picture %(name)s has no alternative text.", name=reference), line)
            else:
                found.append(PackagePicture(reference, alt, picture))
        return tuple(found)

    def find_doubles(self, modules: tuple[PackageModule, ...]) -> None:
        """Note lessons that have one code: it is by their codes that they are known again."""
        first: dict[str, str] = {}
        for lesson in (each for module in modules for each in module.lessons if each.code):
            if lesson.code in first:
                message = _l("The lesson %(file)s has the same code.", file=first[lesson.code])
                self.problems.append(Problem(lesson.file, 2, "code", message))
            first.setdefault(lesson.code, lesson.file)


def _check(fields: Fields, name: str, check: Callable[[Draft], None], draft: Draft) -> None:
    """Note what a rule says against a draft, unless its fields are already noted."""
    if any(problem.file == fields.file and problem.line >= fields.first_line for problem in fields.problems):
        return
    try:
        check(draft)
    except RuleBroken as error:
        fields.wrong(name, error.message)


def _source(fields: Fields) -> SourceDraft:
    draft = SourceDraft(
        code=fields.words("code", most=60, needed=True),
        title=fields.words("title", most=400, needed=True),
        number=fields.words("number", most=80),
        issuer=fields.words("issuer", most=200),
        kind=fields.words("kind", most=40),
        issued_on=fields.day("issued_on"),
        effective_from=fields.day("effective_from"),
        effective_to=fields.day("effective_to"),
        note=fields.passage("note", most=1000),
        reviewed_on=fields.day("reviewed_on"),
    )
    fields.finish()
    _check(fields, "code", check_source, draft)
    return draft


def _citation(fields: Fields) -> Citation:
    citation = Citation(fields.words("code", most=60, needed=True), fields.words("place", most=200))
    fields.finish()
    return citation


def with_pictures(draft: LessonDraft, addresses: dict[str, str]) -> LessonDraft:
    """Return a lesson whose pictures from the package point to their places in the library."""
    shown = _PICTURE.sub(
        lambda match: f"![{match.group(1)}]({addresses.get(match.group(2), match.group(2))})", draft.text
    )
    return replace(draft, text=shown)
