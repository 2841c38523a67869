"""Of many cases a profile sends those that tell most: one of each kind before the second of any."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from restproof.plan.telling import mark_of, most_telling

Cases = Sequence[Mapping[str, Any]]


def chosen(cases: Cases, count: int | None, fields: Collection[str] = (), **said: Any) -> list[Mapping[str, Any]]:
    marks = [mark_of(case, fields, said.pop("members", ())) for case in cases]
    return [cases[at] for at in most_telling(marks, count, **said)]


def test_one_of_each_kind_comes_first_in_the_order_of_the_cases() -> None:
    cases = [{"note": note, "n": n} for n, note in enumerate(("longer than 5", "longer than 9", "null", "a text"))]
    assert [c["n"] for c in chosen(cases, 3)] == [0, 2, 3]


def test_all_of_few_and_all_where_no_number_is_said() -> None:
    cases = [{"note": "null"}, {"note": "null"}]
    assert chosen(cases, None) == chosen(cases, 2) == cases
    assert chosen(cases, 1) == [{"note": "null"}]
    assert chosen([{"n": n} for n in range(7)], 3) == [{"n": 0}, {"n": 3}, {"n": 6}]


def test_many_kinds_are_worth_more_cases_than_the_number_up_to_a_bound() -> None:
    cases = [{"note": chr(97 + n)} for n in range(20)] + [{"note": "a"}]
    assert len(chosen(cases, 3)) == 20
    assert len(chosen(cases, 3, kinds=5)) == 5
    assert len(chosen([{"notes": {"a": chr(97 + n)}} for n in range(5)], 3)) == 5


def test_what_two_rules_say_of_different_fields_is_of_one_kind_and_each_has_its_turn() -> None:
    notes = (
        "end before start",
        "end before start, by little",
        "closed before opened",
        "closed before opened, by little",
    )
    cases = [{"note": note} for note in notes]
    fields = ("end", "start", "opened", "closed")
    assert chosen(cases, 2, fields) == [cases[0], cases[3]]
    assert chosen(cases[:3], 2, fields) == cases[:2]
    assert chosen(cases, 2) == cases


def test_what_is_said_of_values_and_of_members_deep_inside_is_of_one_kind() -> None:
    steps = [{"note": f"state from '{one}' to '{two}'"} for one, two in ("ab", "bc", "ca")]
    inside = [{"note": f"inside {name}"} for name in ("box", "box.lid", "box.0.lid")]
    kinds = {mark_of(case, ("state",), {"state", "box", "lid"}).kind for case in (*steps, *inside)}
    assert kinds == {"# from # to #", "inside #"}


def test_where_no_note_tells_other_paths_and_other_values_are_other_kinds() -> None:
    verbs = [{"method": "PUT", "path": p, "n": n} for n, p in enumerate(("list", "item", "list", "list"))]
    assert [c["n"] for c in chosen(verbs, 2)] == [0, 1]
    values = [{"name": "size", "value": v} for v in ("0", "many", "-1", "-2", "1_0", "100", "1000")]
    assert [c["value"] for c in chosen(values, 2)] == ["0", "many", "1_0", "100"]


def test_where_nothing_is_said_the_form_of_a_case_tells_its_kind() -> None:
    changes = ({"a": "x"}, {"b": "y"}, {"c": None}, {"a": "x", "b": "y"}, {"a": None, "b": "y"}, {"a": None, "b": None})
    kinds = [mark_of({"change": change}).kind for change in changes]
    assert kinds[0] == kinds[1]
    assert len({*kinds}) == len(kinds) - 1
    flaws = [{"flaws": flaws, "wrong": {"a": 5}} for flaws in (["absent", "invalid"], ["invalid", "conflict"])]
    assert len({mark_of(case).kind for case in flaws}) == 2
    briefly: list[Mapping[str, Any]] = [
        {"change": {"a": "x"}},
        {"change": {"a": "x"}, "briefly": True},
        {"change": {"a": "x"}, "briefly": False},
    ]
    assert [c.get("briefly") for c in chosen([*briefly, *briefly], 2)] == [None, True]


def test_of_what_breaks_one_keyword_two_kinds_are_enough() -> None:
    notes = ("no date", "a month too many", "a day too many", "a blank")
    cases = [{"note": note, "keyword": "format"} for note in notes]
    assert chosen([*cases, {"note": "too long", "keyword": "maxLength"}], 2) == [
        cases[0],
        cases[3],
        {"note": "too long", "keyword": "maxLength"},
    ]


def test_of_what_another_operation_has_tried_one_of_each_keyword_is_enough() -> None:
    words = ("format", "format", "maxLength", "minLength", "enum", "pattern", "pattern")
    cases = [{"note": f"{chr(97 + n)}", "keyword": word} for n, word in enumerate(words)]
    tried = {word for case in cases for word in case.values()}
    assert [c["note"] for c in chosen(cases, 2, tried=tried)] == ["a", "c", "d", "e", "f"]
    assert chosen(cases, 2, tried=tried, only_new=True) == []
    without = [{"note": c["note"]} for c in cases]
    assert len(chosen(without, 2, tried=tried)) == 4


def test_what_another_operation_has_not_tried_comes_before_what_it_has() -> None:
    cases = [{"note": note} for note in ("a", "b", "c", "d", "e", "f")]
    assert [c["note"] for c in chosen(cases, 2, tried={"a", "b", "c"})] == ["a", "d", "e", "f"]
    assert [c["note"] for c in chosen(cases, 2, tried={"a", "b", "c"}, only_new=True)] == ["d", "e", "f"]
    assert chosen([{"note": "a"}], 2, tried={"a"}, only_new=True) == []
