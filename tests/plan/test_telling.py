"""Of many cases a profile sends those that tell most: one of each kind before the second of any."""

from __future__ import annotations

from restproof.plan.telling import most_telling


def test_one_of_each_kind_comes_first_in_the_order_of_the_cases() -> None:
    cases = [{"note": note, "n": n} for n, note in enumerate(("longer than 5", "longer than 9", "null", "a text"))]
    assert [c["n"] for c in most_telling(cases, 3)] == [0, 2, 3]


def test_all_of_few_and_all_where_no_number_is_said() -> None:
    cases = [{"note": "null"}, {"note": "null"}]
    assert most_telling(cases, None) == most_telling(cases, 2) == tuple(cases)
    assert most_telling(cases, 1) == ({"note": "null"},)
    assert most_telling([{"n": n} for n in range(7)], 3) == ({"n": 0}, {"n": 3}, {"n": 6})


def test_many_kinds_are_worth_more_cases_than_the_number_up_to_a_bound() -> None:
    cases = [{"note": chr(97 + n)} for n in range(20)] + [{"note": "a"}]
    assert len(most_telling(cases, 3)) == 20
    assert len(most_telling([{"notes": {"a": chr(97 + n)}} for n in range(5)], 3)) == 5


def test_what_two_rules_say_of_different_fields_is_of_one_kind_and_each_has_its_turn() -> None:
    notes = (
        "end before start",
        "end before start, by little",
        "closed before opened",
        "closed before opened, by little",
    )
    cases = [{"note": note} for note in notes]
    fields = ("end", "start", "opened", "closed")
    assert most_telling(cases, 2, fields=fields) == (cases[0], cases[3])
    assert most_telling(cases[:3], 2, fields=fields) == tuple(cases[:2])
    assert most_telling(cases, 2) == tuple(cases)


def test_where_no_note_tells_other_paths_and_other_values_are_other_kinds() -> None:
    verbs = [{"method": "PUT", "path": p, "n": n} for n, p in enumerate(("list", "item", "list", "list"))]
    assert [c["n"] for c in most_telling(verbs, 2)] == [0, 1]
    values = [{"name": "size", "value": v} for v in ("0", "many", "-1", "1_0")]
    assert [c["value"] for c in most_telling(values, 2)] == ["0", "many"]
