"""``restproof`` in a process of its own, and what it leaves."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests import forked

import restproof
from restproof.bundle import bundled_dir
from restproof.sandbox.launch import Running
from restproof.sandbox.serve import target_section

CONTRACT = bundled_dir() / "contracts" / "procore"


# Few requests that make something: enough for a verdict.
NARROW = ("--resource", "office", "--only", "create.answers-created")


def environment(**more: str) -> dict[str, str]:
    source = str(Path(restproof.__file__).parent.parent)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_", "HYPOTHESIS_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]), "CI": "1", **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "restproof", *arguments]


def restproof_(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    done = forked.run("restproof", arguments, cwd=cwd, env=environment(**more), timeout=90)
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return found


def outcomes(folder: Path) -> dict[tuple[str, str, str], str]:
    return {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in summary(folder)["results"]}


def until(true: Callable[[], object], seconds: float = 60.0) -> bool:
    """Whether ``true`` becomes true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def configured(here: Path, server: Running, **credentials: str) -> Running:
    secrets = {**server.credentials, **credentials}
    (here / "restproof.toml").write_text(target_section(server.base_url, server.ca_bundle, secrets, server.ids))
    return server


def listed(server: Running, path: str) -> list[dict[str, Any]]:
    parts = urlsplit(server.base_url)
    context = ssl.create_default_context(cafile=str(server.ca_bundle))
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=10)
    headers = {"Authorization": f"Bearer {server.credentials['full']}"}
    connection.request("GET", f"/rest/v1.0{path}?company_id={server.ids['company']}&per_page=1000", headers=headers)
    found: list[dict[str, Any]] = json.loads(connection.getresponse().read())
    connection.close()
    return found


def nothing_is_left(here: Path) -> bool:
    """Neither a run directory nor a ledger."""
    return not (here / "reports").exists() and not (here / ".restproof").exists()
