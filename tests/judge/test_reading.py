"""HAR files and cassettes of other tools → exchanges."""

from __future__ import annotations

import base64
import gzip
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from restproof.errors import TrafficError
from restproof.record import packed
from restproof.record.model import Traffic
from restproof.record.traffic import read_traffic


def entry(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "startedDateTime": "2026-11-01T08:00:00.000Z",
        "time": 12.5,
        "request": {"method": "GET", "url": "https://api.example.com/items", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": {"size": 2, "text": "[]"}},
    }
    for path, value in changes.items():
        inner = found
        *steps, last = path.split("__")
        for step in steps:
            inner = inner[step]
        inner[last] = value
    return found


def read(folder: Path, document: Any, name: str = "traffic.har") -> Traffic:
    file = folder / name
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_traffic(file)


def har(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def test_entries_come_in_the_order_of_their_time(tmp_path: Path) -> None:
    late, early = entry(startedDateTime="2026-11-01T08:00:02+00:00"), entry(startedDateTime="2026-11-01T10:00:00+02:00")
    late["request"]["url"] += "?late"
    found = read(tmp_path, har(late, early)).exchanges
    assert [(e.n, e.started, e.request.url[-5:]) for e in found] == [(1, 0.0, "items"), (2, 2.0, "?late")]
    assert found[0].elapsed == 0.0125


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\ufeff" + json.dumps(har(entry()))).exchanges) == 1


def test_base64_content_is_decoded(tmp_path: Path) -> None:
    text, raw = ({"text": base64.b64encode(d).decode(), "encoding": "base64"} for d in (b"[1]", b"\xff\xfe"))
    found = read(tmp_path, har(entry(response__content=text), entry(response__content=raw)))
    assert [e.response and e.response.body for e in found.exchanges] == ["[1]", b"\xff\xfe"]


def test_pseudo_headers_are_no_headers(tmp_path: Path) -> None:
    headers = [{"name": ":method", "value": "GET"}, {"name": "accept", "value": "*/*"}]
    (found,) = read(tmp_path, har(entry(request__headers=headers))).exchanges
    assert found.request.headers == (("accept", "*/*"),)


@pytest.mark.parametrize(
    "content",
    [{"size": 20}, {"size": 20, "mimeType": "application/json"}, {"mimeType": "application/json"}, {"size": -1}],
)
def test_content_that_is_missing_is_noted(content: dict[str, Any], tmp_path: Path) -> None:
    found = read(tmp_path, har(entry(response__content=content)))
    assert "response body" in found.lacking[1]


def test_an_empty_answer_lacks_nothing(tmp_path: Path) -> None:
    headers = [{"name": "Date", "value": "x"}]
    found = read(tmp_path, har(entry(response__status=204, response__content={"size": 0}, response__headers=headers)))
    assert not found.lacking


def test_the_media_type_is_what_is_left_of_missing_headers(tmp_path: Path) -> None:
    found = read(tmp_path, har(entry(response__content={"text": "[]", "mimeType": "application/json"})))
    assert found.lacking[1] == {"headers"}
    assert found.exchanges[0].response is not None
    assert found.exchanges[0].response.headers == (("Content-Type", "application/json"),)


def test_a_request_body_that_was_not_recorded_is_noted(tmp_path: Path) -> None:
    assert "request body" in read(tmp_path, har(entry(request__method="POST", request__bodySize=9))).lacking[1]


@pytest.mark.parametrize(
    ("text", "size", "length"), [("", 9, "9"), ("", -1, "9"), ("", 9, ""), ('{"a"', 9, "9"), ("é", 3, "")]
)
def test_a_request_body_that_was_left_out_or_cut_is_noted(text: str, size: int, length: str, tmp_path: Path) -> None:
    """Playwright's ``content="omit"`` leaves an empty text, browsers the form without its files."""
    headers = [{"name": "content-length", "value": length}] if length else []
    data = {"mimeType": "application/json", "text": text, "params": []}
    changes = {"request__method": "POST", "request__headers": headers, "request__bodySize": size}
    found = read(tmp_path, har(entry(**changes, request__postData=data)))
    assert "request body" in found.lacking[1]
    assert found.exchanges[0].request.body is None


def test_a_request_body_that_is_whole_is_taken(tmp_path: Path) -> None:
    """A tool that undoes compression has more text than was sent, and some know no size."""
    data = {"mimeType": "application/json", "text": '{"é":1}'}
    changes = {"request__method": "POST", "request__postData": data}
    found = read(tmp_path, har(*(entry(**changes, request__bodySize=n) for n in (8, 7, 0, -1))))
    assert [e.request.body for e in found.exchanges] == ['{"é":1}'] * 4
    assert not any("request body" in lacks for lacks in found.lacking.values())


@pytest.mark.parametrize(("name", "size", "body"), [("a b", 6, "a+b=1"), ("a b", 5, "a+b=1"), ("a b", -1, "a+b=1")])
def test_a_form_is_made_anew_where_it_was_encoded_so(name: str, size: int, body: str, tmp_path: Path) -> None:
    """Charles tells the fields of a form alone, also where a client has sent JSON under that type."""
    data = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": name, "value": "1"}]}
    headers = [{"name": "content-type", "value": "application/x-www-form-urlencoded"}]
    changes = {"request__method": "POST", "request__headers": headers, "request__bodySize": size}
    found = read(tmp_path, har(entry(**changes, request__postData=data)))
    is_unknown = size == 6
    assert found.exchanges[0].request.body == (None if is_unknown else body)
    assert ("request body" in found.lacking.get(1, ())) == is_unknown


def test_a_size_of_zero_without_a_text_says_nothing(tmp_path: Path) -> None:
    """Safari writes it where it has no size, and what only looks on (an extension of a browser) always."""
    length = [{"name": "Content-Length", "value": "0"}]
    sizes = {"response__content": {"size": 0, "mimeType": "application/json"}, "response__bodySize": 0}
    found = read(tmp_path, har(entry(**sizes), entry(**sizes, response__headers=length)))
    assert "response body" in found.lacking[1]
    assert "response body" not in found.lacking.get(2, ())


def test_an_entry_whose_answer_is_still_waited_for_has_none(tmp_path: Path) -> None:
    (found,) = read(tmp_path, har(entry(response=None))).exchanges
    assert (found.response, found.error) == (None, "no answer was recorded")


def test_fields_that_a_browser_has_joined_are_several(tmp_path: Path) -> None:
    headers = [{"name": "link", "value": "</a>; rel=next\n</b>; rel=prev"}]
    (found,) = read(tmp_path, har(entry(response__headers=headers))).exchanges
    assert found.response is not None
    assert found.response.headers == (("link", "</a>; rel=next"), ("link", "</b>; rel=prev"))


def test_a_head_that_confirmed_what_the_cache_holds_is_not_that_of_the_content(tmp_path: Path) -> None:
    """Chromium asks by a condition of its own whether its copy holds. Playwright tells of a 200 with that copy."""
    content = {"size": -1, "mimeType": "application/json", "text": "[]"}
    head = [{"name": "etag", "value": '"1"'}]
    asked = [{"name": "If-None-Match", "value": '"1"'}]
    copied = entry(request__headers=asked, response__headers=head, response__content=content)
    whole = entry(
        request__headers=asked,
        response__headers=[*head, {"name": "content-type", "value": "application/json"}],
        response__content=content,
    )
    plain = entry(request__headers=[{"name": "Accept", "value": "*/*"}])
    plain["response"] |= {"headers": head, "content": content}
    found = read(tmp_path, har(copied, whole, plain))
    assert found.lacking == {1: {"headers"}}
    assert found.exchanges[0].response is not None
    assert found.exchanges[0].response.headers == (("etag", '"1"'), ("Content-Type", "application/json"))


@pytest.mark.parametrize("sizes", [{"length": "89"}, {"bodySize": 89}, {"headersSize": 183, "bodySize": 272}])
def test_the_size_of_what_came_compressed_says_nothing_of_the_text(sizes: dict[str, Any], tmp_path: Path) -> None:
    """Firefox tells how much came; of an old one the text may be cut, which the size does not show."""
    headers = [{"name": "content-encoding", "value": "gzip"}, {"name": "content-type", "value": "application/json"}]
    if "length" in sizes:
        headers.append({"name": "content-length", "value": sizes["length"]})
    texts = ({"size": 89, "text": "[1]"}, {"size": 89, "text": "x" * 2**20}, {"size": 88, "text": "[1"})
    answers = [entry(response__headers=headers, response__content=content) for content in texts]
    for one in answers:
        one["response"] |= {name: size for name, size in sizes.items() if name != "length"}
    found = read(tmp_path, har(*answers))
    assert [e.response and e.response.body for e in found.exchanges] == ["[1]", None, None]
    assert found.lacking == {2: {"response body"}, 3: {"response body"}}


def test_a_field_without_a_value_was_not_sent(tmp_path: Path) -> None:
    """As axios names Content-Type of a request that has no content."""
    headers = [{"name": "Content-Type"}, {"name": "X-None", "value": None}, {"name": "X-Empty", "value": ""}]
    (found,) = read(tmp_path, har(entry(request__headers=headers))).exchanges
    assert found.request.headers == (("X-Empty", ""),)


@pytest.mark.parametrize(
    ("method", "said", "is_known"),
    [
        ("POST", {"content-type": "application/json"}, False),
        ("POST", {"content-type": "application/json", "content-length": "0"}, True),
        ("POST", {"transfer-encoding": "chunked"}, False),
        ("POST", {}, False),
        ("POST", {"accept": "*/*"}, True),
        ("DELETE", {"content-type": "application/json"}, True),
    ],
)
def test_content_that_was_streamed_is_unknown(
    method: str, said: dict[str, str], is_known: bool, tmp_path: Path
) -> None:
    """Of a Blob or a stream Chromium tells neither content nor size."""
    headers = [{"name": n, "value": v} for n, v in said.items()]
    found = read(tmp_path, har(entry(request__method=method, request__bodySize=0, request__headers=headers)))
    assert ("request body" not in found.lacking[1]) == is_known


def test_a_request_of_insomnia_may_have_been_another_one(tmp_path: Path) -> None:
    """It exports what would be sent now, and what was answered last."""
    document = har(entry(), entry())
    document["log"]["creator"] = {"name": "Insomnia REST Client", "version": "insomnia.desktop.app:v12.0.0"}
    assert all("request" in lacks for lacks in read(tmp_path, document).lacking.values())


def test_a_failed_entry_keeps_its_reason(tmp_path: Path) -> None:
    (found,) = read(tmp_path, har(entry(response__status=0, response___error="net::ERR_TIMED_OUT"))).exchanges
    assert (found.response, found.error) == (None, "net::ERR_TIMED_OUT")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("{", "JSON is broken"),
        ("[]", "no recorded traffic"),
        ('{"log": {}}', "no log.entries"),
        ('{"log": {"entries": [{}]}}', "entry 1 of the HAR is broken: there is no 'request'"),
        (json.dumps(har(entry(), entry(startedDateTime="yesterday"))), "entry 2 of the HAR is broken: startedDateTime"),
        (json.dumps(har(entry(response__content={"text": "a", "encoding": "base64"}))), "base64"),
        ("a: [", "neither JSON nor YAML"),
        ("just text", "no recorded traffic"),
        ("interactions: 5\nversion: 1\n", "no list of interactions"),
        ("interactions: []\nversion: 2\n", "of version 2"),
        (
            "interactions: [{request: {}}]\nversion: 1\n",
            "interaction 1 of the cassette is broken: there is no 'method'",
        ),
        ("!!python/object:os.system {}", "neither JSON nor YAML"),
    ],
)
def test_what_is_no_traffic_is_a_clear_error(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(TrafficError, match=told) as error:
        read(tmp_path, text)
    assert "traffic.har" in str(error.value)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TrafficError, match="cannot be read"):
        read_traffic(tmp_path / "none.har")


