"""What a course package holds, as frozen values."""

from dataclasses import dataclass
from pathlib import Path

from lessons.rules import CourseDraft, LessonDraft, ModuleDraft
from library.rules import SourceDraft
from quizzes.quiz_drafts import QuizDraft, SectionDraft


@dataclass(frozen=True)
class PackagePicture:
    """A picture that a lesson shows from the package."""

    reference: str
    alt: str
    path: Path


@dataclass(frozen=True)
class PackageLesson:
    """A lesson of a package; its text still refers to pictures as the file does."""

    file: str
    code: str
    draft: LessonDraft
    pictures: tuple[PackagePicture, ...] = ()


@dataclass(frozen=True)
class PackageModule:
    """A module of a package, with the questions of its bank as GIFT."""

    draft: ModuleDraft
    lessons: tuple[PackageLesson, ...]
    bank: str = ""
    gift: str = ""
    gift_file: str = ""


@dataclass(frozen=True)
class PackageSection:
    """A section of a quiz; ``asks`` does not know its bank's id yet."""

    file: str
    line: int
    bank: str
    asks: SectionDraft


@dataclass(frozen=True)
class PackageQuiz:
    """A quiz of a package; ``rules`` are without its sections."""

    file: str
    slug: str
    rules: QuizDraft
    sections: tuple[PackageSection, ...]


@dataclass(frozen=True)
class PackageCourse:
    """A course of a package."""

    file: str
    draft: CourseDraft
    modules: tuple[PackageModule, ...]
    quiz: PackageQuiz | None = None


@dataclass(frozen=True)
class Package:
    """Everything that a folder holds."""

    sources: tuple[SourceDraft, ...]
    courses: tuple[PackageCourse, ...]
