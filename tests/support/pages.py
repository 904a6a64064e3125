"""A browser without a screen: keeps cookies, inspects every page that it fetches, and fills in forms as shown."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db
from tests.support.forms import form_of
from tests.support.html import Element, parse
from tests.support.page_rules import complaints


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
        if response.mimetype == "text/html" and response.status_code not in {204, 301, 302, 303, 307, 308}:
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
