"""What a filter for a part of a text is asked with, of what the entries of a list hold."""

from types import SimpleNamespace
from typing import Any

import pytest

from restproof.suite import lists

TEXTS = ["  two\r\nlines  ", "=1+caf\u00e9 cafe\u0301 a\u00a0b", "North Wing Renovation", "short"]


@pytest.mark.parametrize(
    ("by", "texts", "asked"),
    [
        ("contains", TEXTS, ["orth Wing R"]),
        ("starts", TEXTS, ["North Wing"]),
        ("ends", ["  two\r\nlines  ", "Harbour"], ["bour"]),
        ("contains", TEXTS[:1], []),
    ],
)
def test_the_plainest_text_is_asked_for(
    by: str, texts: list[str], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "some", lambda _subject: [{"name": text} for text in texts])
    spec = SimpleNamespace(comparisons={"q": SimpleNamespace(field="name", by=by)}, properties={})
    subject: Any = SimpleNamespace(spec=spec)
    assert [value for _, value in lists.comparisons(subject, "q")] == asked


def test_a_filter_by_a_value_is_told_with_the_entries_that_hold_it() -> None:
    """Once for each value, in the order of the list: one and 1.0 are one value, true is another, and no list is one."""
    held = [1, True, 1.0, "1", "", None, [[1]], ["a", "a", "b"]]
    entries = [{"id": n, "tags": value} for n, value in enumerate(held)]
    filters = {"by_tag": SimpleNamespace(field="tags", values=None)}
    spec = SimpleNamespace(filters=filters, id=SimpleNamespace(field="id"))
    made = SimpleNamespace(filter_query=lambda name, value: ((name, repr(value)),))
    subject: Any = SimpleNamespace(spec=spec, lists=made)
    found = [(query[0][1], [e["id"] for e in those]) for query, those in lists.few_matching(subject, entries)]
    assert found == [("1", [0, 2]), ("True", [1]), ("'1'", [3]), ("'a'", [7]), ("'b'", [7])]
