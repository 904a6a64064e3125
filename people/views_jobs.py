"""The page of a background job, for whoever asked for it."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs import JobView, job_view
from core.web import wants_json
from people.guards import actor, signed_in

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs/<int:job_id>")
@signed_in
def job(job_id: int) -> ResponseReturnValue:
    """Show how far a job is, what came of it and how to go on; in JSON for the page's script."""
    found = job_view(job_id)
    if found.by_id != actor().person_id:
        raise NotFound(_l("There is no such job, or it is not yours."))
    if wants_json():
        return jsonify(
            state=found.state, done=found.done, total=found.total, is_over=found.is_over, words=_how_far(found)
        )
    return render_template("core/job.html", job=found, how_far=_how_far(found))


def _how_far(found: JobView) -> str:
    """Say the progress of a job in a few words."""
    if found.state == "queued":
        return _("Waiting for its turn")
    if found.total is None:
        return _("%(done)s done so far", done=found.done) if found.done else _("Under way")
    return _("%(value)s of %(max)s", value=found.done, max=found.total)
