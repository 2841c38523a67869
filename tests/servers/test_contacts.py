"""The suites against Flask-AppBuilder, with the contacts of its documentation behind it: what fails is what was checked
by hand and declared. By default a part of ``smoke``; with ``SERVERS=all`` (``tox -e contacts``) whole, at ``ci``."""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_ports

from restproof.record.reader import read

from .proved import conforming, evidenced
from .started import started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

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
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """The port of an empty server, and a token."""
    if find_spec("flask_appbuilder") is None and not os.environ.get("CI"):
        pytest.skip("there is no Flask-AppBuilder here: tox -e contacts")
    folder = tmp_path_factory.mktemp("contacts")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "tests.servers.contacts.serve", str(port), str(folder / "contacts.db")]
    found: list[str] = []

    def answers() -> bool:
        found[:] = [called(port, "POST", "/security/login", USER)["access_token"]]
        return True

    with started(command, answers, folder / "contacts.log", folder=ROOT):
        yield port, found[0]


def test_the_contacts_conform_but_for_what_is_declared(contacts: tuple[int, str], tmp_path: Path) -> None:
    port, token = contacts
    narrowed = ["--profile", "ci"] if WHOLE else ["--profile", "smoke", "--resource", "contact", *BRIEFLY]
    found = {"RESTPROOF_FULL": token}
    conforming(CONTACTS, f"http://127.0.0.1:{port}", DEVIATIONS, tmp_path, arguments=narrowed, environment=found)
    run = read(tmp_path / "run" / "run.jsonl.gz")
    assert token not in json.dumps([[e.request.url, e.request.headers] for e in run.exchanges])
    left = [called(port, "GET", f"/{path}/?q=(page_size:-1)", None, token) for path in ("contact", "group", "tag")]
    assert run.header.prefix not in json.dumps(left)


def test_each_deviation_has_its_evidence() -> None:
    evidenced(DEVIATIONS)
