"""The forms of the kinds of questions: what they show is what they read, and refusals stand beside what is wrong."""

from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from quizzes.kinds import KINDS, SpecError
from quizzes.question_content import BadQuestion
from quizzes.question_forms.base import ContentForm
from quizzes.question_forms.case_study import CaseStudyForm
from quizzes.question_forms.gaps import GapsForm
from quizzes.question_forms.placing import CategoriseForm, MatchingForm
from quizzes.question_forms.register import CONTENT_FORMS
from quizzes.question_forms.written import ShortAnswerForm
from tests.support.factories_quizzes import QUESTION
from tests.support.questions import CONTENT

TYPED = {
    **CONTENT,
    "single_choice": QUESTION.content,
    "multiple_choice": {**QUESTION.content, "rule": "all_or_nothing"},
}


def typed(name: str) -> dict[str, Any]:
    kind = KINDS[name]
    return kind.typed(kind.compose(TYPED[name], None))


def shown(name: str, content: Mapping[str, Any]) -> ContentForm:
    form = CONTENT_FORMS[name]()
    form["kind"].data = name
    form.fill(content)
    form.offer()
    return form


def sent(form: ContentForm, **changes: str) -> ContentForm:
    """Return a form as it comes back from the page that shows it, with some fields changed."""
    fields: MultiDict[str, str] = MultiDict(
        (name, str(value))
        for name, value in _fields(form)
        if not (value is None or value is False or value == "") or name in changes
    )
    for name, value in changes.items():
        fields.setlist(name, [value])
    return type(form)(fields)


def _fields(form: Any) -> Any:
    for field in form:
        if hasattr(field, "entries"):
            for entry in field.entries:
                yield from _fields(entry.form)
        elif hasattr(field, "form"):
            yield from _fields(field.form)
        else:
            yield field.name, field.data


def refusal(name: str, form: ContentForm) -> BadQuestion:
    with pytest.raises(SpecError) as refused:
        KINDS[name].compose(form.content(), None)
    return BadQuestion.of(refused.value)


@pytest.mark.parametrize("name", sorted(CONTENT_FORMS))
def test_what_is_shown_comes_back_as_the_same_question(name):
    kind = KINDS[name]
    spec = kind.compose(TYPED[name], None)
    form = sent(shown(name, kind.typed(spec)))
    assert form.validate(), form.errors
    assert kind.compose(form.content(), spec) == spec


@pytest.mark.parametrize("name", sorted(CONTENT_FORMS))
def test_a_new_form_is_empty_and_refused(name):
    form = shown(name, CONTENT_FORMS[name].START)
    assert refusal(name, form).code in {
        "too_few_options", "row_too_few", "item_too_few", "partner_too_few", "category_too_few", "no_answer",
        "no_gap_text", "no_case_text", "no_criteria",
    }  # fmt: skip


def test_a_case_may_lose_move_and_gain_parts():
    form = shown("case_study", typed("case_study"))
    first = form.content()["parts"][0]
    assert form.obey("down-0", "parts")
    assert form.content()["parts"][1] == first
    form.new_part.data = "ordering"
    assert form.obey("add", "parts")
    assert form.content()["parts"][3] == {
        "key": "", "kind": "ordering", "prompt": "", "points": 1, "content": {"items": [], "rule": "pairs"},
    }  # fmt: skip
    assert form.obey("add", "parts-1-options")
    assert len(form.parts.entries[1].form.content.form.options.entries) == 4
    assert form.obey("remove-0", "parts")
    assert form.content()["parts"][0] == first
    assert not form.obey("up-0", "parts-7-options")