def test_the_text_of_a_304_is_the_browser_s_copy(tmp_path: Path) -> None:
    """Chrome and Firefox show the cached body where the server sent none."""
    cached = entry(response__status=304, response__content={"size": 2, "text": "[]", "mimeType": "application/json"})
    found = read(tmp_path, har(cached))
    assert found.exchanges[0].response is not None
    assert found.exchanges[0].response.body is None
    assert "response body" not in found.lacking.get(1, ())


def test_content_that_is_whole_is_taken(tmp_path: Path) -> None:
    """Its size is in bytes, and some tools know none."""
    found = read(tmp_path, har(*(entry(response__content={"size": n, "text": '["é"]'}) for n in (6, 5, 0, -1))))
    assert [e.response and e.response.body for e in found.exchanges] == ['["é"]'] * 4
    assert not any("response body" in lacks for lacks in found.lacking.values())


def test_a_zipped_har_holds_what_its_messages_hold(tmp_path: Path) -> None:
    data = {"mimeType": "application/json", "text": "", "_file": "sent.json"}
    content = {"size": -1, "text": "", "_file": "got.json"}
    lost = {"size": -1, "text": "", "_file": "../../etc/passwd"}
    document = har(entry(request__postData=data, response__content=content), entry(response__content=lost))
    file = tmp_path / "traffic.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("har.har", json.dumps(document))
        archive.writestr("sent.json", '{"name": "x"}')
        archive.writestr("got.json", b"\xff\xfe")
    found = read_traffic(file)
    assert found.exchanges[0].request.body == '{"name": "x"}'
    assert found.exchanges[0].response is not None
    assert found.exchanges[0].response.body == b"\xff\xfe"
    assert "response body" in found.lacking[2]


