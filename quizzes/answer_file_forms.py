"""Answer files: reading what a page sealed, and the forms around it."""

import json
from urllib.parse import parse_qsl

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms.validators import InputRequired, Length

from core import sealing
from core.errors import BadFile
from core.forms import BaseForm, LineField
from core.i18n import lazy_gettext as _l
from quizzes.answer_services import TypedAnswer
from quizzes.attempt_forms import posted_answers

MAX_BYTES = 4 * 1024 * 1024
MOST_SAVES = 50
MOST_FIELDS = 20_000


class HandInForm(BaseForm):
    """A file to hand in."""

    file = FileField(_l("Answer file (.nep)"), [FileRequired(_l("Choose a file."))])


class DecisionForm(BaseForm):
    """A decision about a file, with its reason."""

    reason = LineField(_l("Reason"), [InputRequired(_l("Say why.")), Length(max=500)])


def saves_in(data: bytes, secret_key: str, attempt_id: int) -> list[dict[int, TypedAnswer]]:
    """Return the answers of a sealed file, save by save, as ``attempt_forms.posted_answers`` reads what pages send.

    :raises BadFile: when it is no answer file of this system, or one of another attempt.
    :raises RuleBroken: when it holds what no page sends.
    """
    try:
        content = json.loads(sealing.unseal(data, secret_key))
        json.dumps(content, ensure_ascii=False).encode()  # Halves of characters could neither be shown nor exported.
        bodies = [parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS) for body in content["saves"]]
        of_this = content["attempt"] == attempt_id
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _unreadable() from None
    if not of_this:
        raise BadFile(_l("This file belongs to another attempt."), _l("Choose the file of this attempt."))
    if len(bodies) > MOST_SAVES:
        raise _unreadable()
    return [posted_answers(MultiDict(body)) for body in bodies]


def _unreadable() -> BadFile:
    return BadFile(
        _l("This is not an answer file of this system, or it was changed on its way."),
        _l("Choose the file that the page of the quiz made."),
    )
