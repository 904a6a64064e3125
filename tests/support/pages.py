"""A browser without a screen: keeps cookies, inspects every page that it fetches, and fills in forms as shown."""

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db
from tests.support.html import Element, parse
from tests.support.page_rules import complaints


@dataclass
class Form:
    """A form as a page shows it: where it goes and what it would send if nothing were changed."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)


class PageClient(FlaskClient):
    """Flask's test client; a page that breaks one of :mod:`tests.support.page_rules` fails the test that fetched it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own, as a server does, and inspect the page.

        What the test wrote before is stored first, and read anew afterwards.
        """
        db.session.commit()
        kwargs.setdefault("buffered", True)
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            wrong = complaints(response.text)
            assert not wrong, f"{response.request.path}: " + "; ".join(wrong)
        return response

    def page(self, path: str, *, status: int = 200) -> Element:
        """Fetch a page, following redirects, and return its tree."""
        response = self.get(path, follow_redirects=True)
        assert response.status_code == status, f"{path}: {response.status}"
        return parse(response.text)

    def submit(self, path: str, *, action: str = "", follow_redirects: bool = True, **values: Any) -> TestResponse:
        """Fetch a page, fill in its form and send it.

        :param action: the beginning of the form's action, where the page has several forms.
        :param values: what to type or choose, by field name; lists for several values, None to leave a field out.
        """
        form = form_of(self.page(path), action)
        data: dict[str, Any] = {**form.values, **values}
        data = {name: value for name, value in data.items() if value is not None}
        target = form.action or path
        if form.method == "get":
            return self.get(target, query_string=data, follow_redirects=follow_redirects)
        return self.post(target, data=data, follow_redirects=follow_redirects)


def form_of(page: Element, action: str = "") -> Form:
    """Return the form of a page whose action begins as given; without one, the only form inside ``main``."""
    if action:
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
            form.values[name].append("".join(text for _, text in control.texts()).removeprefix("\n"))
        elif kind not in {"checkbox", "radio"}:
            form.values[name].append(control.get("value"))
        elif "checked" in control.attributes:
            form.values[name].append(control.attributes.get("value", "on"))
    form.values = {name: values for name, values in form.values.items() if values}
    return form
