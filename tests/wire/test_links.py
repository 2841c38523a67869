"""Link headers as servers write them (RFC 8288 §3)."""

from __future__ import annotations

import pytest

from restproof.wire.links import link_targets


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://a/b?x=1>; rel="next", <c>; rel="last"', {"next": "https://a/b?x=1", "last": "c"}),
        ('<u>; title="a, b; c"; rel="next"', {"next": "u"}),
        ('<u>; title="<v>; rel=next"', {}),
        ("<u>; REL=Next", {"next": "u"}),
        ('<u>;rel=next , <v> ; rel = "prev first"', {"next": "u", "prev": "v", "first": "v"}),
        ('<u>; rel="prev next"', {"prev": "u", "next": "u"}),
        ('<u>; rel="next"; rel="last"', {"next": "u"}),
        ('<a,b>; rel="next"; crossorigin', {"next": "a,b"}),
        ('<u>; rel="nextish"', {"nextish": "u"}),
        ("", {}),
    ],
)
def test_relations_and_their_targets(header: str, found: dict[str, str]) -> None:
    assert link_targets([header]) == found


def test_several_lines_are_one_list() -> None:
    assert link_targets(["<a>; rel=next", "<b>; rel=prev"]) == {"next": "a", "prev": "b"}
