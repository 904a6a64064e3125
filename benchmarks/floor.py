"""The floor: the least that a Flask application can do for the same answer, served in the same way."""

import json
import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, jsonify, render_template_string, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, create_engine, event, text

#: The same shape as the table of answers.
TABLE = """CREATE TABLE floor_draft (
    item_id INTEGER PRIMARY KEY REFERENCES attempt_item (id), response JSON NOT NULL, revision INTEGER NOT NULL,
    saved_at TIMESTAMP NOT NULL)"""
UPSERT = text(
    "INSERT INTO floor_draft (item_id, response, revision, saved_at) VALUES (:item_id, :response, 1, :saved_at) "
    "ON CONFLICT (item_id) DO UPDATE SET response = excluded.response, revision = floor_draft.revision + 1, "
    "saved_at = excluded.saved_at"
)
QUESTIONS = text(
    "SELECT item.id, version.prompt_html, version.spec FROM attempt_item AS item "
    "JOIN question_version AS version ON version.id = item.question_version_id "
    "WHERE item.attempt_id = :attempt_id ORDER BY item.position"
)
PAGE = """<!doctype html><title>Quiz</title><form method="post">{% for id, prompt, options in questions %}
<fieldset><legend>{{ prompt | safe }}</legend>{% for option in options %}
<label><input type="radio" name="{{ id }}" value="{{ option.key }}">{{ option.html | safe }}</label>{% endfor %}
</fieldset>{% endfor %}<button>Send</button></form>"""


def create_app() -> Flask:
    """Make an application with a constant page, a page of questions and a committed upsert, and nothing else."""
    app, engine = Flask(__name__), create_engine(os.environ["DATABASE_URL"])
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)

    @app.get("/constant")
    def constant() -> ResponseReturnValue:
        return "<!doctype html><title>Page</title><p>Nothing else.</p>"

    @app.get("/questions/<int:attempt_id>")
    def questions(attempt_id: int) -> ResponseReturnValue:
        with engine.connect() as connection:
            rows = connection.execute(QUESTIONS, {"attempt_id": attempt_id}).all()
        shown = [(row.id, row.prompt_html, _json(row.spec)["options"]) for row in rows]
        return render_template_string(PAGE, questions=shown)

    @app.post("/save/<int:item_id>")
    def save(item_id: int) -> ResponseReturnValue:
        response = json.dumps({"chosen": request.form.getlist("chosen")})
        at = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        with engine.begin() as connection:
            connection.execute(UPSERT, {"item_id": item_id, "response": response, "saved_at": at})
        return jsonify(saved=at)

    return app


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _set_up(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
