"""Creates whose requests choose the id, on a server where others have some: theirs stay, and ours go or are told."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import forked
from tests.miniatures.kinds_chosen import ByPath, ByQuery, Chosen, Losing, Numbering, kinds

from restproof.contract.load import check
from restproof.wire.message import Request

CONTRACTS = [kind.contract for kind in kinds()]


@contextmanager
def serving(shop: Chosen) -> Iterator[str]:
    """The base URL of a miniature, while it runs in a thread."""
    one_at_a_time = threading.Lock()

    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def speak(self) -> None:
            length = self.headers.get("Content-Length", "0")
            body = self.rfile.read(int(length)) if length.isdigit() else b""
            with one_at_a_time:
                asked = Request(self.command, self.path, (), tuple(self.headers.items()), body or None)
                status, data, fields = shop(asked)
            self.send_response(status)
            for name, value in fields:
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD" and status != 204:
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = speak

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def written(folder: Path, contract: Any, schema: Any) -> Path:
    made = folder / "contracts" / "mini"
    made.mkdir(parents=True)
    (made / "contract.yaml").write_text(yaml.safe_dump({**contract, "auth": {"scheme": "none"}}))
    (folder / "schemas" / "mini").mkdir(parents=True)
    (folder / "schemas" / "mini" / "item.json").write_text(json.dumps(schema))
    return made


@pytest.mark.parametrize(
    ("shop", "contract", "code"),
    [(ByPath, 0, 0), (Losing, 0, 1), (ByQuery, 1, 0), (Numbering, 1, 1)],
    ids=["by its path", "lost", "by a parameter", "passed over"],
)
def test_what_others_have_stays_and_what_is_ours_goes_or_is_told(
    shop: type[Chosen], contract: int, code: int, tmp_path: Path
) -> None:
    server = shop()
    others = copy.deepcopy(server.rows["/items"])
    written(tmp_path, CONTRACTS[contract], shop.SCHEMAS["/items"])
    with serving(server) as url:
        only = [word for rule in ("create", "delete.answers", "update.persists") for word in ("--only", rule)]
        words = ["run", "mini", "-q", "--target", url, "--profile", "smoke", *only, "--out", str(tmp_path / "run")]
        told = forked.run("restproof", words, cwd=tmp_path, timeout=120)
    assert told.returncode == code, told.stdout + told.stderr
    rows = server.rows["/items"]
    assert {id: row for id, row in rows.items() if id in others} == others
    if rows.keys() != others.keys():
        assert "left on the target" in told.stdout


def test_a_body_that_may_hold_the_id_as_well_is_refused(tmp_path: Path) -> None:
    schema = {**Chosen.SCHEMAS["/items"]}
    schema["properties"] = {**schema["properties"], "id": {"type": "string"}}
    (problem,) = check(written(tmp_path, CONTRACTS[0], schema))
    assert "a create names the id, and its body may hold one too" in str(problem)


def test_what_the_server_numbers_has_no_id_before_it_is_made(tmp_path: Path) -> None:
    contract = copy.deepcopy(CONTRACTS[1])
    del contract["resources"]["item"]["id"]
    (problem,) = check(written(tmp_path, contract, Chosen.SCHEMAS["/items"]))
    assert "the create names the id of one item" in str(problem)
    assert "chosen_by: client" in str(problem)
