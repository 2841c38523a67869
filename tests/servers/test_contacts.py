"""The suites against Flask-AppBuilder, with the contacts of its documentation behind it: what fails is what was checked
by hand and declared. By default a part of ``smoke``; with ``SERVERS=all`` (``tox -e contacts``) whole, at ``ci``."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from restproof.deviations import load_deviations
from restproof.record.reader import read

from .started import started

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("contacts"), pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
CONTACTS = Path(__file__).parent / "contacts"
DEVIATIONS = CONTACTS / "deviations.yaml"
BRIEFLY = [f"--only={rule}" for rule in ("create.reads-back", "update.answers-ok", "update.persists", "delete.is-gone")]
WHOLE = os.environ.get("SERVERS") == "all"
USER = {"username": "tester", "password": "of no use", "provider": "db"}


def called(port: int, method: str, path: str, body: Any = None, token: str = "") -> Any:
    """The JSON that answers a request under ``/api/v1``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        sent = None if body is None else json.dumps(body)
        connection.request(method, f"/api/v1{path}", sent, headers if token else {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """The port of an empty server, and a token."""
    if find_spec("flask_appbuilder") is None and not os.environ.get("CI"):
        pytest.skip("there is no Flask-AppBuilder here: tox -e contacts")
    folder = tmp_path_factory.mktemp("contacts")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = int(held.getsockname()[1])
    command = [sys.executable, "-m", "tests.servers.contacts.serve", str(port), str(folder / "contacts.db")]
    found: list[str] = []

    def answers() -> bool:
        found[:] = [called(port, "POST", "/security/login", USER)["access_token"]]
        return True

    with started(command, answers, folder / "contacts.log", folder=ROOT):
        yield port, found[0]


def test_the_contacts_conform_but_for_what_is_declared(contacts: tuple[int, str], tmp_path: Path) -> None:
    """In a whole run a deviation that no longer fails is stale, and the verdict says so: no failure is missing."""
    port, token = contacts
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "RESTPROOF_"))}
    narrowed = ["--profile", "ci"] if WHOLE else ["--profile", "smoke", "--resource", "contact", *BRIEFLY]
    command = [sys.executable, "-m", "restproof", "run", str(CONTACTS), "--target", f"http://127.0.0.1:{port}"]
    process = subprocess.run(
        [*command, "--out", "run", "--deviations", str(DEVIATIONS), *narrowed],
        cwd=tmp_path,
        env=environment | {"RESTPROOF_FULL": token},
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    said = process.stdout + process.stderr
    assert process.returncode == 0, said
    summary: dict[str, Any] = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["verdict"] == "conforming", said
    assert [r for r in summary["results"] if r["outcome"] in ("fail", "error", "blocked")] == [], said
    run = read(tmp_path / "run" / "run.jsonl.gz")
    assert token not in json.dumps([[e.request.url, e.request.headers] for e in run.exchanges])
    left = [called(port, "GET", f"/{path}/?q=(page_size:-1)", None, token) for path in ("contact", "group", "tag")]
    assert run.header.prefix not in json.dumps(left)


def test_each_deviation_has_its_evidence() -> None:
    for deviation in load_deviations(DEVIATIONS):
        evidence = deviation["evidence"] or ""
        assert "Sent: " in evidence, deviation
        assert "Answered: " in evidence, deviation
