"""Runs on a real scheduler of Dask with three workers, of which one is lost, or all are asked to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.strangers.harness import write_contract
from tests.strangers.server import CONTRACT, Server, listening

from restproof.errors import ConfigurationError
from restproof.shards.run import engine_of

pytestmark = pytest.mark.skipif(os.environ.get("ENGINE") != "whole", reason="minutes: tox -e engine")

SOURCE = Path(__file__).parents[2] / "src"
TOKEN = "a-token-of-nobody-8f3c1d"
LONGEST = 300
SOME = ("create", "update.answers-ok", "update.persists", "delete", "list.all", "protocol.json-valid")


@dataclass
class Cluster:
    """A scheduler and three workers, each a process whose log is a file in ``folder``."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def workers(self) -> list[subprocess.Popen[bytes]]:
        return self.processes[1:]

    @property
    def url(self) -> str:
        return str(json.loads(self._about.read_text())["address"]).replace("tcp://", "dask://")

    @property
    def _about(self) -> Path:
        return self.folder / "scheduler.json"

    def start(self) -> None:
        common = ("--scheduler-file", str(self._about), "--no-dashboard")
        self._begin("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common)
        until(self._about.is_file)
        for number in range(3):
            place = self.folder / f"worker-{number}"
            place.mkdir()
            words = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--local-directory", str(place))
            self._begin("distributed.cli.dask_worker", *words, *common)

    def _begin(self, module: str, *words: str) -> None:
        with (self.folder / f"log-{len(self.processes)}.txt").open("wb") as log:
            command = [sys.executable, "-m", module, *words]
            self.processes.append(
                subprocess.Popen(command, cwd=self.folder, env=environment(), stdout=log, stderr=subprocess.STDOUT)
            )

    def stop(self) -> None:
        """The workers first: one that has lost its scheduler waits for it before it ends."""
        for ending in (self.workers, self.processes[:1]):
            for process in ending:
                process.terminate()
            for process in ending:
                process.wait(LONGEST)

    def written(self) -> dict[str, bytes]:
        """All that the cluster has written anywhere, by file."""
        return {str(f): f.read_bytes() for f in self.folder.rglob("*") if f.is_file()}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "team"
    write_contract(folder, CONTRACT.replace("auth: none", "auth: {scheme: bearer}"))
    return folder


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE)}


def until(happened: Callable[[], Any]) -> None:
    ends = time.monotonic() + LONGEST
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.05)


def began(here: Path, url: str, *words: str) -> subprocess.Popen[str]:
    (here / "restproof.toml").write_text(
        f'[targets.staging]\nbase_url = "{url}"\n[targets.staging.credentials]\nfull = "${{STAGING_TOKEN}}"\n'
    )
    only = [word for name in SOME for word in ("--only", name)]
    return subprocess.Popen(
        [sys.executable, "-m", "restproof", "run", "--target", "staging", *only, *words],
        cwd=here,
        env={**environment(), "STAGING_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def results(folder: Path) -> dict[tuple[str, str, str], str]:
    """The outcomes by item; without those of a rule that judges what refused creates have left, for each shard has its
    own, and perhaps none."""
    found = json.loads((folder / "summary.json").read_text())["results"]
    found = [r for r in found if r["requirement"] != "create.failed-leaves-nothing"]
    return {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in found}


def shards_of(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes of the shards that a worker is at."""
    children = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in children.stdout.split()]


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = run.communicate(timeout=LONGEST)
    return run.returncode, out + err


def no_secret(cluster: Cluster, said: str, here: Path) -> None:
    written = {**cluster.written(), "terminal": said.encode()}
    written |= {str(f): f.read_bytes() for f in here.rglob("*") if f.is_file()}
    assert not [name for name, data in written.items() if TOKEN.encode() in data]


@pytest.mark.parametrize("machine", [True, False], ids=["machine", "worker"])
def test_a_worker_is_lost_midway(machine: bool, cluster: Cluster, here: Path) -> None:
    whole = Server()
    with listening(whole) as url:
        code, said = ended(began(here, url, "-q", "--out", "whole"))
    assert code in (0, 1), said
    server = Server()
    with listening(server) as url:
        run = began(here, url, "--engine", cluster.url, "--workers", "6", "--out", "spread")
        victim = cluster.workers[0]
        until(lambda: len(server.log) > 300 and shards_of(victim) and (here / ".restproof").is_dir())
        pids = shards_of(victim) if machine else []
        victim.kill()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        again, words = ended(run)
    assert again == code, words
    assert "is begun again" in words
    assert results(here / "spread") == results(here / "whole")
    assert server.harm() == []
    assert not any(server.ours().values()), words
    assert not (here / ".restproof").exists()
    no_secret(cluster, words, here)


def test_ctrl_c_ends_every_shard(cluster: Cluster, here: Path) -> None:
    server = Server()
    with listening(server) as url:
        run = began(here, url, "--engine", cluster.url, "--workers", "3", "--out", "spread")
        until(lambda: len(server.log) > 300 and all(map(shards_of, cluster.workers)))
        run.send_signal(signal.SIGINT)
        code, words = ended(run)
        until(lambda: not any(map(shards_of, cluster.workers)))
    assert code == 130, words
    assert server.harm() == []
    assert not any(server.ours().values()), words
    told = json.loads((here / "spread" / "summary.json").read_text())
    # A create whose answer the signal broke off may be stored yet, as far as the run can know.
    assert all("sent and not answered" in line for line in told["left"])
    assert (here / ".restproof").exists() == bool(told["left"])
    assert told["complete"] is False
    no_secret(cluster, words, here)


def test_an_engine_over_tls_needs_certificates() -> None:
    with pytest.raises(ConfigurationError, match="needs a certificate, a key and a CA"):
        engine_of("dask+tls://127.0.0.1:9", None)