def test_a_refusal_stands_beside_the_field_that_is_wrong():
    form = sent(shown("matching", typed("matching")), **{"rows-1-target": "", "distractors-0-text": "Khác"})
    assert isinstance(form, MatchingForm)
    error = refusal("matching", form)
    assert form.blame(error.code, error.places, "Thiếu")
    assert form.rows.entries[1].form.target.errors == ["Thiếu"]
    form = sent(shown("matching", typed("matching")), **{"distractors-0-text": "Chuyển cho người phát ngôn"})
    error = refusal("matching", form)
    assert form.blame(error.code, error.places, "Trùng")
    assert form.distractors.entries[0].form.text.errors == ["Trùng"]
    emptied = dict.fromkeys(("answers-0-text", "answers-0-explanation", "answers-0-share"), "")
    form = sent(shown("short_answer", typed("short_answer")), **emptied, **{"answers-1-share": "200"})
    assert isinstance(form, ShortAnswerForm)
    error = refusal("short_answer", form)
    assert form.blame(error.code, error.places, "Sai")
    assert form.answers.entries[1].form.share.errors == ["Sai"]
    assert form.errors["answers"]


def test_a_refusal_inside_a_part_stands_beside_the_row_of_the_part():
    form = sent(shown("case_study", typed("case_study")), **{"parts-2-gaps-0-rows-1-text": "2.000.000"})
    assert isinstance(form, CaseStudyForm)
    error = refusal("case_study", form)
    assert (error.code, error.places) == ("duplicate_answer", (2, 0, 1))
    assert form.blame(error.code, error.places, "Trùng")
    gap = form.parts.entries[2].form.content.form.gaps.entries[0].form
    assert gap.rows.entries[1].form.text.errors == ["Trùng"]
    form = sent(shown("case_study", typed("case_study")), **{"parts-1-prompt": " "})
    error = refusal("case_study", form)
    assert form.blame(error.code, error.places, "Thiếu")
    assert form.parts.entries[1].form.prompt.errors == ["Thiếu"]


def test_gaps_are_found_in_the_text_and_keep_what_is_known_of_them():
    form = shown("gaps", typed("gaps"))
    assert isinstance(form, GapsForm)
    form.text.data = "Phải [[hòa nhã]] khi [[3]] và nộp trong [[2]] ngày."
    assert form.obey("check", "gaps")
    gaps = [entry.form for entry in form.gaps.entries]
    assert [gap.mark.data for gap in gaps] == ["hòa nhã", "3", "2", "1"]
    assert [answer["text"] for answer in gaps[0].typed()["answers"]] == ["hòa nhã"]
    assert [answer["text"] for answer in gaps[2].typed()["answers"]] == ["05", "5", "năm"]
    error = refusal("gaps", form)
    assert form.blame(error.code, error.places, "Không còn")
    assert gaps[3].rows.entries[0].form.text.errors == ["Không còn"]
    assert form.obey("check", "gaps")
    gone = form.gaps.entries[3].form
    for row in list(gone.rows.entries):
        row.form.text.data, row.form.share.data = "", None
    assert [gap["mark"] for gap in form.content()["gaps"]] == ["hòa nhã", "3", "2"]


def test_a_gap_in_the_text_alone_is_shown_when_it_is_refused():
    form = sent(shown("gaps", typed("gaps")), text="Chỉ có [[hòa nhã]].")
    error = refusal("gaps", form)
    assert (error.code, form.blame(error.code, error.places, "")) == ("gap_unknown", True)
    assert form.gaps.entries[0].form.mark.data == "hòa nhã"
    assert form.text.errors


def test_a_group_with_another_name_keeps_its_lines():
    form = sent(shown("categorise", typed("categorise")), **{"targets-0-text": "4 xin"})
    assert isinstance(form, CategoriseForm)
    form.offer()
    assert form.rows.entries[0].form.target.data == "=4 xin"
    assert [row["target"] for row in form.content()["rows"]] == [0, 1, 0, 1, None]
    form = sent(shown("categorise", typed("categorise")), **{"rows-2-target": ""})
    error = refusal("categorise", form)
    assert form.blame(error.code, error.places, "Chọn nhóm")
    assert form.rows.entries[2].form.target.errors == ["Chọn nhóm"]
    form = sent(shown("categorise", typed("categorise")), **{"targets-1-text": "Bốn xin"})
    error = refusal("categorise", form)
    assert form.blame(error.code, error.places, "Trùng")
    assert form.targets.entries[1].form.text.errors == ["Trùng"]
