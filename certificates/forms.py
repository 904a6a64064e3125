"""Forms of certificates."""

from wtforms.validators import InputRequired, Length

from core.forms import BaseForm, LineField
from core.i18n import lazy_gettext as _l


class CodeForm(BaseForm):
    """The check code, as printed under the QR code; sent by GET, so that the result has an address."""

    class Meta(BaseForm.Meta):
        """Looking something up needs no token."""

        csrf = False

    code = LineField(_l("Check code"), [InputRequired(_l("Enter the check code.")), Length(max=80)])


class RevokeForm(BaseForm):
    """Why a certificate is void."""

    reason = LineField(_l("Reason"), [InputRequired(_l("Say why the certificate is revoked.")), Length(max=500)])
