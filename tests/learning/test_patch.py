"""Words are written into a contract, and everything else in it stays as its owner wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from restproof.learning.patch import Unwritable, difference, edited, patched, removed, with_lines
from restproof.learning.word import Edit, Without, Word

DAY = "2026-11-28"
TEXT = """\
# Ours.
contract: desk   # the front desk
statuses:  # open
  absent: 4xx    # who knows
  unknown_field: [2xx, 4xx]
resources:
  desk:
    path: /desks
    schema: desk.json
    volatile: [made_at, moved_at]
    statuses: {invalid: 400, gone: [404, 410]}   # ours
    # decide: is any field unique?
    # unique: [name]
  chair: {path: /chairs, schema: chair.json}  # a short one

# The end.
"""


def word(resource: str | None, *name: str, value: object, besides: tuple[Edit, ...] = ()) -> Word:
    return Word(resource, name, value, "seen", (1, 2), besides)


def after(*words: Word, text: str = TEXT) -> str:
    return patched(text, words, DAY)


def test_a_value_is_replaced_and_marked() -> None:
    found = after(word(None, "statuses", "unknown_field", value="ignored"))
    assert found == TEXT.replace("[2xx, 4xx]", f"ignored  # seen {DAY}, not promised")


def test_the_owners_comment_stays_beside_the_mark() -> None:
    found = after(word(None, "statuses", "absent", value=404))
    assert f"  absent: 404    # who knows  # seen {DAY}, not promised\n" in found


def test_a_second_lesson_marks_once() -> None:
    once = after(word(None, "statuses", "absent", value=404))
    again = patched(once, [word(None, "statuses", "absent", value=410)], "2026-12-01")
    assert again.count("not promised") == 1
    assert "absent: 410  # seen 2026-12-01, not promised" in again


def test_a_mapping_on_one_line_is_opened_for_the_mark() -> None:
    found = after(word("desk", "statuses", "gone", value=404))
    assert "    statuses:   # ours\n      invalid: 400\n      gone: 404  # seen 2026-11-28, not promised\n" in found


def test_a_new_word_stands_with_its_resource() -> None:
    found = after(word("desk", "unique", value=["name"]), word("chair", "id", "reused", value="never"))
    read = yaml.safe_load(found)["resources"]
    assert read["desk"]["unique"] == ["name"]
    assert read["chair"] == {"path": "/chairs", "schema": "chair.json", "id": {"reused": "never"}}
    assert "# decide: is any field unique?" in found


def test_a_word_of_the_whole_api_stands_before_the_resources() -> None:
    found = after(word(None, "policies", value=["create.location"]))
    assert f"policies: [create.location]  # seen {DAY}, not promised\nresources:\n" in found


def test_entries_leave_a_list_and_the_list_goes_when_it_is_empty() -> None:
    volatile = ("resources", "desk", "volatile")
    one = after(word("desk", "touched", value=["moved_at"], besides=(Edit(volatile, Without(("moved_at",))),)))
    assert "    volatile: [made_at]\n" in one
    both = after(word("desk", "touched", value=["x"], besides=(Edit(volatile, Without(("made_at", "moved_at"))),)))
    assert "volatile" not in both


@pytest.mark.parametrize("turn", [1, -1])
def test_entries_leave_a_list_that_another_word_writes(turn: int) -> None:
    besides = (Edit(("resources", "desk", "volatile"), Without(("moved_at",))),)
    words = (
        word("desk", "touched", value=["moved_at"], besides=besides),
        word("desk", "volatile", value=["kind", "moved_at"]),
    )
    found = after(*words[::turn])
    assert f"    volatile: [kind]  # seen {DAY}, not promised\n" in found
    assert yaml.safe_load(found)["resources"]["desk"]["touched"] == ["moved_at"]


def test_all_that_no_word_is_about_stays_byte_for_byte() -> None:
    found = after(word(None, "statuses", "absent", value=404), word("desk", "unique", value=["name"]))
    changed = {line for line in TEXT.splitlines() if line not in found.splitlines()}
    assert changed == {"  absent: 4xx    # who knows"}


def test_what_stands_behind_an_alias_is_left_alone() -> None:
    text = "contract: a\nresources:\n  one: &same {path: /a, schema: a.json}\n  two: *same\n"
    with pytest.raises(Unwritable):
        after(word("two", "unique", value=["name"]), text=text)


def test_a_mapping_with_comments_inside_keeps_them() -> None:
    text = "contract: a\nresources:\n  one: {path: /a,  # here\n    schema: a.json}\n"
    found = after(word("one", "unique", value=["name"]), text=text)
    assert yaml.safe_load(found)["resources"]["one"]["unique"] == ["name"]
    assert "# here" in found
    assert f"# seen {DAY}, not promised" in found


def test_the_patch_names_the_file(tmp_path: Path) -> None:
    told = difference("a: 1\n", "a: 2\n", "contracts/desk/contract.yaml")
    assert told.startswith("--- a/contracts/desk/contract.yaml\n+++ b/contracts/desk/contract.yaml\n")


@pytest.mark.parametrize(
    ("text", "route", "left"),
    [
        ("a: 1\nb:  # two\n  c: 1\n  d: 2\n", ("b", "c"), "a: 1\nb:  # two\n  d: 2\n"),
        ("a: 1\nb:\n  c: 1\n# end\n", ("b",), "a: 1\n# end\n"),
        ("a: {b: 1, c: [2]}\n", ("a", "b"), "a: {c: [2]}\n"),
        ("a: 1\n", ("b",), "a: 1\n"),
    ],
)
def test_a_member_goes_and_all_else_stays(text: str, route: tuple[str, ...], left: str) -> None:
    assert yaml.safe_load(removed(text, route)) == yaml.safe_load(left)
    assert ("# two" in removed(text, route)) == ("# two" in left)


def test_lines_of_their_own_stand_behind_the_last_member_and_its_comments() -> None:
    text = "all:\n  a:\n    b: 1\n    # about b\n\n# the end\n"
    assert with_lines(text, ("all",), ["  c: 2"]) == "all:\n  a:\n    b: 1\n    # about b\n  c: 2\n\n# the end\n"
    with pytest.raises(Unwritable):
        with_lines("all: {a: 1}\n", ("all",), ["  c: 2"])


def test_an_edit_keeps_the_comment_that_stands_there() -> None:
    assert edited("a: 1  # mine\nb: 2\n", Edit(("a",), 3)) == "a: 3  # mine\nb: 2\n"
