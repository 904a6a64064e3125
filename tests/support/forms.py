"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field

from tests.support.html import Element


@dataclass
class Form:
    """A form as a page shows it: where it goes and what it would send if nothing were changed."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)


def form_of(page: Element, action: str = "", *, form_id: str = "") -> Form:
    """Return the form with an id, or whose action begins as given; without either, the only one inside ``main``."""
    if form_id:
        forms = page.all("form", id=form_id)
    elif action:
        forms = [form for form in page.all("form") if form.get("action").startswith(action)]
    else:
        forms = [form for form in page.all("form") if form.is_inside("main")]
    assert len(forms) == 1, f"{len(forms)} forms, one expected: {[form.get('action') for form in page.all('form')]}"
    return _form(forms[0])


def _form(element: Element) -> Form:
    form = Form(element.get("action"), element.get("method").lower())
    for control in element.all("input", "select", "textarea"):
        name, kind = control.get("name"), control.get("type")
        if not name or "disabled" in control.attributes or kind in {"submit", "button", "file", "image"}:
            continue
        form.values.setdefault(name, [])
        if control.tag == "select":
            options = control.all("option")
            chosen = [option for option in options if "selected" in option.attributes]
            if not chosen and "multiple" not in control.attributes:
                chosen = options[:1]
            form.values[name] += [option.attributes.get("value", option.text) for option in chosen]
        elif control.tag == "textarea":
            form.values[name].append(_typed(control))
        elif kind not in {"checkbox", "radio"}:
            form.values[name].append(control.get("value"))
        elif "checked" in control.attributes:
            form.values[name].append(control.attributes.get("value", "on"))
    form.values = {name: values for name, values in form.values.items() if values}
    return form


def _typed(area: Element) -> str:
    """Return what stands in a text area: a browser drops one line end at its beginning."""
    return "".join(text for _, text in area.texts()).replace("\r\n", "\n").removeprefix("\n")
