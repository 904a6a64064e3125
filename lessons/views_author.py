"""Courses and modules, for trainers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.i18n import gettext as _
from lessons import course_services, desk_queries, lesson_services
from lessons.forms import CourseForm, ModuleForm, NewLessonForm
from lessons.models import Course
from lessons.rules import LessonDraft
from people.access import Permission
from people.guards import actor, ensure_in_unit, requires
from people.queries import unit_choices

blueprint = Blueprint("lesson_desk", __name__)
STEPS = {"up": -1, "down": 1}


def own_course(course_id: int) -> Course:
    """Return a course of a unit for which the acting person writes.

    :raises NotFound: when there is none.  :raises NotAllowed: when it is another unit's.
    """
    course = desk_queries.course(course_id)
    ensure_in_unit(Permission.AUTHOR, course.unit_id)
    return course


@blueprint.get("/manage/courses")
@requires(Permission.AUTHOR)
def courses() -> ResponseReturnValue:
    """List the courses of one's units."""
    return render_template("lessons/desk_courses.html", courses=desk_queries.courses_in_scope(actor(), clock.today()))


@blueprint.route("/manage/courses/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_course() -> ResponseReturnValue:
    """Make a course."""
    form = CourseForm()
    form.unit_id.choices = unit_choices(actor(), Permission.AUTHOR, clock.today())
    if form.validate_on_submit():
        try:
            with transaction():
                course = course_services.create_course(
                    form.draft(), unit_id=form.unit_id.data, by=actor(), at=clock.now()
                )
            return redirect(url_for("lesson_desk.course", course_id=course.id), 303)
        except (RuleBroken, Conflict) as error:
            form.form_errors.append(f"{error.message} {error.mend}")
    return render_template("lessons/desk_course_form.html", form=form, course=None), 422 if form.errors else 200


@blueprint.get("/manage/courses/<int:course_id>")
@requires(Permission.AUTHOR)
def course(course_id: int) -> ResponseReturnValue:
    """Show a course's draft: its modules and lessons in order, and what waits to be published."""
    return render_template(
        "lessons/desk_course.html",
        course=own_course(course_id),
        modules=desk_queries.modules_of(course_id),
        history=desk_queries.course_history(course_id),
        form=ModuleForm(),
    )


@blueprint.route("/manage/courses/<int:course_id>/edit", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def edit_course(course_id: int) -> ResponseReturnValue:
    """Change what is written about a course."""
    known = own_course(course_id)
    form = CourseForm(obj=known)
    form.unit_id.choices = [(known.unit_id, "")]
    form.unit_id.data = known.unit_id
    if form.validate_on_submit():
        try:
            with transaction():
                course_services.edit_course(course_id, form.draft(), by=actor(), at=clock.now())
            flash(_("Saved. Learners see it when the course is published."), "success")
            return redirect(url_for("lesson_desk.course", course_id=course_id), 303)
        except (RuleBroken, Conflict) as error:
            form.form_errors.append(f"{error.message} {error.mend}")
    return render_template("lessons/desk_course_form.html", form=form, course=known), 422 if form.errors else 200


@blueprint.post("/manage/courses/<int:course_id>/publish")
@requires(Permission.AUTHOR)
def publish_course(course_id: int) -> ResponseReturnValue:
    """Publish a course with the last published version of each lesson."""
    try:
        with transaction():
            version = course_services.publish_course(course_id, by=actor(), at=clock.now())
    except RuleBroken as error:
        flash(f"{error.message} {error.mend}", "danger")
    else:
        if version is None:
            flash(_("Nothing has changed since the last published version."), "info")
        else:
            flash(_("Version %(number)s is published. Learners read it from now on.", number=version.number), "success")
    return redirect(url_for("lesson_desk.course", course_id=course_id), 303)


@blueprint.route("/manage/courses/<int:course_id>/modules/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_module(course_id: int) -> ResponseReturnValue:
    """Add a module to a course."""
    known, form = own_course(course_id), ModuleForm()
    if form.validate_on_submit():
        with transaction():
            course_services.add_module(course_id, form.draft(), by=actor(), at=clock.now())
        return redirect(url_for("lesson_desk.course", course_id=course_id), 303)
    page = render_template("lessons/desk_module_form.html", form=form, course=known, module=None)
    return page, 422 if form.errors else 200


@blueprint.route("/manage/modules/<int:module_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def edit_module(module_id: int) -> ResponseReturnValue:
    """Change what is written about a module."""
    module = desk_queries.module(module_id)
    known, form = own_course(module.course_id), ModuleForm(obj=module)
    if form.validate_on_submit():
        with transaction():
            course_services.edit_module(module_id, form.draft(), by=actor(), at=clock.now())
        flash(_("Saved. Learners see it when the course is published."), "success")
        return redirect(url_for("lesson_desk.course", course_id=known.id), 303)
    page = render_template("lessons/desk_module_form.html", form=form, course=known, module=module)
    return page, 422 if form.errors else 200


@blueprint.post("/manage/modules/<int:module_id>/move")
@requires(Permission.AUTHOR)
def move_module(module_id: int) -> ResponseReturnValue:
    """Move a module one place up or down."""
    course_id = desk_queries.module(module_id).course_id
    with transaction():
        step = STEPS.get(request.form.get("direction", ""), 0)
        course_services.move_module(module_id, step, by=actor(), at=clock.now())
    return redirect(url_for("lesson_desk.course", course_id=course_id, _anchor=f"module-{module_id}"), 303)


@blueprint.route("/manage/modules/<int:module_id>/lessons/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_lesson(module_id: int) -> ResponseReturnValue:
    """Add a lesson to a module, and go on to write it."""
    module = desk_queries.module(module_id)
    known, form = own_course(module.course_id), NewLessonForm()
    if form.validate_on_submit():
        with transaction():
            lesson = lesson_services.add_lesson(
                module_id,
                LessonDraft(title=form.title.data or ""),
                code=form.code.data or "",
                by=actor(),
                at=clock.now(),
            )
        return redirect(url_for("lesson_editor.edit", lesson_id=lesson.id), 303)
    page = render_template("lessons/desk_new_lesson.html", form=form, course=known, module=module)
    return page, 422 if form.errors else 200
