"""Vietnamese words: their order, their folding, their normal form."""

import unicodedata

import pytest

from core import text


@pytest.mark.parametrize(
    "ordered",
    [
        "da dà dả dã dá dạ đa",
        "An Ánh Ăn Ân Bình",
        "a ă â b c d đ e ê g o ô ơ u ư",
        "la lan lang làng lạng",
    ],
)
def test_words_stand_in_vietnamese_order(ordered):
    keys = [text.sort_key(word) for word in ordered.split()]
    assert keys == sorted(set(keys))


def test_people_stand_by_given_then_middle_then_family_name():
    names = [
        "Lê Anh",
        "Trần Bảo Anh",
        "Nguyễn Văn Anh",
        "Phạm Văn Anh",
        "Nguyễn Thị Ánh",
        "Dương Văn Đức",
        "Vi Thị Đức",
    ]
    expected = [
        "Lê Anh",
        "Trần Bảo Anh",
        "Nguyễn Văn Anh",
        "Phạm Văn Anh",
        "Nguyễn Thị Ánh",
        "Vi Thị Đức",
        "Dương Văn Đức",
    ]
    assert sorted(names, key=text.name_sort_key) == expected


def test_a_name_of_one_word_and_an_empty_one_have_their_place():
    assert text.name_sort_key("An") < text.name_sort_key("Nguyễn An")
    assert text.name_sort_key("") < text.name_sort_key("An")


def test_the_key_does_not_depend_on_normal_form_or_capitals():
    name = "Đỗ Thị Ánh Ngọc"
    assert (
        text.name_sort_key(unicodedata.normalize("NFD", name))
        == text.name_sort_key(name.upper())
        == text.name_sort_key(name)
    )


def test_search_finds_with_and_without_marks_and_with_either_place_of_the_tone():
    assert text.fold("Đỗ Thị  Hoà") == text.fold("do thi hoa") == text.fold("ĐỖ THỊ HÒA") == "do thi hoa"


def test_lines_are_cleaned_at_the_door():
    assert text.clean_line("  Nguye\u0302\u0303n\u00a0 An ") == "Nguyễn An"
    assert [text.has_unprintable(word) for word in ("An\x00", "An\u200b", "Đỗ An")] == [True, True, False]
    assert [text.has_symbols(word) for word in ("An 😀", "Phòng Tổ chức - Cán bộ")] == [True, False]
