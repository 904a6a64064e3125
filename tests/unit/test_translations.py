"""Every text of the interface has its Vietnamese, and the tools that see to it work."""

import pytest

from scripts.build_translations import build
from scripts.translations import BadTranslation, merged_catalog, placeholders_of, problems

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)


@pytest.fixture
def part(tmp_path):
    def write(name, *pairs):
        file = tmp_path / name
        entries = "".join(f'msgid "{original}"\nmsgstr "{translation}"\n\n' for original, translation in pairs)
        file.write_text(HEADER + entries, encoding="utf-8")
        return file

    return write


def test_translations_are_complete_and_agree():
    assert problems() == []


def test_parts_may_repeat_each_other(part):
    catalog = merged_catalog([part("a.po", ("Save", "Lưu")), part("b.po", ("Save", "Lưu"), ("Unit", "Đơn vị"))])
    assert [(message.id, message.string) for message in catalog if message.id] == [("Save", "Lưu"), ("Unit", "Đơn vị")]


def test_parts_may_not_contradict_each_other(part):
    with pytest.raises(BadTranslation, match=r"'Save' differs between a\.po and b\.po"):
        merged_catalog([part("a.po", ("Save", "Lưu")), part("b.po", ("Save", "Ghi lại"))])


def test_placeholders_are_found_in_every_form():
    assert placeholders_of(["%(num)s lesson of {name}", "%(num)s lessons"]) == {"%(num)s", "{name}"}


def test_the_same_parts_give_the_same_bytes(tmp_path):
    build(tmp_path / "once")
    build(tmp_path / "again")
    assert (tmp_path / "once/messages.mo").read_bytes() == (tmp_path / "again/messages.mo").read_bytes()
