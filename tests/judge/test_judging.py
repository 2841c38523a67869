"""What recorded traffic shows is found, and what it does not show is not made up."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import restproof
from restproof.contract.settles import Settles

from .client import Client, a_day, entry, har, traffic
from .conftest import Judged

Entries = list[dict[str, Any]]

OBSERVABLE = {
    "create-answers-200": "create.answers-created",
    "delete-answers-202": "delete.answers",
    "create-not-stored": "create.reads-back",
    "update-not-stored": "update.persists",
    "update-resets-unnamed": "update.only-named",
    "null-ignored": "update.null-clears",
    "refused-update-stored": "update.failed-leaves-nothing",
    "delete-not-done": "delete.is-gone",
    "delete-stays-listed": "delete.unlisted",
    "list-misses-last": "create.is-listed",
    "list-entry-differs": "list.entry-agrees",
    "list-shows-other-parents": "list.own-scope",
    "filter-ignored": "list.filter-sound",
    "page-too-long": "list.page-size",
    "total-of-page": "list.totals",
    "unknown-query-ignored": "list.unknown-query-field",
    "bad-page-accepted": "list.bad-page",
    "duplicate-accepted": "conflict.duplicate",
    "wrong-parent-reachable": "identity.wrong-parent",
    "missing-credential-accepted": "auth.missing",
    "unknown-field-ignored": "input.unknown-field",
    "required-unchecked": "input.required",
    "put-accepted": "protocol.unsupported-verb",
    "resource-misses-field": "shape.resource",
    "error-as-text": "shape.error",
    "no-limit-headers": "limit.headers",
    "error-names-nothing": "error.names-field",
}


def test_a_conforming_server_gets_no_finding(judged: Judged) -> None:
    found = judged(traffic())
    assert found.findings == []
    passed = {item.partition("[")[0] for item, o in found.outcomes.items() if o["outcome"] == "pass"}
    assert set(OBSERVABLE.values()) <= passed


@pytest.mark.parametrize("fault", sorted(OBSERVABLE))
def test_a_fault_that_the_traffic_shows_is_found(fault: str, judged: Judged) -> None:
    assert OBSERVABLE[fault] in judged(traffic(fault)).broken


def test_what_the_traffic_does_not_show_is_not_tested(judged: Judged) -> None:
    found = judged(traffic()[:1])
    assert found.outcomes["create.answers-created[office-create]"]["outcome"] == "not tested"
    assert found.outcomes["conflict.race[office-create]"]["reason"] == "not observable in this traffic"
    assert found.outcomes["list.answers-ok[company-list]"]["outcome"] == "pass"


def test_of_requests_that_may_have_been_edited_only_the_answers_are_judged(judged: Judged) -> None:
    """Insomnia exports a workspace in its own order, and each request as it stands by now."""
    for faults, broken in ((), set()), (("resource-misses-field",), {"shape.resource", "shape.list"}):
        document = har(traffic(*faults))
        document["log"]["creator"] = {"name": "Insomnia REST Client", "version": "insomnia.desktop.app:v12.0.0"}
        document["log"]["entries"].reverse()
        for one in document["log"]["entries"]:
            one["startedDateTime"] = "2026-11-01T08:00:00.000Z"
            if one["request"]["method"] == "POST":
                one["request"]["postData"] = {"mimeType": "application/json", "text": "{}"}
        found = judged(document)
        assert found.broken == broken
        assert any("requests that may not be those that were sent" in note for note in found.notes)


# ------------------------------------------------------- what others may have done


def an_hour(work: Callable[[Client], None]) -> Entries:
    with restproof.stub("procore") as api:
        work(Client(api))
    found: Entries = har(api.requests)["log"]["entries"]
    return found


def document(entries: Entries) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": entries}}


def test_what_was_not_created_in_the_traffic_may_be_changed_by_others(judged: Judged) -> None:
    def work(client: Client) -> None:
        office = client.made("/offices", "office", name="Berlin")
        client.get(office)

    created, first, second = an_hour(work)
    body = json.loads(second["response"]["content"]["text"])
    second["response"]["content"]["text"] = json.dumps({**body, "city": "Potsdam"})
    assert judged(document([first, second])).findings == []
    assert judged(document([created, first, second])).broken == {"read.is-stable"}


def test_a_read_during_a_write_may_show_either_state(judged: Judged) -> None:
    def work(client: Client) -> None:
        office = client.made("/offices", "office", name="Berlin")
        client.get(office)
        client.write("PATCH", office, "office", {"city": "Berlin"})

    created, _, read, update = an_hour(work)
    late = deepcopy(read)
    late["startedDateTime"] = update["startedDateTime"].replace(".060", ".061")
    late["time"] = 2.0
    assert judged(document([created, update, late])).findings == [], "the write took 5 ms, and the read began in it"
    late["startedDateTime"] = update["startedDateTime"].replace(".060", ".080")
    assert "update.persists" in judged(document([created, update, late])).broken


@pytest.mark.parametrize(
    ("fault", "settles", "told"),
    [
        ("update-not-stored", Settles(reads=60), False),
        ("update-not-stored", Settles(lists=60, queries=60, totals=60), True),
        ("delete-stays-listed", Settles(lists=60), False),
        ("delete-stays-listed", Settles(reads=60), True),
    ],
)
def test_what_may_not_be_seen_yet_is_no_fault(fault: str, settles: Settles, told: bool, judged: Judged) -> None:
    assert (OBSERVABLE[fault] in judged(traffic(fault), settles=settles).broken) == told


def test_another_credential_may_see_less(judged: Judged) -> None:
    def work(client: Client) -> None:
        client.made("/offices", "office", name="Berlin")

    created, read = an_hour(work)
    read["response"] |= {"status": 404, "content": {"mimeType": "application/json", "text": '{"message": "no"}'}}
    assert judged(document([created, read])).broken == {"create.reads-back"}
    for header in read["request"]["headers"]:
        if header["name"] == "Authorization":
            header["value"] = "Bearer of-somebody-else"
    assert judged(document([created, read])).findings == []


def jwt(**claims: Any) -> str:
    """A token of three parts, whose signature nobody looks at."""
    head, body = (base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in ({}, claims))
    return f"Bearer {head}.{body}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("claims", "broken"),
    [
        ({"sub": "ann", "exp": 900, "jti": "b"}, {"create.reads-back"}),
        ({"sub": "bob", "exp": 600, "jti": "a"}, set()),
        ({"sub": "ann", "exp": 900, "org": 7}, set()),
        ({"exp": 900}, set()),
    ],
)
def test_a_token_that_was_made_anew_is_the_same_users(claims: dict[str, Any], broken: set[str], judged: Judged) -> None:
    """Between the two comes a 401, which is nobody's fault: the token had expired."""

    def work(client: Client) -> None:
        client.made("/offices", "office", name="Berlin")

    created, read = an_hour(work)
    expired = deepcopy(read)
    old = {"sub": "ann", "exp": 600}
    for one, token in ((created, old), (expired, old), (read, claims)):
        for header in one["request"]["headers"]:
            if header["name"] == "Authorization":
                header["value"] = jwt(**token)
    challenge = {"name": "WWW-Authenticate", "value": 'Bearer error="invalid_token"'}
    for one, status in ((expired, 401), (read, 404)):
        content = {"mimeType": "application/json", "text": '{"message": "no"}'}
        one["response"] |= {"status": status, "content": content}
        one["response"]["headers"] = [*one["response"]["headers"], challenge]
    assert judged(document([created, expired, read])).broken == broken


