"""The lesson editor: drafts, preview, publishing, history; for trainers."""

import difflib
from collections.abc import Callable

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.i18n import gettext as _
from lessons import desk_queries, lesson_services
from lessons.forms import LessonForm
from lessons.models import Lesson, LessonVersion
from lessons.reading_queries import LessonText, cited, lesson_text
from lessons.rules import with_anchors
from library.queries import all_sources
from people.access import Permission
from people.guards import actor, ensure_in_unit, requires

blueprint = Blueprint("lesson_editor", __name__)
STEPS = {"up": -1, "down": 1}


def own_lesson(lesson_id: int) -> Lesson:
    """Return a lesson of a unit for which the acting person writes.

    :raises NotFound: when there is none.  :raises NotAllowed: when it is another unit's.
    """
    lesson = desk_queries.lesson(lesson_id)
    ensure_in_unit(Permission.AUTHOR, lesson.module.course.unit_id)
    return lesson


@blueprint.get("/manage/lessons/<int:lesson_id>")
@requires(Permission.AUTHOR)
def edit(lesson_id: int) -> ResponseReturnValue:
    """Show the newest text of a lesson for editing."""
    lesson, newest = own_lesson(lesson_id), desk_queries.newest_version(lesson_id)
    form = LessonForm(based_on=lesson_services.base_mark(newest))
    form.fill(lesson_services.as_draft(newest))
    return _editor(lesson, newest, form)


@blueprint.post("/manage/lessons/<int:lesson_id>")
@requires(Permission.AUTHOR)
def save(lesson_id: int) -> ResponseReturnValue:
    """Save the draft, and preview or publish it when that button was pressed."""
    lesson, form = own_lesson(lesson_id), LessonForm()
    wish = request.form.get("wish", "save")
    if wish == "preview" or not form.validate_on_submit():
        newest = desk_queries.newest_version(lesson_id)
        return _editor(lesson, newest, form, shown=_typed(form) if wish == "preview" else None)
    try:
        return _keep(lesson_id, form, publish=wish == "publish")
    except RuleBroken as error:
        form.form_errors.append(f"{error.message} {error.mend}")
        return _editor(own_lesson(lesson_id), desk_queries.newest_version(lesson_id), form)
    except Conflict as error:
        theirs = desk_queries.newest_version(lesson_id)
        form.form_errors.append(f"{error.message} {error.mend}")
        form.based_on.data = form.based_on.raw_data = None
        return _editor(own_lesson(lesson_id), theirs, form, status=409, theirs=theirs)


def _keep(lesson_id: int, form: LessonForm, *, publish: bool) -> ResponseReturnValue:
    with transaction():
        kept = lesson_services.save_draft(
            lesson_id, form.draft(), based_on=form.based_on.data or "", by=actor(), at=clock.now()
        )
        if publish:
            lesson_services.publish_lesson(lesson_id, by=actor(), at=clock.now())
    if publish:
        flash(
            _("Version %(number)s is published. Publish the course so that learners see it.", number=kept.number),
            "success",
        )
    else:
        flash(_("The draft is saved."), "success")
    return redirect(url_for("lesson_editor.edit", lesson_id=lesson_id), 303)


def _typed(form: LessonForm) -> LessonText:
    """Return what stands in the form as a lesson would show it."""
    draft = form.draft()
    return LessonText(
        title=draft.title,
        objective=draft.objective,
        minutes=draft.minutes,
        html=with_anchors(lesson_services.rendered(draft.text, draft.text_format)),
        sources=cited([{"code": each.code, "place": each.place} for each in draft.sources]),
    )


def _editor(
    lesson: Lesson,
    newest: LessonVersion,
    form: LessonForm,
    *,
    status: int = 0,
    shown: LessonText | None = None,
    theirs: LessonVersion | None = None,
) -> ResponseReturnValue:
    form.offer_sources([(each.code, f"{each.title} {each.number}".strip()) for each in all_sources()])
    if form.based_on.data is None:
        form.based_on.data = lesson_services.base_mark(newest)
    page = render_template("lessons/editor.html", lesson=lesson, newest=newest, form=form, shown=shown, theirs=theirs)
    return page, status or (422 if form.errors else 200)


