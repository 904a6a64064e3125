"""A course's draft written as a package, which can be read back without a difference."""

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

from authoring.packages import FENCE
from core import files
from core.text import slug
from lessons import desk_queries, lesson_services
from lessons.models import Course
from lessons.rules import LessonDraft
from library.models import Source
from library.queries import media, sources_by_code

_LIBRARY_PICTURE = re.compile(r"\]\(/media/(\d+)\)")


def course_as_package(course: Course) -> bytes:
    """Return a zip of a course: its words, the newest text of each lesson in use, its sources and pictures.

    Lessons written in HTML are left out: packages hold Markdown.
    """
    writer = _Writer(course)
    writer.write()
    return writer.buffer.getvalue()


@dataclass
class _Writer:
    course: Course
    buffer: io.BytesIO = field(default_factory=io.BytesIO)
    cited: dict[str, None] = field(default_factory=dict)

    def write(self) -> None:
        with zipfile.ZipFile(self.buffer, "w", zipfile.ZIP_DEFLATED) as package:
            modules = desk_queries.modules_of(self.course.id)
            words = [_toml(_course_facts(self.course))]
            for number, part in enumerate(modules, 1):
                code = part.module.code or f"M{number}"
                folder = f"{number:02d}-{slug(part.module.title) or 'module'}"[:80]
                facts = {"code": code, "title": part.module.title, "folder": folder, "summary": part.module.summary}
                words.append("[[module]]\n" + _toml(facts))
                for place, lesson in enumerate((each for each in part.lessons if not each.retired), 1):
                    self.lesson(package, folder, place, lesson.lesson_id, lesson.code or f"{number}.{place}")
            package.writestr(f"{self.course.slug}/course.toml", "\n".join(words))
            known = sources_by_code(self.cited)
            entries = ["[[source]]\n" + _toml(_source_facts(known[code])) for code in self.cited if code in known]
            package.writestr("sources.toml", "\n".join(entries))

    def lesson(self, package: zipfile.ZipFile, folder: str, place: int, lesson_id: int, code: str) -> None:
        draft = lesson_services.as_draft(desk_queries.newest_version(lesson_id))
        if draft.text_format != "markdown":
            return
        base = f"{self.course.slug}/{folder}"
        text = _LIBRARY_PICTURE.sub(lambda match: self.picture(package, base, int(match.group(1))), draft.text)
        package.writestr(f"{base}/{place:02d}-{slug(draft.title) or 'lesson'}.md", _lesson_file(draft, code, text))
        self.cited.update({each.code: None for each in draft.sources})

    def picture(self, package: zipfile.ZipFile, base: str, media_id: int) -> str:
        """Put a picture beside its lesson, once, and return how the text refers to it."""
        kept = media(media_id)
        name = f"img/{media_id}-{kept.file_name}"
        if f"{base}/{name}" not in package.namelist():
            package.writestr(f"{base}/{name}", files.get(kept.file_key))
        return f"]({name})"


def _lesson_file(draft: LessonDraft, code: str, text: str) -> str:
    facts = {"code": code, "title": draft.title, "objective": draft.objective, "minutes": draft.minutes}
    cited = "".join(
        f"\n[[sources]]\n{_toml({'code': each.code, **({'place': each.place} if each.place else {})})}"
        for each in draft.sources
    )
    return f"{FENCE}\n{_toml({**facts, 'topics': list(draft.topics)})}{cited}{FENCE}\n\n{text}\n"


def _course_facts(course: Course) -> dict[str, Any]:
    return {"slug": course.slug, "title": course.title, "summary": course.summary, "hours": course.hours}


def _source_facts(source: Source) -> dict[str, Any]:
    names = ("code", "title", "number", "issuer", "kind", "issued_on", "effective_from", "effective_to", "note")
    facts = {name: getattr(source, name) for name in (*names, "reviewed_on")}
    return {name: value for name, value in facts.items() if value}


def _toml(facts: dict[str, Any]) -> str:
    """Return one line for each fact. What JSON writes of texts, numbers and lists is TOML too; days stand bare."""
    return "".join(
        f"{name} = {value.isoformat() if hasattr(value, 'isoformat') else json.dumps(value, ensure_ascii=False)}\n"
        for name, value in facts.items()
    ).replace("\x7f", "\\u007f")