@pytest.mark.parametrize(
    ("value", "broken"),
    [
        (b"NaN", set()),
        (b"-Infinity", set()),
        (b"1e400", set()),
        (b'"\xff"', set()),
        (b"9" * 5000, set()),
        (b"[" * 20_000 + b"]" * 20_000, set()),
        (b"0x10", {"input.malformed-json"}),
        (b"", {"input.malformed-json"}),
    ],
    ids=["NaN", "infinity", "beyond doubles", "no UTF-8", "long", "deep", "base 16", "absent"],
)
def test_what_only_strict_readers_take_for_no_json_may_be_a_wrong_value_to_the_server(
    value: bytes, broken: set[str], judged: Judged
) -> None:
    """A reader that takes NaN for a number has nothing against the JSON, but against the number."""
    with restproof.stub("procore") as api:
        client = Client(api)
        body = b'{"company_id": %d, "office": {"name": %s}}' % (client.company, value)
        client.send("POST", "/offices", data=body, headers={"Content-Type": "application/json"})
    document = har(api.requests)
    document["log"]["entries"][0]["response"]["status"] = 422
    assert judged(document).broken & {"input.malformed-json"} == broken


def test_a_gateway_that_was_tried_again_is_no_fault(judged: Judged) -> None:
    with restproof.stub("procore") as api:
        client = Client(api)
        api.fail_next(503)
        client.get("/companies")
        client.get("/companies")
    assert judged(api.requests).findings == []
    with restproof.stub("procore") as api:
        api.fail_next(503, count=2)
        client = Client(api)
        client.get("/companies")
        client.get("/companies")
    assert {"robust.no-5xx", "retry.503"} <= judged(api.requests).broken


def test_without_credentials_in_the_recording_nothing_is_said_of_them(judged: Judged) -> None:
    entries = har(traffic("missing-credential-accepted"))["log"]["entries"]
    for one in entries:
        one["request"]["headers"] = [h for h in one["request"]["headers"] if h["name"] != "Authorization"]
    assert "auth.missing" not in judged(document(entries)).broken


