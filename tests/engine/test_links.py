"""Link headers as servers write them (RFC 8288 §3)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from restproof.suite import links


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (
            '<https://a/b?x=1>; rel="next", <https://a/c>; rel="last"',
            {"next": "https://a/b?x=1", "last": "https://a/c"},
        ),
        ('<u>; title="a, b; c"; rel="next"', {"next": "u"}),
        ('<u>; Rel="Next"', {"next": "u"}),
        ('<u>;rel=next , <v> ; rel = "prev first"', {"next": "u", "prev": "v", "first": "v"}),
        ('<u>; rel="next"; rel="last"', {"next": "u"}),
        ('<a,b>; rel="next"; crossorigin', {"next": "a,b"}),
        (None, {}),
    ],
)
def test_relations_and_their_targets(header: str | None, found: dict[str, str]) -> None:
    reply: Any = SimpleNamespace(members=lambda name: header)
    assert links(reply) == found
