"""Time, for those who give it: who sits at a quiz now, minutes given back, accommodations, allowances; event logs."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.forms import BaseForm
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.pages import page_number
from people.access import Permission
from people.guards import actor, requires, signed_in
from people.queries import unit_choices
from quizzes import (
    event_queries,
    extension_services,
    queries,
    sitting_queries,
    time_labels,
    time_queries,
    time_services,
)
from quizzes.attempt_pages import may_see_result
from quizzes.extension_services import GivenBack
from quizzes.time_forms import AccommodationForm, AllowanceForm, MinutesForm
from quizzes.time_queries import TimedQuiz
from quizzes.time_rules import last_day

blueprint = Blueprint("time", __name__)
blueprint.context_processor(lambda: {"last_day": last_day})


@blueprint.get("/manage/time")
@requires(Permission.GRANT_TIME)
def quizzes() -> ResponseReturnValue:
    """List the quizzes at which one may give time, with how many sit at them now."""
    return render_template("quizzes/time/quizzes.html", quizzes=time_queries.quiz_lines(actor(), clock.now()))


@blueprint.get("/manage/quizzes/<int:quiz_id>/sittings")
@requires(Permission.GRANT_TIME)
def sittings(quiz_id: int) -> ResponseReturnValue:
    """Show who sits at a quiz now, and whose time ran out lately."""
    quiz, at = _quiz(quiz_id), clock.now()
    return render_template(
        "quizzes/time/sittings.html",
        quiz=quiz,
        sittings=sitting_queries.sittings(quiz, actor(), at, page=page_number(request.args.get("page"))),
        ended=sitting_queries.ended_lately(quiz, actor(), at),
        now=at,
    )


@blueprint.route("/manage/quizzes/<int:quiz_id>/minutes", methods=["GET", "POST"])
@requires(Permission.GRANT_TIME)
def give_minutes(quiz_id: int) -> ResponseReturnValue:
    """Give minutes back to one attempt, or to all that are open."""
    quiz, form, attempt_id = _quiz(quiz_id), MinutesForm(), request.args.get("attempt", type=int)
    name = _sitting_name(quiz, attempt_id)
    form.begin(unit_choices(actor(), Permission.GRANT_TIME, clock.today()))
    if form.validate_on_submit():
        whom = {"attempt_id": attempt_id, "unit_id": form.unit_id.data or None}
        with transaction():
            given = extension_services.give_back(quiz_id, form.gift(), **whom, by=actor(), at=clock.now())
        flash(*_told(given))
        return redirect(url_for(".sittings", quiz_id=quiz_id), 303)
    return render_template("quizzes/time/minutes.html", quiz=quiz, form=form, name=name), _status(form)


def _told(given: GivenBack) -> tuple[str, str]:
    """Return what became of minutes given back, in words, and how it is said."""
    if given.repeated:
        return _("These minutes had been given already. Nothing was given twice."), "info"
    words = [ngettext("%(num)s attempt got more time.", "%(num)s attempts got more time.", given.attempts)]
    if given.held_back:
        held = ngettext(
            "%(num)s attempt got none, because the quiz closes or has no time limit.",
            "%(num)s attempts got none, because the quiz closes or has no time limit.",
            given.held_back,
        )
        words.append(held)
    return " ".join(words), "success" if given.attempts else "warning"


@blueprint.route("/manage/quizzes/<int:quiz_id>/allowances", methods=["GET", "POST"])
@requires(Permission.GRANT_TIME)
def allowances(quiz_id: int) -> ResponseReturnValue:
    """Show who has more attempts or minutes at a quiz; give some."""
    quiz, form = _quiz(quiz_id), AllowanceForm()
    form.begin(clock.today(), unit_choices(actor(), Permission.GRANT_TIME, clock.today()), request.args.get("person"))

    def grant() -> None:
        time_services.grant_allowance(quiz_id, **form.given(), span=form.span(), by=actor(), at=clock.now())

    if _done(form, grant):
        flash(_("Given. It counts from the next attempt that begins."), "success")
        return redirect(url_for(".allowances", quiz_id=quiz_id), 303)
    rows = time_queries.allowances(quiz, actor(), clock.today())
    return render_template("quizzes/time/allowances.html", quiz=quiz, form=form, rows=rows), _status(form)


@blueprint.post("/manage/allowances/<int:allowance_id>/end")
@requires(Permission.GRANT_TIME)
def end_allowance(allowance_id: int) -> ResponseReturnValue:
    """Let an allowance hold no longer."""
    with transaction():
        quiz_id = time_services.end_allowance(allowance_id, by=actor(), at=clock.now()).quiz_id
    flash(_("Ended. It stays in the list with its dates."), "success")
    return redirect(url_for(".allowances", quiz_id=quiz_id), 303)


@blueprint.route("/manage/accommodations", methods=["GET", "POST"])
@requires(Permission.GRANT_TIME)
def accommodations() -> ResponseReturnValue:
    """Show who has more time on every quiz; give it to somebody."""
    form = AccommodationForm()
    form.begin(clock.today())

    def grant() -> None:
        time_services.grant_accommodation(**form.given(), span=form.span(), by=actor(), at=clock.now())

    if _done(form, grant):
        now = form.also_open.data and form.span().first_day <= clock.today()
        next_time = _("Given. It counts from the next attempt that begins.")
        flash(_("Given. Attempts that are open now have it too.") if now else next_time, "success")
        return redirect(url_for(".accommodations"), 303)
    rows = time_queries.accommodations(actor(), clock.today())
    return render_template("quizzes/time/accommodations.html", form=form, rows=rows), _status(form)


@blueprint.post("/manage/accommodations/<int:accommodation_id>/end")
@requires(Permission.GRANT_TIME)
def end_accommodation(accommodation_id: int) -> ResponseReturnValue:
    """Let an accommodation hold no longer."""
    with transaction():
        time_services.end_accommodation(accommodation_id, by=actor(), at=clock.now())
    flash(_("Ended. It stays in the list with its dates."), "success")
    return redirect(url_for(".accommodations"), 303)


@blueprint.get("/attempts/<int:attempt_id>/log")
@signed_in
def log(attempt_id: int) -> ResponseReturnValue:
    """Show what happened around an attempt, to its person and to those for whom it is to look at."""
    attempt = queries.attempt(attempt_id)
    if not may_see_result(attempt, by=actor(), at=clock.now()):
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    return render_template(
        "quizzes/time/log.html",
        attempt=attempt,
        lines=event_queries.log_of(attempt),
        name=event_queries.name_at(attempt),
        is_mine=attempt.person_id == actor().person_id,
        with_reason=time_queries.may_see_reason(actor(), attempt.person_id, clock.today()),
        words=time_labels,
    )


def _done(form: BaseForm, change: Callable[[], None]) -> bool:
    """Make a change when the form is filled in well. Tell whether it was made; the form says what is wrong."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            change()
    except RuleBroken as error:
        form.form_errors.append(f"{error.message} {error.mend}".strip())
        return False
    return True


def _status(form: BaseForm) -> int:
    return 422 if form.errors or form.form_errors else 200


def _quiz(quiz_id: int) -> TimedQuiz:
    return time_queries.quiz_for(actor(), quiz_id, clock.today())


def _sitting_name(quiz: TimedQuiz, attempt_id: int | None) -> str | None:
    """Return whose attempt it is about, None when it is about all.

    :raises NotFound: when it is about one that the actor may give no time to.
    """
    if attempt_id is None:
        return None
    name = sitting_queries.sitting_name(quiz, actor(), attempt_id, clock.now())
    if name is None:
        raise NotFound(_l("This attempt does not exist, or is not for your people."))
    return name
