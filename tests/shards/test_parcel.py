"""What travels to an attempt, for whom alone it can be opened, and what waits before it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.strangers.harness import write_contract

from restproof.cli.pages import page_of
from restproof.contract.load import load
from restproof.errors import ConfigurationError, StorageError
from restproof.session.options import Options
from restproof.session.promise import Promise, promised
from restproof.shards.parcel import Parcel, parcel_of
from restproof.shards.run import check, engine_of
from restproof.shards.sealing import NotForUs, Opener, sealed
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.witness import Witness

SECTION = """\
[targets.staging]
base_url = "https://staging.example.com"
rate = 12
{more}
[targets.staging.credentials]
full = "${{STAGING_TOKEN}}"
"""


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "team" / "service"
    write_contract(folder)
    contract = folder / "contracts" / "strangers" / "contract.yaml"
    contract.write_text(contract.read_text().replace("auth: none\n", "extends: ../../../standard.yaml\n"))
    (tmp_path / "team" / "standard.yaml").write_text("auth: {scheme: bearer}\n")
    (folder / "restproof_hooks.py").write_text("")
    (folder / "unread.txt").write_text("nothing reads this")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("STAGING_TOKEN", "the-token-of-staging")
    monkeypatch.setenv("PRODUCTION_TOKEN", "another-one")
    return folder


def configured(team: Path, more: str = "", **options: Any) -> Promise:
    (team / "restproof.toml").write_text(SECTION.format(more=more))
    return promised(Options.said({"target": "staging", **options}), team)


def test_what_a_run_reads_travels_and_its_paths_lead_where_they_did(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = team / "contracts" / "strangers" / "contract.yaml"
    own = "deviations: known.yaml\nformats: {tag: {check: own.py:is_tag, examples: [a]}}\n"
    contract.write_text(contract.read_text() + own)
    contract.with_name("known.yaml").write_text("[]\n")
    contract.with_name("own.py").write_text("def is_tag(text):\n    return text.isalpha()\n")
    promise = configured(team, max_requests=100)
    for linked in (team / "restproof.toml", team.parent / "standard.yaml"):
        linked.symlink_to(linked.rename(tmp_path / f"shared-{linked.name}"))
    parcel = Parcel.unpacked(parcel_of(promise, team, ["-x"], 3).packed())
    assert "service/unread.txt" not in parcel.files
    assert {"standard.yaml", "service/restproof.toml", "service/restproof_hooks.py"} < parcel.files.keys()
    here = parcel.laid_out(tmp_path / "elsewhere")
    assert here == tmp_path / "elsewhere" / "service"
    monkeypatch.chdir(here)
    assert load(here / str(parcel.options["contract"])).auth.scheme == "bearer"
    assert all(file.stat().st_mode & 0o077 == 0 for file in here.rglob("*") if file.is_file())
    assert parcel.variables == {"STAGING_TOKEN": "the-token-of-staging"}
    assert (parcel.options["rate"], parcel.options["max_requests"], parcel.words) == (4, 33, ["-x"])
    assert parcel.of_shard(2, 3).options["shard"] == "2/3"


def test_a_private_key_stays_where_it_is(team: Path) -> None:
    (team / "key.pem").write_text("")
    promise = configured(team, 'client_key = "key.pem"\nclient_cert = "/etc/cert.pem"')
    object.__setattr__(promise, "target", promise.config.sections["staging"].target)
    with pytest.raises(ConfigurationError, match="client_key does not travel") as raised:
        parcel_of(promise, team, (), 2)
    assert "restproof.toml:4" in str(raised.value)


def test_only_its_attempt_opens_a_parcel() -> None:
    opener = Opener()
    data = sealed(b"secret", opener.public)
    assert opener.opened(data) == b"secret"
    assert b"secret" not in data
    for other, what in ((Opener(), data), (opener, data[:-1] + bytes([data[-1] ^ 1])), (opener, b"")):
        with pytest.raises(NotForUs):
            other.opened(what)


def test_a_write_waits_until_its_line_is_kept_elsewhere(tmp_path: Path) -> None:
    lines, up = os.pipe()
    down, words = os.pipe()
    witness = Witness()
    witness.through(up, down)
    ledger = Ledger(tmp_path / "ledger.jsonl", Origin(prefix="abc"), witness)
    sent = threading.Event()

    def write() -> None:
        ledger.intend("office", "/offices")
        sent.set()

    thread = threading.Thread(target=write)
    thread.start()
    with open(lines, "rb") as told:
        first, intend = json.loads(told.readline()), json.loads(told.readline())
        assert json.loads(first["line"])["prefix"] == "abc"
        assert (json.loads(intend["line"])["event"], first["n"], intend["n"]) == ("intend", 0, 1)
        assert not sent.wait(0.05)
        os.write(words, b"0\n1\n")
        thread.join(5)
        assert sent.is_set()
        ledger.created(1, "/offices/1", 1)  # which nobody waits for
        os.close(words)
        with pytest.raises(StorageError, match="nobody keeps the ledger"):
            ledger.intend("office", "/offices")
    ledger.deleted("/offices/1")  # clean-up goes on, whoever is gone
    with pytest.raises(StorageError, match="cannot be written"):
        ledger.intend("office", "/offices")


def test_a_process_whose_worker_dies_before_it_has_begun_takes_its_folder_away(tmp_path: Path) -> None:
    folder = tmp_path / "shard"
    folder.mkdir()
    command = [sys.executable, "-m", "restproof.api.shard", str(folder), "1", "1"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(b'{"options": {"shard": "1/1"}, "words": [], "given": {}, "bundled": ""}\n')
    process.stdin.close()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert not folder.exists()


@pytest.mark.parametrize(
    ("options", "engine", "told"),
    [
        ({"shard": "1/2"}, "local", "--shard and --engine"),
        ({"coordinate": "/tmp/turns", "rate": 1.0}, "dask://there:8786", "--coordinate names a folder"),
        ({"deviations": "absent.yaml"}, "local", "cannot be read: No such file"),
    ],
)
def test_what_does_not_go_together_is_said_at_once(options: dict[str, Any], engine: str, told: str, team: Path) -> None:
    with pytest.raises(ConfigurationError, match=told):
        check(configured(team, **options), engine)


@pytest.mark.parametrize("said", ["ray://there:1", "dask://there", "dask://"])
def test_what_is_no_engine_is_refused(said: str) -> None:
    with pytest.raises(ConfigurationError, match="there is no such engine"):
        engine_of(said, None)


def test_more_processes_than_a_machine_has_room_for_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="--engine local: 5000 processes are too many for the") as raised:
        engine_of("local", 5000)
    assert page_of(raised.value) == "docs/scaling.md"