def test_content_that_was_not_recorded_is_not_judged(judged: Judged) -> None:
    entries = har(traffic("resource-misses-field"))["log"]["entries"]
    for one in entries:
        one["response"]["content"].pop("text", None)
    found = judged(document(entries))
    assert found.findings == []
    assert any("content was not recorded" in note for note in found.notes)


def test_headers_that_were_not_recorded_are_not_missed(judged: Judged) -> None:
    entries = har(traffic())["log"]["entries"]
    for one in entries:
        one["response"]["headers"] = []
    assert judged(document(entries)).findings == []


# ------------------------------------------------------------------------ secrets


def test_no_secret_reaches_the_run_file(judged: Judged) -> None:
    entries = [entry(e, n) for n, e in enumerate(traffic()[:4])]
    secret = "s3cr3t-of-the-recording"
    for one in entries:
        one["request"]["headers"] = [
            {"name": "Authorization", "value": f"Bearer {secret}"},
            {"name": "Cookie", "value": f"session={secret}"},
            {"name": "X-Csrf-Token", "value": "an-unguessable-token"},
        ]
        one["request"]["url"] += "&access_token=in-the-query"
        one["response"]["headers"].append({"name": "Set-Cookie", "value": f"session={secret}"})
    text = json.dumps(judged(document(entries)).events)
    for word in (secret, "an-unguessable-token", "in-the-query"):
        assert word not in text


# --------------------------------------------------------------- which entries count


def test_entries_of_others_are_counted_and_left_out(judged: Judged) -> None:
    entries = har(traffic()[:3])["log"]["entries"]
    extra = deepcopy(entries[0])
    extra["request"]["url"] = "https://cdn.example.com/app.js"
    unknown = deepcopy(entries[0])
    unknown["request"]["url"] = "https://api.restproof.test/rest/v1.0/weather"
    preflight = deepcopy(entries[0])
    preflight["request"] |= {"method": "OPTIONS"}
    preflight["request"]["headers"] = [{"name": "Access-Control-Request-Method", "value": "GET"}]
    cached, aborted = deepcopy(entries[0]) | {"_fromCache": "disk"}, deepcopy(entries[0])
    aborted["response"] |= {"status": 0, "headers": [], "content": {}, "_error": "net::ERR_ABORTED"}
    found = judged(document([*entries, extra, unknown, preflight, cached, aborted]))
    assert found.findings == []
    assert set(found.notes) == {
        "1 entries of other hosts or paths",
        "1 entries with a path that the contract does not know",
        "1 preflights",
        "1 answers from a cache or a mock",
        "1 entries without an answer",
    }


@pytest.mark.parametrize("status", [200, 403])
def test_what_a_firewall_has_answered_is_left_out(status: int, judged: Judged) -> None:
    entries = har(traffic()[:3])["log"]["entries"]
    blocked = deepcopy(entries[0])
    page = "<html>The requested URL was rejected. Please consult with your administrator.</html>"
    head = [{"name": "Content-Type", "value": "text/html"}]
    blocked["response"] |= {"status": status, "headers": head, "content": {"size": len(page), "text": page}}
    found = judged(document([*entries, blocked]))
    assert found.findings == []
    assert found.notes == ("1 answers of a firewall before the server",)


def test_a_prefix_before_the_base_path_is_named_by_the_base_url(judged: Judged) -> None:
    entries = har(traffic()[:3])["log"]["entries"]
    for one in entries:
        one["request"]["url"] = one["request"]["url"].replace("/rest/", "/gateway/rest/")
    found = judged(document(entries), base_url="https://api.restproof.test/gateway")
    assert sum(e["event"] == "exchange" for e in found.events) == 3


def test_a_run_can_be_judged_as_traffic(judged: Judged, tmp_path: Path) -> None:
    """The HAR of a run is what any other tool would have recorded of it."""
    from restproof.record.build import BUILDERS
    from restproof.record.model import RecordedExchange, RecordedRun
    from restproof.report.har import render_har
    from restproof.wire.message import to_event

    with restproof.stub("procore") as api:
        a_day(api)
    build: Callable[[Any], RecordedExchange] = BUILDERS["exchange"]
    header = BUILDERS["header"](
        {
            "contract": {"name": "procore"},
            "target": {"name": "stub"},
            "profile": "ci",
            "seed": 1,
            "started": "2026-11-01T08:00:00Z",
            "requirements": [],
        }
    )
    text = render_har(RecordedRun(header, exchanges=tuple(build(to_event(e)) for e in api.requests)))
    (tmp_path / "run.har").write_text(text)
    found = judged(tmp_path / "run.har")
    assert found.findings == []
    assert sum(e["event"] == "exchange" for e in found.events) == len(api.requests)
    credentials = {e["credential"] for e in found.events if e["event"] == "exchange"}
    assert credentials == {"full", None}
