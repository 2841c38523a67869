"""What a HAR holds that no server sent or took, and what of it is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .test_reading import entry, har, read


@pytest.mark.parametrize(
    "said",
    [
        {"_fetchType": "Memory Cache"},
        {"_fetchType": "Disk Cache"},
        {"_serviceWorkerResponseSource": "cache-storage"},
        {"_serviceWorkerResponseSource": "fallback-code"},
        {"_fetchType": "Inspector Override"},
        {"_fromCache": "memory"},
        {"response___serviceWorkerResponseSource": "cache-storage"},
        {"response___fetchedViaServiceWorker": True},
        {"_wasFulfilled": True},
    ],
)
def test_what_never_reached_the_server_is_left_out(said: dict[str, Any], tmp_path: Path) -> None:
    """As Safari, Chrome (of an answer in ``response``) and Playwright say it."""
    network = entry(response___fetchedViaServiceWorker=False, response___error=None)
    network |= {"_fetchType": "Network Load", "_serviceWorkerResponseSource": "network"}
    found = read(tmp_path, har(entry(**said), network))
    assert len(found.exchanges) == 1
    assert found.skipped == {"answers from a cache or a mock": 1}


def test_what_firefox_has_from_no_server_is_left_out(tmp_path: Path) -> None:
    """It names the server's address, but not for what its cache has answered."""
    document = har(entry(serverIPAddress="203.0.113.7"), entry(), entry(response__status=0))
    assert len(read(tmp_path, document).exchanges) == 3
    document["log"]["creator"] = {"name": "Firefox", "version": "140.0"}
    found = read(tmp_path, document)
    assert [e.response is None for e in found.exchanges] == [False, True]
    assert found.skipped == {"answers from a cache or a mock": 1}
    for one in document["log"]["entries"]:
        one.pop("serverIPAddress", None)
    assert len(read(tmp_path, document).exchanges) == 3, "this one names no address at all"


def test_what_a_browser_or_a_proxy_has_made_up_is_left_out(tmp_path: Path) -> None:
    upgraded = [{"name": "Location", "value": "https://a/"}, {"name": "Non-Authoritative-Reason", "value": "HSTS"}]
    internal = entry(response__status=307, response__headers=upgraded)
    found = read(tmp_path, har(internal, entry(request__method="CONNECT"), entry(_wasAborted=True)))
    assert found.exchanges == ()
    assert sorted(found.skipped) == [
        "CONNECT requests",
        "redirects that the browser made up",
        "requests that a test has stopped",
    ]


@pytest.mark.parametrize("said", [{"_error": "net::ERR_INCOMPLETE_CHUNKED_ENCODING"}, {"_failureText": "aborted"}])
def test_an_answer_that_broke_off_has_an_unknown_body(said: dict[str, str], tmp_path: Path) -> None:
    for content in ({"size": 0, "mimeType": "application/json"}, {"size": 2, "text": "[]"}):
        one = entry(response__content=content)
        one["response"] |= said
        found = read(tmp_path, har(one))
        assert "response body" in found.lacking[1]
        assert found.exchanges[0].response is not None
        assert found.exchanges[0].response.body is None


def test_an_exchange_that_charles_has_not_seen_to_its_end_has_no_answer(tmp_path: Path) -> None:
    """Where none came, the answer is a page of Charles's own."""
    found = read(tmp_path, har(*(entry(response___charlesStatus=s) for s in ("COMPLETE", "Complete", "EXCEPTION"))))
    assert [e.response is None for e in found.exchanges] == [False, False, True]


def test_a_page_that_fiddler_has_made_is_no_answer(tmp_path: Path) -> None:
    text = {"text": "[Fiddler] DNS Lookup for 'api.example.com' failed.", "mimeType": "text/html"}
    failed = entry(response__status=502, response__statusText="Fiddler - DNS Lookup Failed", response__content=text)
    (found,) = read(tmp_path, har(failed)).exchanges
    assert (found.response, found.error) == (None, "no answer was recorded")


def test_a_request_that_may_have_been_changed_on_its_way_has_an_unknown_body(tmp_path: Path) -> None:
    """Firefox keeps no large body, and Playwright tells the one before a test has changed it."""
    data = {"mimeType": "application/json", "text": '{"name": "x"}'}
    continued = entry(request__method="POST", request__postData=data, _wasContinued=True)
    discarded = entry(request__method="POST", request__postData={**data, "comment": "Request bodies are not included"})
    assert read(tmp_path, har(continued, entry(_wasContinued=True))).lacking[1] >= {"request body"}
    assert "request body" in read(tmp_path, har(discarded)).lacking[1]


@pytest.mark.parametrize(
    "content",
    [
        {"size": 1_500_000, "text": '[{"id": 1}, {"i'},
        {"size": 9, "text": "é" * 4},
        {"size": 0, "comment": "Response bodies are not included."},
        {"text": "", "comment": "Response bodies are not included."},
        {"size": -1, "text": "", "_file": "0a1b.json"},
    ],
)
def test_content_that_was_cut_or_kept_elsewhere_is_unknown(content: dict[str, Any], tmp_path: Path) -> None:
    found = read(tmp_path, har(entry(response__content=content)))
    assert "response body" in found.lacking[1]
    assert found.exchanges[0].response is not None
    assert found.exchanges[0].response.body is None


def test_a_request_body_that_playwright_keeps_elsewhere_is_unknown(tmp_path: Path) -> None:
    data = {"mimeType": "application/json", "text": "", "params": [], "_file": "0a1b.json"}
    found = read(tmp_path, har(entry(request__method="POST", request__postData=data)))
    assert "request body" in found.lacking[1]
    assert found.exchanges[0].request.body is None
