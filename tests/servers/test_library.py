"""The suites against Django REST Framework JSON:API, with two models behind it: what fails is what was checked by hand
and declared. By default a part of ``smoke``; with ``SERVERS=all`` (``tox -e library``) whole, at ``ci``."""

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
LIBRARY = Path(__file__).parent / "library"
DEVIATIONS = LIBRARY / "deviations.yaml"
BRIEFLY = [f"--only={rule}" for rule in ("create", "read", "update.answers-ok", "update.persists", "delete", "shape")]
WHOLE = os.environ.get("SERVERS") == "all"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an empty server."""
    if find_spec("rest_framework_json_api") is None and not os.environ.get("CI"):
        pytest.skip("there is no Django REST Framework JSON:API here: tox -e library")
    folder = tmp_path_factory.mktemp("library")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "tests.servers.library.serve", str(port), str(folder / "library.db")]

    def answers() -> bool:
        return bool(listed(port, "authors") == [])

    with started(command, answers, folder / "library.log", folder=ROOT):
        yield port


def listed(port: int, path: str) -> Any:
    """The entries of a list."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", f"/api/{path}?page[size]=100")
        return json.loads(connection.getresponse().read())["data"]
    finally:
        connection.close()


def test_the_library_conforms_but_for_what_is_declared(library: int, tmp_path: Path) -> None:
    narrowed = ["--profile", "ci"] if WHOLE else ["--profile", "smoke", "--resource", "Book", *BRIEFLY]
    conforming(LIBRARY, f"http://127.0.0.1:{library}", DEVIATIONS, tmp_path, arguments=narrowed)
    prefix = read(tmp_path / "run" / "run.jsonl.gz").header.prefix
    assert prefix not in json.dumps([listed(library, path) for path in ("authors", "books")])


def test_each_deviation_has_its_evidence() -> None:
    evidenced(DEVIATIONS)
