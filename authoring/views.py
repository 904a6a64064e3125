"""The trainers' desk and course packages."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from authoring.package_writer import course_as_package
from core import clock
from lessons import desk_queries
from people.access import Permission
from people.guards import actor, ensure_in_unit, requires
from quizzes import author_queries

blueprint = Blueprint("authoring", __name__)


@blueprint.get("/manage")
@requires(Permission.AUTHOR)
def desk() -> ResponseReturnValue:
    """Show the courses, banks and quizzes of one's units, and which drafts wait."""
    today = clock.today()
    return render_template(
        "authoring/desk.html",
        courses=desk_queries.courses_in_scope(actor(), today),
        banks=author_queries.banks_in_scope(actor(), today),
        quizzes=author_queries.quizzes_in_scope(actor(), today),
    )


@blueprint.get("/manage/courses/<int:course_id>/package")
@requires(Permission.AUTHOR)
def download(course_id: int) -> ResponseReturnValue:
    """Send a course as a package (zip of TOML and Markdown)."""
    course = desk_queries.course(course_id)
    ensure_in_unit(Permission.AUTHOR, course.unit_id)
    response = Response(course_as_package(course), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{course.slug}.zip"'
    return response
