"""What is drawn from the pattern of an address is nobody's: a server may write, call or connect to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from restproof.plan.candidates import accepted
from restproof.plan.nobodys import nobodys
from restproof.plan.values import value_strategy
from restproof.plan.words import matching_text

MAIL = (
    r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
    r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
    r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,4}$",
    r"^[a-z]+@[a-z]+\.(com|net)$",
)
URLS = (r"^https?://[^\s]+$", r"^https://", r"^https://[a-z0-9.-]+\.(com|io)/.*$")
NUMBERS = (r"^\+[1-9]\d{6,14}$", r"^\+49\d{8,11}$", r"^\+[1-9]\d{0,2} \d{4,12}$", r"^\(\d{3}\) \d{3}-\d{4}$")
OF_NOBODY = re.compile(
    r"[^@]*@(site\.exampl|example\.(com|net|org?))[a-z]*|[^@]*@(.*\.)?([a-z]?|[^.]*[^a-z.][^.]*)"
    r"|[a-z]+://(site\.example|example\.(com|net|org))([/?# ].*)?"
    r"|\+1\d{3}55501\d{1,3}|\+[1-9]\d{0,2}[ 0]*\d\d|\+.{1,6}|\([01]\d\d\) .*|\(\d{3}\) ([01]\d\d-.*|555-01\d\d)",
    re.DOTALL | re.IGNORECASE,
)
"""Also what is too long or too short for one, or has a host that cannot be."""
FEW = settings(
    max_examples=30,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("pattern", [*MAIL, *URLS, *NUMBERS])
def test_what_a_pattern_draws_is_nobodys(pattern: str) -> None:
    schema: Mapping[str, Any] = {"type": "string", "pattern": pattern}
    assert OF_NOBODY.fullmatch(matching_text(schema, None))
    with pytest.raises(NoSuchExample):
        find(value_strategy(schema), lambda text: not OF_NOBODY.fullmatch(text), settings=FEW)


@pytest.mark.parametrize("pattern", MAIL)
def test_nor_is_what_is_tried_beside_it(pattern: str) -> None:
    """A character less would make another host of some, as of example.com."""
    for bounds in ({}, {"minLength": 20, "maxLength": 40}):
        sent = [c.value for c in accepted({"type": "string", "pattern": pattern, **bounds})]
        hosts = {text.rpartition("@")[2].lower().rpartition(".")[2] for text in sent if isinstance(text, str)}
        assert not hosts & {"co", "ne", "aa", "aaa"}, sent


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("bo@corp.com", "^[a-z]+@[a-z]+[.]com$", "bo@example.com"),
        ("bo@corp.com", "^.{11}$", "bo@corp.com"),
        ("bo@corp.com", "^[a-z]+@corp[.]com$", "bo@corp.com"),
        ("bo@mail.example.org", "", "bo@mail.example.org"),
        ("https://corp.com/a?b", "^https", "https://site.example/a?b"),
        ("https://ann:x@example.com:8080/a", "^https", "https://ann:x@example.com:8080/a"),
        ("http://0", "^http://\\S+$", "http://site.example"),
        ("+4915112345678", "^[+]49", "+4900000000078"),
        ("+4915112345678", "^[+]", "+18085550178"),
        ("415 234 5678", "", "415 555 0178"),
        ("plain", "", "plain"),
    ],
)
def test_an_address_becomes_one_of_nobody_that_fits(text: str, pattern: str, found: str) -> None:
    assert nobodys(text, lambda one: re.search(pattern, one) is not None) == found


@FEW
@given(value_strategy({"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"}))
def test_what_is_no_address_stays(text: str) -> None:
    assert nobodys(text, lambda one: True) == text
