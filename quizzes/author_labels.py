"""The words for codes that trainers meet, in the reader's language: kinds, difficulty, what is wrong where."""

from typing import Any

from core.i18n import lazy_gettext as _l

KIND_LABELS: dict[str, Any] = {
    "single_choice": _l("One choice"),
    "multiple_choice": _l("Several choices"),
    "matching": _l("Matching"),
    "ordering": _l("Ordering"),
    "categorise": _l("Sorting into groups"),
}
DIFFICULTY_LABELS: dict[str, Any] = {"easy": _l("Easy"), "medium": _l("Medium"), "hard": _l("Hard")}
RULE_LABELS: dict[str, Any] = {
    "partial": _l("A share for each right option; wrong options take a share away"),
    "all_or_nothing": _l("All points for exactly the right options, else none"),
    "matching.partial": _l("A share for each right pair"),
    "matching.all_or_nothing": _l("All points when every pair is right, else none"),
    "ordering.pairs": _l("A share for each line that comes directly after the right one"),
    "ordering.positions": _l("A share for each line in its right place"),
    "ordering.all_or_nothing": _l("All points for exactly the right order, else none"),
    "categorise.partial": _l("A share for each line in its right group; a line that belongs to none takes one away"),
    "categorise.all_or_nothing": _l("All points when every line is in its right group, else none"),
}
STATE_LABELS: dict[str, Any] = {
    "published": _l("In use"),
    "changed": _l("Has a draft"),
    "draft": _l("Draft"),
    "retired": _l("Retired"),
}

#: Codes of ``quizzes.kinds.SpecError``.
SPEC_ERRORS: dict[str, Any] = {
    "malformed": _l("This question can't be understood."),
    "unknown_kind": _l("There is no such kind of question."),
    "too_few_options": _l("A question needs at least 2 options."),
    "too_many_options": _l("A question has 10 options at most."),
    "bad_key": _l("This option has a damaged mark. Remove it and type it again."),
    "duplicate_key": _l("Two options have the same mark. Remove one and type it again."),
    "empty_text": _l("Type what this option says."),
    "text_too_long": _l("This is longer than 2,000 characters. Shorten it."),
    "duplicate_text": _l("Two options say the same. Change one."),
    "bad_rule": _l("Choose how points are given."),
    "no_right": _l("Mark the right option."),
    "more_than_one_right": _l("Mark one right option only, or choose the kind with several choices."),
    "no_wrong": _l("At least one option must be wrong."),
    "row_empty": _l("Type what this line says."),
    "row_repeated": _l("Two lines say the same. Change one."),
    "row_too_few": _l("A question of this kind needs at least 2 lines."),
    "row_too_many": _l("A question of this kind has 12 lines at most."),
    "item_too_few": _l("An order needs at least 3 lines."),
    "partner_empty": _l("Type what belongs to this line."),
    "partner_too_long": _l("What belongs to a line has 200 characters at most. Shorten it."),
    "partner_repeated": _l("This answer belongs to a line already, so it can't be a wrong one too."),
    "partner_too_few": _l("At least 2 different answers are needed. Add a wrong one, for example."),
    "partner_too_many": _l("A question has 15 different answers at most."),
    "partner_unknown": _l("Say what belongs to this line."),
    "category_empty": _l("Name this group."),
    "category_too_long": _l("The name of a group has 200 characters at most. Shorten it."),
    "category_repeated": _l("Two groups have the same name. Change one."),
    "category_too_few": _l("At least 2 groups are needed."),
    "category_too_many": _l("A question has 15 groups at most."),
    "category_unknown": _l("Choose the group of this line, or that it belongs to none."),
    "nothing_belongs": _l("At least one line must belong to a group."),
}

#: Codes of ``quizzes.formats.gift_values.GiftError``.
GIFT_ERRORS: dict[str, Any] = {
    "no_question": _l("There is no question in this file."),
    "no_answers": _l(
        "This question has no answers between braces { }. Mark braces that belong to the text as \\{ \\}."
    ),
    "not_closed": _l("The brace { of the answers is never closed. A blank line ends a question."),
    "title_not_closed": _l("The title after :: has no :: at its end."),
    "too_long": _l("This question is too long. A blank line ends a question."),
    "no_text": _l("The question has no text."),
    "missing_word": _l("There is text after the answers: missing word questions can't be taken."),
    "essay": _l("There are no answers between the braces: essay questions can't be taken."),
    "numeric": _l("Numerical questions can't be taken."),
    "short_answer": _l("All answers are right: short answer questions can't be taken."),
    "matching": _l("Matching questions can't be taken."),
    "unknown_answers": _l("Answers begin with = (right) or ~ (wrong), or are TRUE or FALSE."),
    "several_right": _l("More than one answer has =. Give weights such as ~%50% to all of several right answers."),
    "part_of_one": _l("A question with one right answer can't give a part of the points for another."),
    "none_right": _l("No answer is right: none has = or a weight above 0."),
    "weights": _l("The weights of the right answers must be equal and make 100% together."),
    "empty_option": _l("An answer has no text."),
    "duplicate_code": _l("Another question of this file has the same title."),
    "bad_difficulty": _l("The difficulty must be easy, medium or hard."),
    "bad_rule": _l("The rule must be partial or all_or_nothing."),
    "bad_order": _l("The order must be fixed or free."),
    "bad_topics": _l("The topics are longer than 40 characters."),
    "not_utf8": _l("The file is not UTF-8 text. Open it in a text editor and save it with the encoding UTF-8."),
}
