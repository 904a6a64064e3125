"""Forms of the pages that learners meet before an attempt."""

from wtforms.validators import Length

from core.forms import BaseForm, LineField
from core.i18n import lazy_gettext as _l


class StartForm(BaseForm):
    """The way into a quiz."""

    access_code = LineField(_l("Access code"), [Length(max=200)])
