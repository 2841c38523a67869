"""A target that is another one midway: all is answered 404, or by a way to a log-in, or by a page for people. It is
told as one thing, and not as many failures; who answers so from the beginning is not excused."""

from __future__ import annotations

import json
import subprocess
from email.message import Message
from pathlib import Path

import pytest

from restproof.record.reader import read
from restproof.wire.ledger import Ledger

from .honest import Answer, Handler, Json, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call

OTHERS = {
    "nowhere": (404, Answer("nothing is here")),
    "a log-in": (302, Answer("", "text/plain", {"Location": "/login?next=1"})),
    "a page": (200, Answer("<html></html>", "text/html; charset=utf-8")),
}
SAID = {
    "nowhere": "every answer is 404",
    "a log-in": "every answer is a redirect (302) to /login",
    "a page": "every answer is a page of HTML (200)",
}


class Deployed(Service):
    """Another service from the request ``until`` on, but for requests to ``stays``."""

    until, other, stays = 10**9, "nowhere", ""

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        self.until -= 1
        if self.until < 0 and not (self.stays and target.startswith(self.stays)):
            return *OTHERS[self.other], [method]
        return super().answer(method, target, headers, text)


def deployed(until: int, other: str, **more: Json) -> Deployed:
    fields = {"name": Text(40), "note": Text(40)}
    routes: dict[tuple[str, str], Handler] = {}
    for name in ("box", "lid"):
        routes |= crud(name, f"/{name}es", fields, required=("name",), operations="list create read update delete")
    service = Deployed(routes)
    service.until, service.other = until, other
    for word, value in more.items():
        setattr(service, word, value)
    return service


def document(folder: Path) -> Path:
    texts = {"name": {**TEXT, "maxLength": 40}, "note": {**TEXT, "maxLength": 40}}
    shown = object_of(["id", "name"], id={**NUMBER, "readOnly": True}, **texts)
    found: Document = {}
    for path in ("/boxes", "/lides"):
        made = call(shown, object_of(["name"], **texts), 201, others={"400": NO["400"]})
        change = call(shown, object_of([], **texts), others={"400": NO["400"], "404": NO["404"]})
        gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
        read = call(shown, others={"404": NO["404"]})
        found[path] = {"get": call({"type": "array", "items": shown}), "post": made}
        found[f"{path}/{{id}}"] = {"parameters": [ITEM], "get": read, "patch": change, "delete": gone}
    return written(folder, found)


def ran(service: Service, folder: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], Json]:
    with serving(service) as url:
        told = run_document(document(folder), url, folder / "run", "--profile", "smoke", *options)
    return told, json.loads((folder / "run/summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("other", OTHERS)
def test_a_target_that_is_another_one_is_told_once(other: str, tmp_path: Path) -> None:
    service = deployed(150, other)
    told, summary = ran(service, tmp_path)
    assert told.returncode == 3, told.stdout + told.stderr
    assert SAID[other] in told.stdout
    assert "fail" not in summary["counts"] or summary["counts"]["fail"] == 0
    assert service.until > -60, "nothing more is sent"
    assert service.store("box"), "what is there is not taken for gone"
    assert [*(tmp_path / ".restproof").glob("*.jsonl")], "it is cleaned up later"


def test_what_several_workers_have_made_is_left_to_a_later_clean_up(tmp_path: Path) -> None:
    """Who cleans up after them has not seen that the target is another one."""
    service = deployed(200, "nowhere")
    told, _ = ran(service, tmp_path, "--concurrency", "2")
    assert SAID["nowhere"] in told.stdout, told.stdout + told.stderr
    parts = read(tmp_path / "run/run.jsonl.gz").exchanges
    assert {e.setup for e in parts} & {"presence", "cleanup"} == {"presence"}
    ledgers = [Ledger(path) for path in (tmp_path / ".restproof").glob("*.jsonl")]
    assert sum(not ledger.is_deleted(entry) for ledger in ledgers for entry in ledger.entries())
    assert any(ledger.replaced for ledger in ledgers)


@pytest.mark.parametrize("other", OTHERS)
def test_one_that_is_so_from_the_beginning_is_not_excused(other: str, tmp_path: Path) -> None:
    told, _ = ran(deployed(0, other), tmp_path)
    assert "every answer is" not in told.stdout


@pytest.mark.parametrize("other", OTHERS)
def test_where_a_part_of_it_stays_the_run_goes_on(other: str, tmp_path: Path) -> None:
    told, summary = ran(deployed(150, other, stays="/boxes"), tmp_path)
    assert "every answer is" not in told.stdout
    left = {r["requirement"] for r in summary["results"] if r["resource"] == "box" and r["outcome"] == "not tested"}
    assert left == {"input.generated"}, "boxes are judged to the end of the profile"
    assert {"fail", "blocked"} & {r["outcome"] for r in summary["results"] if r["resource"] == "lide"}


@pytest.mark.parametrize("other", OTHERS)
def test_one_that_is_replaced_near_the_end_is_told_once_too(other: str, tmp_path: Path) -> None:
    """The last answers are fewer than what makes a run ask in its midst."""
    whole = deployed(10**9, other)
    (tmp_path / "whole").mkdir()
    ran(whole, tmp_path / "whole", "--seed", "1")
    swept = sum(e.setup == "cleanup" for e in read(tmp_path / "whole/run/run.jsonl.gz").exchanges)
    told, summary = ran(deployed(10**9 - whole.until - swept - 6, other), tmp_path, "--seed", "1")
    assert SAID[other] in told.stdout, told.stdout + told.stderr
    assert summary["counts"].get("fail", 0) == 0
    assert [*(tmp_path / ".restproof").glob("*.jsonl")], "it is cleaned up later"