def test_what_a_har_holds_may_lie_beside_it(tmp_path: Path) -> None:
    """As Playwright attaches it where no zip archive is asked for; nothing elsewhere is ever read."""
    (tmp_path / "day").mkdir()
    (tmp_path / "day" / "got.json").write_bytes(b"[7]")
    (tmp_path / "secret.json").write_text("[8]")
    (tmp_path / "day" / "linked.json").symlink_to(tmp_path / "secret.json")
    names = ("got.json", "../secret.json", str(tmp_path / "secret.json"), "linked.json", "none.json", "..", "n" * 300)
    answers = [entry(response__content={"size": -1, "text": "", "_file": name}) for name in names]
    found = read(tmp_path / "day", har(*answers))
    assert [e.response and e.response.body for e in found.exchanges] == ["[7]", *[None] * 6]
    assert all("response body" in found.lacking[n] for n in range(2, 8))


def test_content_beside_a_har_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.dumps(har(*(entry(response__content={"size": -1, "_file": "got.json"}) for _ in range(3))))
    monkeypatch.setattr(packed, "LARGEST", len(document))
    (tmp_path / "got.json").write_bytes(b" " * (len(document) // 2))
    with pytest.raises(TrafficError, match="the traffic is larger than"):
        read(tmp_path, document)


def test_a_har_packed_by_gzip_is_read(tmp_path: Path) -> None:
    file = tmp_path / "traffic.har.gz"
    file.write_bytes(gzip.compress(json.dumps(har(entry())).encode()))
    assert len(read_traffic(file).exchanges) == 1


@pytest.mark.parametrize(
    "moment", ["1970-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "", None]
)
def test_times_of_zero_say_nothing_and_the_order_counts(moment: str | None, tmp_path: Path) -> None:
    entries = [entry(startedDateTime=moment, time=0, request__url=f"https://a.example/{n}") for n in range(3)]
    entries[1]["startedDateTime"] = "2026-11-01T08:00:00Z"
    found = read(tmp_path, har(*entries))
    assert not found.timed
    assert [e.request.url[-1] for e in found.exchanges] == ["0", "1", "2"]
    assert {(e.started, e.elapsed) for e in found.exchanges} == {(0.0, 0.0)}


def test_one_moment_for_all_is_no_time(tmp_path: Path) -> None:
    assert not read(tmp_path, har(entry(), entry(), entry())).timed
    assert not read(tmp_path, har(entry(time=0), entry(time=-1, startedDateTime="2026-11-01T08:00:01Z"))).timed
    assert read(tmp_path, har(entry(), entry(startedDateTime="2026-11-01T08:00:01Z"))).timed


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = packer.compress(b'{"log": "' + b" " * 4_000_000)
    return b"".join([piece, *(packer.compress(b" " * 4_000_000) for _ in range(size // 4_000_000)), packer.flush()])


def test_packed_files_are_not_unpacked_beyond_measure(tmp_path: Path) -> None:
    (tmp_path / "a.har.gz").write_bytes(bomb(100_000_000))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("har.har", b" " * 70_000_000)
    for name in ("a.har.gz", "a.zip"):
        with pytest.raises(TrafficError, match="larger than 64 MiB"):
            read_traffic(tmp_path / name)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04 no archive", "the archive is damaged"),
        (b"\x1f\x8b no gzip", "damaged or no gzip"),
        (gzip.compress(b"x" * 100)[:-30], "no recorded traffic|is empty|neither"),
    ],
)
def test_a_damaged_package_is_a_clear_error(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "traffic.har.gz").write_bytes(data)
    with pytest.raises(TrafficError, match=told):
        read_traffic(tmp_path / "traffic.har.gz")