@blueprint.post("/manage/lessons/<int:lesson_id>/render")
@requires(Permission.AUTHOR)
def render(lesson_id: int) -> ResponseReturnValue:
    """Return the typed text as a lesson would show it, for the script of the editor."""
    own_lesson(lesson_id)
    return jsonify(html=_typed(LessonForm()).html)


@blueprint.get("/manage/lessons/<int:lesson_id>/preview")
@requires(Permission.AUTHOR)
def preview(lesson_id: int) -> ResponseReturnValue:
    """Show the newest text of a lesson as learners will see it; nothing is recorded."""
    lesson, newest = own_lesson(lesson_id), desk_queries.newest_version(lesson_id)
    return render_template("lessons/preview.html", lesson=lesson, version=newest, text=lesson_text(newest))


@blueprint.get("/manage/lessons/<int:lesson_id>/versions")
@requires(Permission.AUTHOR)
def versions(lesson_id: int) -> ResponseReturnValue:
    """Show who wrote and published which version of a lesson, and when."""
    lesson = own_lesson(lesson_id)
    return render_template("lessons/versions.html", lesson=lesson, history=desk_queries.history(lesson_id))


@blueprint.get("/manage/lessons/<int:lesson_id>/versions/<int:number>")
@requires(Permission.AUTHOR)
def version(lesson_id: int, number: int) -> ResponseReturnValue:
    """Show a version of a lesson, and what changed since the one before."""
    lesson, shown = own_lesson(lesson_id), desk_queries.version(lesson_id, number)
    before = desk_queries.version(lesson_id, number - 1) if number > 1 else None
    return render_template(
        "lessons/version.html",
        lesson=lesson,
        version=shown,
        text=lesson_text(shown),
        changes=_changes(before.text, shown.text) if before else [],
    )


def _changes(before: str, after: str) -> list[tuple[str, str]]:
    """Return the changed lines of a text, each with ``+``, ``-``, or a space for a line around it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return [(line[0], line[1:]) for line in list(lines)[2:] if line]


def _change(lesson_id: int, act: Callable[..., object], done: str, **more: int) -> ResponseReturnValue:
    """Do one thing to a lesson and go back to its course."""
    course_id = own_lesson(lesson_id).module.course_id
    try:
        with transaction():
            act(lesson_id, **more, by=actor(), at=clock.now())
        if done:
            flash(done, "success")
    except RuleBroken as error:
        flash(f"{error.message} {error.mend}", "danger")
    return redirect(url_for("lesson_desk.course", course_id=course_id, _anchor=f"lesson-{lesson_id}"), 303)


@blueprint.post("/manage/lessons/<int:lesson_id>/move")
@requires(Permission.AUTHOR)
def move(lesson_id: int) -> ResponseReturnValue:
    """Move a lesson one place up or down."""
    step = STEPS.get(request.form.get("direction", ""), 0)
    return _change(lesson_id, lesson_services.move_lesson, "", step=step)


@blueprint.post("/manage/lessons/<int:lesson_id>/retire")
@requires(Permission.AUTHOR)
def retire(lesson_id: int) -> ResponseReturnValue:
    """Take a lesson out of use."""
    return _change(lesson_id, lesson_services.retire_lesson, _("The lesson is retired."))


@blueprint.post("/manage/lessons/<int:lesson_id>/restore")
@requires(Permission.AUTHOR)
def restore(lesson_id: int) -> ResponseReturnValue:
    """Take a retired lesson into use again."""
    return _change(lesson_id, lesson_services.restore_lesson, _("The lesson is in use again."))


@blueprint.post("/manage/lessons/<int:lesson_id>/discard")
@requires(Permission.AUTHOR)
def discard(lesson_id: int) -> ResponseReturnValue:
    """Throw the draft of a published lesson away."""
    return _change(lesson_id, lesson_services.discard_draft, _("The draft is thrown away."))
