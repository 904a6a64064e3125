"""Courses and lessons, for learners."""

from contextlib import suppress

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from core import clock
from core.db import transaction
from core.i18n import gettext as _
from lessons import queries, reading_queries, services
from people.guards import actor, signed_in

blueprint = Blueprint("lessons", __name__)


@blueprint.get("/courses")
@signed_in
def courses() -> ResponseReturnValue:
    """List the courses that are published."""
    year = clock.today().year
    return render_template(
        "lessons/courses.html", courses=queries.published_courses(actor().person_id, year), year=year
    )


@blueprint.get("/courses/<slug>")
@signed_in
def course(slug: str) -> ResponseReturnValue:
    """Show a course: its lessons, how far one is, and where to go on."""
    return render_template("lessons/course.html", page=reading_queries.course_page(actor(), slug, clock.today()))


@blueprint.get("/lessons/<int:lesson_id>")
@signed_in
def lesson(lesson_id: int) -> ResponseReturnValue:
    """Show a lesson. The first opening in a year is written down, once; opening it again writes nothing.

    While nothing can be written (a full disk), lessons are read all the same.
    """
    at = clock.now()
    page = reading_queries.lesson_page(actor(), lesson_id, clock.local_day(at))
    html = render_template("lessons/lesson.html", page=page, lesson_id=lesson_id)
    if page.is_news:
        with suppress(OperationalError), transaction():
            services.open_lesson(lesson_id, page.place.lesson_version_id, by=actor(), at=at)
    return html


@blueprint.post("/lessons/<int:lesson_id>/position")
@signed_in
def position(lesson_id: int) -> ResponseReturnValue:
    """Remember how far a reader came; called by the page's script while one reads."""
    reached = request.form.get("position", "")
    if reached.isascii() and reached.isdigit() and len(reached) <= 4:
        with transaction():
            services.save_position(lesson_id, int(reached), by=actor(), at=clock.now())
    return Response(status=204, mimetype="text/plain")


@blueprint.post("/lessons/<int:lesson_id>/read")
@signed_in
def read(lesson_id: int) -> ResponseReturnValue:
    """Record that a lesson was read, and go on to the next one."""
    with transaction():
        marked = services.mark_read(lesson_id, by=actor(), at=clock.now())
    following = marked.outline.after(marked.place)
    if following is not None:
        return redirect(url_for("lessons.lesson", lesson_id=following.lesson_id), 303)
    if marked.is_all_read:
        flash(_("You have read every lesson of this course. The quiz is on the page My training."), "success")
    return redirect(url_for("lessons.course", slug=marked.outline.slug), 303)
