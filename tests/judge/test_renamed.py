"""Recorded traffic in which an update gives a resource another id: nothing is told to be lost, or to be back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.contract.test_changing_ids import write
from tests.sandbox.client import Client

import restproof
from restproof.contract.load import load
from restproof.wire.message import About, Exchange, Request, Response

from .client import har


def test_what_was_renamed_is_neither_lost_nor_back(tmp_path: Path) -> None:
    made = tmp_path / "contract"
    made.mkdir()
    contract = write(made)
    client, exchanges = Client(load(contract)), list[Exchange]()

    def send(method: str, path: str, **body: str) -> None:
        answer = client(method, path, body or None)
        sent = Request(method, path, body=json.dumps(body).encode() if body else None)
        shown = Response(answer.status, "", tuple(answer.headers.items()), answer.body)
        url = f"http://api.test{path}"
        exchanges.append(Exchange(len(exchanges), sent, url, shown, None, 0.0, 0.0, None, About("tag", "read")))

    send("POST", "/tags", name="b")
    send("DELETE", "/tags/b")
    send("POST", "/tags", name="a")
    send("PATCH", "/tags/a", name="b")
    for path in ("/tags/a", "/tags/b", "/tags"):
        send("GET", path)
    file = tmp_path / "traffic.har"
    file.write_text(json.dumps(har(exchanges)))
    verdict = restproof.judge(file, contract, base_url="http://api.test")
    assert [r.message for r in verdict.results if r.outcome == "fail"] == []
