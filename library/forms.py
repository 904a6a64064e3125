"""Forms of the register of sources and of pictures."""

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm, DayField, LineField, TextField
from core.i18n import lazy_gettext as _l
from library.models import Source
from library.rules import SourceDraft


class SourceForm(BaseForm):
    """A source of the register."""

    code = LineField(_l("Code"), [InputRequired(), Length(max=60)])
    title = LineField(_l("Title of the document"), [InputRequired(), Length(max=400)])
    number = LineField(_l("Number and symbol"), [Length(max=80)])
    kind = LineField(_l("Kind of document"), [Length(max=40)])
    issuer = LineField(_l("Issued by"), [Length(max=200)])
    issued_on = DayField(_l("Day of issue"))
    effective_from = DayField(_l("In force from"))
    effective_to = DayField(_l("No longer in force from"))
    reviewed_on = DayField(_l("Last checked on"))
    note = TextField(_l("Note for trainers"), [Length(max=1000)])

    def draft(self, known: Source | None) -> SourceDraft:
        """Return what was typed; the code of a known source stays, as lessons cite it."""
        return SourceDraft(
            code=known.code if known else self.code.data or "",
            title=self.title.data or "",
            number=self.number.data or "",
            issuer=self.issuer.data or "",
            kind=self.kind.data or "",
            issued_on=self.issued_on.data,
            effective_from=self.effective_from.data,
            effective_to=self.effective_to.data,
            note=(self.note.data or "").strip(),
            reviewed_on=self.reviewed_on.data,
        )


class PictureForm(BaseForm):
    """A picture to be taken into the library."""

    unit_id = SelectField(_l("Unit that keeps the picture"), coerce=int)
    file = FileField(_l("Picture"), [FileRequired(_l("Choose a picture."))])
    alt = LineField(_l("Alternative text"), [InputRequired(), Length(max=400)])


class AltForm(BaseForm):
    """The alternative text of a picture."""

    alt = LineField(_l("Alternative text"), [InputRequired(), Length(max=400)])
