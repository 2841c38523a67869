"""Many services: what ``fleet.toml`` says, which of them run, what is kept of them, and the page."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.strangers.harness import write_contract

from restproof.cli.main import run as restproof
from restproof.errors import ConfigurationError
from restproof.fleet.page import render_fleet_html
from restproof.fleet.running import FleetRun, changed, fingerprint, unfinished
from restproof.fleet.spec import Fleet, read_fleet
from restproof.fleet.standing import render_fleet_json, render_fleet_markdown, standings
from restproof.fleet.store import Record, Store

TWO = """\
options = ["--profile", "smoke", "--resource", "office", "--only", "update.persists"]
[services.calm]
folder = "calm"
owner = "team-calm"
tags = ["nightly"]
[services.wild]
folder = "wild"
options = ["--fault", "update-not-stored"]
[rates]
"127.0.0.1" = 7
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("calm", "wild"):
        (tmp_path / name).mkdir()
    (tmp_path / "fleet.toml").write_text(TWO)
    return tmp_path


@pytest.fixture
def fleet(folder: Path) -> Fleet:
    return read_fleet(folder / "fleet.toml")


@pytest.fixture
def store(fleet: Fleet) -> Store:
    return Store(fleet.runs, fleet.root)


def kept(store: Store, folder: Path, service: str, name: str, outcome: str | None, **more: Any) -> None:
    """A run of a service with one result, or without a verdict."""
    left = folder / "left"
    left.mkdir(exist_ok=True)
    for file in left.iterdir():
        file.unlink()
    if outcome:
        verdict = "not conforming" if outcome == "fail" else "conforming"
        result = {"requirement": "update.persists", "level": "must", "resource": "office", "operation": "update"}
        counts = {"fail": int(outcome == "fail"), "pass": int(outcome == "pass")}
        document = {"verdict": verdict, "complete": True, "unproven": [], "requests": 9, "duration_s": 0.5}
        document |= {"counts": counts, "results": [{**result, "outcome": outcome}]}
        (left / "summary.json").write_text(json.dumps(document))
        more |= {"verdict": verdict, "failing": counts["fail"]}
    store.keep(Record(service, name, more.pop("fleet_run", "f"), 0, **more), left)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("", "this fleet has no services", 0),
        ("[services.a]\nfolder = 'absent'\n", "there is no folder", 2),
        ("[services.a]\nonwer = 'x'\n", "unknown key 'onwer' in [services.a] (did you mean 'owner'?)", 2),
        ("[services.a]\ntags = 'nightly'\n", "services.a.tags must be a list of texts", 2),
        ("[services.a]\noptions = ['--out', 'x']\n", "--out is an option that a fleet sets itself", 2),
        ("[services.a]\noptions = ['--coordinate=redis://:open-sesame@h']\n", "--coordinate is an option that", 2),
        ("[services.a]\noptions = '--target https://u:open-sesame@h'\n", "a list of texts, not a text", 2),
        ("keep = 0\n[services.a]\n", "keep must be at least 1", 1),
        ("[rates]\n'h' = -1\n[services.a]\n", "rates.h must be greater than 0", 0),
        ("[services.'a/b']\n", "'a/b' is no name of a service", 1),
        ("services = 1\n", "services must be a table", 1),
        ("a = [\n", "not valid TOML", 0),
    ],
)
def test_what_is_wrong_with_a_fleet_is_told_with_its_line(tmp_path: Path, text: str, said: str, line: int) -> None:
    (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(ConfigurationError) as told:
        read_fleet(tmp_path / "fleet.toml")
    assert said in told.value.message
    assert "open-sesame" not in str(told.value)
    assert told.value.place is not None
    assert line in (0, told.value.place.line)


def test_a_rate_is_that_of_the_host(folder: Path, fleet: Fleet) -> None:
    (folder / "calm" / "restproof.toml").write_text(
        'target = "s"\n[targets.s]\nbase_url = "http://127.0.0.1:8000/v1"\n'
    )
    calm, wild = fleet.services.values()
    assert (fleet.rate(calm.host()), fleet.rate(wild.host())) == (7.0, None)


def test_the_newest_runs_are_kept(fleet: Fleet, store: Store, folder: Path) -> None:
    for name in ("1", "2", "3"):
        kept(store, folder, "calm", name, "pass")
    store.thin("calm", 2)
    assert store.names("calm") == ["2", "3"]


def test_a_folder_may_have_any_name(folder: Path) -> None:
    store = Store("runs [of*?all]", folder)
    assert store.names("calm") == []
    kept(store, folder, "calm", "1", "pass")
    assert store.names("calm") == ["1"]


def test_a_store_may_be_anywhere(fleet: Fleet, folder: Path) -> None:
    elsewhere = Store("memory://fleet-of-the-tests", folder)
    kept(elsewhere, folder, "calm", "1", "pass")
    assert (elsewhere.names("calm"), elsewhere.names("wild")) == (["1"], [])
    assert standings(fleet, elsewhere).services[-1].verdict == "conforming"
    with pytest.raises(ConfigurationError, match="runs = 'nowhere://x'"):
        Store("nowhere://x", folder)


def test_the_worst_stand_first_with_what_has_turned(fleet: Fleet, store: Store, folder: Path) -> None:
    kept(store, folder, "calm", "1", "fail")
    kept(store, folder, "calm", "2", "pass")
    kept(store, folder, "wild", "1", "pass")
    kept(store, folder, "wild", "2", "fail")
    wild, calm = standings(fleet, store).services
    assert (wild.service, wild.verdict, wild.broken) == ("wild", "not conforming", ("update.persists office update",))
    assert (calm.mended, [past.verdict for past in calm.runs]) == (wild.broken, ["not conforming", "conforming"])
    assert calm.page == "calm/2/index.html"


def test_a_service_that_could_not_run_says_why(fleet: Fleet, store: Store, folder: Path) -> None:
    kept(store, folder, "calm", "1", None, said="there is no contract <b>'x'</b>")
    kept(store, folder, "wild", "1", None, fleet_run="")
    found = standings(fleet, store)
    assert {s.service: s.verdict for s in found.services} == {"calm": "could not run", "wild": "interrupted"}
    assert "there is no contract &lt;b&gt;" in render_fleet_html(found)
    assert r"there is no contract \<b\>'x'" in render_fleet_markdown(found)
    assert [s["verdict"] for s in json.loads(render_fleet_json(found))["services"]] == ["could not run", "interrupted"]


def test_the_page_is_whole(fleet: Fleet, store: Store, folder: Path) -> None:
    kept(store, folder, "wild", "1", "fail")
    opened: list[str] = []

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert "script" not in tag
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    kept(store, folder, "calm", "20261129T202457123456Z", "pass")
    page = render_fleet_html(standings(fleet, store))
    Page().feed(page)
    assert not opened
    assert "last run 2026-11-29 20:24 UTC" in page
    assert "A cell is a family of rules: its worst outcome" in page


@pytest.mark.parametrize(
    ("engine", "coordinate", "said"),
    [
        (None, None, "--rate 7.0 --coordinate {here}"),
        ("local", None, "--engine local --rate 7.0 --coordinate {here}"),
        ("dask://there:8786", None, "--engine dask://there:8786 --rate 3.5"),
        ("dask://there:8786", "redis://r", "--engine dask://there:8786 --rate 7.0 --coordinate redis://r"),
    ],
)
def test_the_rate_of_a_host_holds_wherever_the_runs_take_place(
    engine: str | None, coordinate: str | None, said: str, folder: Path, fleet: Fleet, store: Store
) -> None:
    (folder / "calm" / "restproof.toml").write_text('[targets.own]\nbase_url = "http://127.0.0.1:9"\n')
    service = replace(fleet.services["calm"], target="own")
    going = FleetRun(fleet, store, "1", lambda record: None, 2, engine, coordinate)
    words = going._command(service, folder / "out", folder)
    assert " ".join(words).endswith(f"--out {folder / 'out'} {said.format(here=folder)}")


def test_what_has_not_changed_is_not_run_again(fleet: Fleet, store: Store, folder: Path) -> None:
    calm, wild = fleet.services.values()
    own = write_contract(calm.folder)
    known = own / "known.yaml"
    known.write_text("[]\n")
    with (own / "contract.yaml").open("a") as contract:
        contract.write("deviations: known.yaml\n")
    calm = replace(calm, contract="contracts/strangers/contract.yaml")
    assert changed([calm, wild], store) == [calm, wild]
    for number, file in enumerate((known, calm.folder / "restproof_hooks.py", calm.folder / "suites" / "test_own.py")):
        kept(store, folder, "calm", str(number), "pass", fingerprint=fingerprint(calm))
        assert changed([calm, wild], store) == [wild]
        file.parent.mkdir(exist_ok=True)
        file.write_text("# restproof.suite\n")
        assert changed([calm, wild], store) == [calm, wild]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the runs of services be a Python program."""

    def program(text: str) -> None:
        monkeypatch.setattr(FleetRun, "_command", lambda *_: [sys.executable, "-c", text])

    return program


WAITS = """\
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
print("here", flush=True)
while True:
    time.sleep(0.05)
"""


@pytest.fixture
def interrupted(tmp_path: Path) -> Iterator[None]:
    """Sends SIGINT to this process as soon as a run has begun."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            if any(path.read_text() for path in tmp_path.rglob("log.txt")):
                os.kill(os.getpid(), signal.SIGINT)
                return

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    done.set()
    thread.join()


def test_a_signal_ends_what_has_begun_and_the_rest_is_resumed(
    fleet: Fleet,
    store: Store,
    ends: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interrupted: None,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ends(WAITS)
    told: list[Record] = []
    running = FleetRun(fleet, store, "f1", told.append, jobs=1)
    running.run(list(fleet.services.values()))
    assert (running.stopped, [r.exit_code for r in told]) == (signal.SIGINT, [130])
    id, left = unfinished(fleet, store)
    assert (id, [s.name for s in left]) == ("f1", ["calm", "wild"])
    ends("print('restproof: cannot be read')")
    FleetRun(fleet, store, id, told.append, jobs=2).run(left)
    assert [r.said for r in told[1:]] == ["cannot be read"] * 2
    with pytest.raises(ConfigurationError, match="no run of this fleet was stopped"):
        unfinished(fleet, store)


def test_a_fleet_runs_its_services(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(folder / "fleet.toml")
    assert restproof(["fleet", "run", "--fleet", file]) == 1
    told = capsys.readouterr().out
    assert "wild: not conforming (1 fail" in told
    assert "2 run; of 2 services 1 not conforming, 1 conforming. Report: " in told
    assert restproof(["fleet", "run", "--fleet", file, "--only-changed", "--tag", "nightly"]) == 0
    assert "1 unchanged since the last run\n0 run" in capsys.readouterr().out
    assert (folder / "fleet-runs" / "fleet.html").is_file()
    assert restproof(["fleet", "run", "--fleet", file, "--service", "clam"]) == 2
    assert "no service 'clam' (did you mean 'calm'?)" in capsys.readouterr().err
