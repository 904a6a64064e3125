"""The words for codes that are stored in English. In the reader's language."""

from typing import Any

from core.i18n import lazy_gettext as _l

#: Categories of exemption; the keys are stored in ``Exemption.category``.
EXEMPTION_CATEGORIES: dict[str, Any] = {
    "maternity": _l("Maternity leave"),
    "illness": _l("Long illness"),
    "secondment": _l("Secondment"),
    "study": _l("Study away from work"),
    "near_retirement": _l("Near retirement"),
    "other": _l("Other reason"),
}
