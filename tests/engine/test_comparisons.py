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
