"""The rules that every page is held to do catch what they are there for."""

import pytest

from tests.support.forms import form_of
from tests.support.html import parse
from tests.support.page_rules import complaints

GOOD = """<!doctype html><html lang="vi"><head><title>Bài học</title>
<link rel="stylesheet" href="/static/nep.css"></head>
<body><main><h1>Bài học</h1><form action="/save" method="post">
<input type="hidden" name="csrf_token" value="x"><label for="name">Họ và tên</label>
<input id="name" name="name" value="An">
<label>Ghi chú<textarea name="note">
hai
dòng</textarea></label>
<label for="unit">Đơn vị</label><select id="unit" name="unit"><option value="1">Một</option>
<option value="2" selected>Hai</option></select>
<label><input type="checkbox" name="agree" checked>Đồng ý</label><button>Lưu</button></form>%s</main></body></html>"""


def test_a_good_page_has_no_complaints():
    assert complaints(GOOD % "") == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("<h1>Hai</h1>", "2 h1"),
        ("<input name=age>", "no label"),
        ("<form method=post action=/x></form>", "no CSRF"),
        ("<form><button>Gửi</button></form>", "lacks an action"),
        ("<script>alert(1)</script>", "inline <script>"),
        ("<style>p{}</style>", "inline <style>"),
        ("<p style='color:red'>x</p>", "inline style"),
        ("<p onclick='x()'>x</p>", "inline onclick"),
        ("<a href='javascript:x()'>x</a>", "script in the address"),
        ("<img src='/a.png'>", "no alt"),
        ("<img alt='' src='https://elsewhere.example/a.png'>", "from elsewhere"),
        ("<p id=name>x</p>", "used 2 times"),
        ("<p aria-describedby=nothing>x</p>", "points to nothing"),
        ("<a href='/x'></a>", "has no text"),
        ("<p>%(count)s bài</p>", "placeholder"),
        ("<section>", "not closed"),
        ("</section>", "closes nothing"),
    ],
)
def test_each_fault_is_found(fault, complaint):
    assert any(complaint in line for line in complaints(GOOD.replace("%s", fault)))


def test_a_form_is_read_as_a_browser_would_send_it():
    form = form_of(parse(GOOD % ""))
    assert (form.action, form.method) == ("/save", "post")
    assert form.values == {
        "csrf_token": ["x"], "name": ["An"], "note": ["hai\ndòng"], "unit": ["2"], "agree": ["on"],
    }  # fmt: skip
