"""What the page's script sends, and what somebody who forges it gets."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import db
from quizzes import queries
from quizzes.models import AttemptDraft
from quizzes.time_models import AttemptEvent
from tests.support.factories_attempts import begin, items_of, keys_of, make_small_quiz, standing_above
from tests.support.factories_people import make_person, make_unit, sign_in

JSON = {"Accept": "application/json"}
A = "a" * 24


@pytest.fixture
def attempt(session, app, client, at):
    with standing_above(app):
        learner = make_person(unit=make_unit())
        sign_in(client, learner)
        yield begin(make_small_quiz(), learner)


@pytest.fixture
def item(attempt):
    return items_of(attempt)[0]


def token(client, attempt):
    return client.get(f"/attempts/{attempt.id}/state", headers=JSON).json["csrf_token"]


def send(client, attempt, item, *, to="answers", **marks):
    """Post an answer to an item as the script does, some of its marks replaced."""
    fields = {
        "revision": "0",
        "writer": A,
        "sequence": "1",
        "seconds": "3",
        "chosen": keys_of(item, right=True),
    } | marks
    data = {f"{name}-{item.id}": value for name, value in fields.items()}
    return client.post(f"/attempts/{attempt.id}/{to}", data=data | {"csrf_token": token(client, attempt)}, headers=JSON)


def drafts() -> int:
    return db.session.scalar(select(func.count()).select_from(AttemptDraft)) or 0


@pytest.mark.parametrize(
    "marks",
    [
        {"sequence": "-1"},
        {"sequence": "0"},
        {"sequence": "2147483648"},
        {"sequence": "9" * 400},
        {"sequence": "1.5"},
        {"sequence": "٣"},
        {"writer": "a" * 15},
        {"writer": "a" * 33},
        {"writer": ""},
        {"writer": "'; DROP TABLE--aaaaa"},
        {"writer": "\x00" * 20},
        {"seconds": "-5"},
        {"given": "-1"},
        {"given": "9" * 30},
        {"given": "soon"},
        {"chosen": ["a\x00b"]},
        {"chosen": "x" * 1_000_000},
        {"chosen": [f"o{number}" for number in range(10_000)]},
    ],
)
def test_what_no_page_of_ours_sends_is_refused_and_saves_nothing(client, attempt, item, marks):
    assert send(client, attempt, item, **marks).status_code in {413, 422}
    assert drafts() == 0


def test_one_forged_answer_among_good_ones_saves_none(client, attempt):
    good, bad = items_of(attempt)[:2]
    data = {
        f"revision-{good.id}": "0", f"chosen-{good.id}": keys_of(good, right=True),
        f"revision-{bad.id}": "0", f"chosen-{bad.id}": "zz9", "csrf_token": token(client, attempt),
    }  # fmt: skip
    assert client.post(f"/attempts/{attempt.id}/answers", data=data, headers=JSON).status_code == 422
    assert drafts() == 0


def test_replayed_and_reordered_requests_hear_what_is_stored(client, attempt, item):
    later = send(client, attempt, item, sequence="2147483647").json
    for sequence in ("2147483647", "1"):
        again = send(client, attempt, item, sequence=sequence, chosen=keys_of(item, right=False)[:1])
        assert again.status_code == 200
        assert again.json["answers"] == later["answers"]


def test_late_the_page_offers_only_to_hand_in_and_what_was_given_in_time_is_kept(client, attempt, item, at):
    due = at + timedelta(minutes=30)
    with clock.frozen(due + timedelta(seconds=60)):
        page = client.page(f"/attempts/{attempt.id}")
        assert all("disabled" in box.attributes for box in page.one("form", id="attempt").all("fieldset"))
        assert [button.text for button in page.one("form", id="finish").all("button")] == ["Nộp bài ngay"]
        assert page.one("form", id="attempt").all("button") == []
        in_time = str(int((due - timedelta(seconds=1)).timestamp() * 1000))
        assert send(client, attempt, item, sequence="2", given=str(int(due.timestamp() * 1000) + 1)).json["refused"]
        answer = send(client, attempt, item, given=in_time)
        assert (answer.status_code, answer.json["phase"], answer.json["refused"]) == (200, "late", [])
        client.submit(f"/attempts/{attempt.id}", action=f"/attempts/{attempt.id}/submit")
    ended = queries.attempt(attempt.id)
    assert (ended.points, ended.finished_at, ended.finish_reason) == (100, due, "expired")


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"kind": "open", "page": A}, 200),
        ({"kind": "offline", "page": A, "seconds_ago": "40"}, 200),
        ({"kind": "withdraw", "page": A}, 422),
        ({"kind": "open", "page": "\x00" * 20}, 422),
        ({"kind": "open", "page": A, "seconds_ago": "-1"}, 422),
        ({"kind": "x" * 5000, "page": A}, 422),
        ({}, 422),
    ],
)
def test_pages_tell_only_what_pages_see(client, attempt, event, status):
    data = {**event, "csrf_token": token(client, attempt)}
    assert client.post(f"/attempts/{attempt.id}/events", data=data, headers=JSON).status_code == status
    assert db.session.scalar(select(func.count()).select_from(AttemptEvent)) == (status == 200)


def test_an_older_page_hears_that_a_newer_one_is_open(client, attempt, item):
    for page in (A, "b" * 24):
        data = {"kind": "open", "page": page, "csrf_token": token(client, attempt)}
        client.post(f"/attempts/{attempt.id}/events", data=data, headers=JSON)
    assert send(client, attempt, item).json["page"] == "b" * 24
    assert client.get(f"/attempts/{attempt.id}/state", headers=JSON).json["page"] == "b" * 24


def test_a_form_that_was_cut_off_on_its_way_is_no_answer(client, attempt, item):
    fields = {
        "csrf_token": token(client, attempt),
        f"revision-{item.id}": "0",
        f"chosen-{item.id}": item.option_order[0],
    }
    whole = urlencode(fields).encode()
    as_gunicorn_says = {"CONTENT_LENGTH": str(len(whole) + 9), "wsgi.input_terminated": True}
    answer = client.post(
        f"/attempts/{attempt.id}/answers",
        data=whole,
        headers=JSON,
        content_type="application/x-www-form-urlencoded",
        environ_overrides=as_gunicorn_says,
    )
    assert (answer.status_code, drafts()) == (400, 0)
