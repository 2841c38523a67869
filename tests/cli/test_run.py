"""``restproof run`` as people use it: exit codes and messages, what a run leaves behind, and what it never shows."""

from __future__ import annotations

import base64
import gzip
import http.client
import itertools
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator
from tests import forked

import restproof
from restproof.bundle import bundled_dir
from restproof.cli.main import run
from restproof.record.reader import read
from restproof.sandbox.faults import catalogue
from restproof.sandbox.launch import Running, start
from restproof.sandbox.serve import target_section

CONTRACT = bundled_dir() / "contracts" / "procore"
SCHEMA = Path(restproof.__file__).parent / "report" / "summary.schema.json"
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


def until(true: Callable[[], object], seconds: float = 20.0) -> bool:
    """Whether ``true`` becomes true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def sandboxes_of(pid: int) -> list[int]:
    """The live sandbox processes that process ``pid`` has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents = [after for before, after in itertools.pairwise(words) if before == b"--parent"]
        if b"restproof.sandbox" in words and str(pid).encode() in parents and state != "Z":
            found.append(int(entry.name))
    return found


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A sandbox that runs do not start and end themselves."""
    with start(CONTRACT) as running:
        yield running


@pytest.fixture
def target(here: Path, server: Running) -> Running:
    """The server as the target ``sandbox`` of a restproof.toml in the working directory."""
    return configured(here, server)


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


# ----------------------------------------------------------------------------------- what was asked for makes no sense


def nothing_is_left(here: Path) -> bool:
    """Neither a run directory nor a ledger."""
    return not (here / "reports").exists() and not (here / ".restproof").exists()


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of a run that ends with 2 before pytest is even loaded."""
    assert run(["run", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def own_contract(here: Path, text: str) -> None:
    (here / "contracts/notes").mkdir(parents=True)
    (here / "contracts/notes/contract.yaml").write_text(text)
    (here / "schemas/notes").mkdir(parents=True)
    (here / "schemas/notes/note.json").write_text('{"type": "object", "properties": {"name": {"type": "string"}}}')


def test_a_misspelt_contract_is_told_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_contract(here, "contract: notes\nresources:\n  note:\n    pth: /notes\n    schema: note.json\n")
    assert "contracts/notes/contract.yaml:4: " in refused(capsys)
    assert nothing_is_left(here)


def test_a_missing_schema_is_told_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_contract(here, "contract: notes\nresources:\n  note:\n    path: /notes\n    schema: nowhere.json\n")
    err = refused(capsys)
    assert "contracts/notes/contract.yaml:5: " in err
    assert "nowhere.json" in err
    assert nothing_is_left(here)


def test_an_unset_variable_is_told_with_its_line(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    (here / "restproof.toml").write_text(
        '[targets.staging]\nbase_url = "https://127.0.0.1:1"\n'
        '[targets.staging.credentials]\nfull = "${NO_SUCH_TOKEN}"\n[targets.staging.ids]\ncompany = 5\n'
    )
    assert "restproof.toml:4: credential `full`: the environment variable NO_SUCH_TOKEN" in refused(
        capsys, "--target", "staging"
    )
    assert nothing_is_left(here)


@pytest.mark.parametrize(
    "words",
    [
        *[("--seed=3",), ("--target", "x"), ("-n", "2"), ("-n2",), ("--numprocesses=2",), ("--rootdir=.",)],
        *[("--restproof-seed=3",), ("--restproof-seed=3", "-p", "xdist")],
    ],
)
def test_what_restproof_sets_itself_is_refused_behind_the_dashes(
    words: tuple[str, ...], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = refused(capsys, "--only", "create", "--", "-x", *words)
    assert f"{words[0].partition('=')[0]} after --" in err or "-n after --" in err
    assert nothing_is_left(here)


@pytest.mark.parametrize("words", [("-p", "no:restproof.plugin"), ("-pno:python",)])
def test_what_a_run_needs_cannot_be_taken_away(
    words: tuple[str, ...], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "takes away what the run needs" in refused(capsys, "--only", "create", "--", *words)
    assert nothing_is_left(here)


def test_only_one_contract_can_be_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "unexpected extra argument" in refused(capsys, "procore", "kinto")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--resource", "offices"), "the contract has no resource 'offices'"),
        (("--target", "nowhere"), "there is no target 'nowhere'"),
        (("no-such-contract",), "there is no contract 'no-such-contract'"),
    ],
)
def test_a_name_that_is_none_is_told(
    words: tuple[str, ...], message: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(capsys, *words)
    assert nothing_is_left(here)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "creat"), "--only creat: there is no such rule"),
        (("--only", "create", "--only", "creat", "--plan"), "--only creat: there is no such rule"),
        (("--shard", "3/2"), "--shard 3/2"),
        ((*NARROW, "--fault", "no-such-fault"), "no-such-fault"),
        ((*NARROW, "--deviations", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
    ],
)
def test_what_only_the_plan_can_tell_ends_with_2(words: tuple[str, ...], message: str, here: Path) -> None:
    done = restproof_("run", *words, cwd=here)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stdout == ""
    assert nothing_is_left(here)


def test_a_directory_that_was_there_survives_a_run_that_never_began(here: Path) -> None:
    (here / "kept.txt").write_text("mine")
    assert restproof_("run", *NARROW, "--deviations", "nowhere.yaml", "--out", ".", cwd=here).returncode == 2
    assert (here / "kept.txt").read_text() == "mine"


# --------------------------------------------------------------------------------------------- the target is no use


def test_an_unreachable_target_is_not_judged(here: Path, server: Running) -> None:
    configured(here, server)
    text = (here / "restproof.toml").read_text().replace(server.base_url, "https://127.0.0.1:1")
    (here / "restproof.toml").write_text(text)
    done = restproof_("run", "--target", "sandbox", *NARROW, cwd=here)
    assert done.returncode == 3
    assert "127.0.0.1:1" in done.stderr
    assert nothing_is_left(here)


def test_a_wrong_credential_is_not_judged_and_not_shown(here: Path, server: Running) -> None:
    configured(here, server, full="a-token-that-nobody-knows")
    done = restproof_("run", "--target", "sandbox", *NARROW, cwd=here)
    assert done.returncode == 3
    assert "401" in done.stderr
    assert "a-token-that-nobody-knows" not in done.stdout + done.stderr
    assert nothing_is_left(here)


def test_a_certificate_that_does_not_verify_is_not_judged(here: Path, server: Running) -> None:
    configured(here, server)
    text = (here / "restproof.toml").read_text()
    (here / "restproof.toml").write_text("\n".join(x for x in text.splitlines() if not x.startswith("ca_bundle")))
    done = restproof_("run", "--target", "sandbox", *NARROW, cwd=here)
    assert done.returncode == 3
    assert "certificate" in done.stderr.lower()
    assert nothing_is_left(here)


# --------------------------------------------------------------------------------------------------- a run that runs


def test_a_plan_is_printed_and_nothing_is_sent(here: Path) -> None:
    done = restproof_("run", "--plan", "--workers", "2", "--target", "https://127.0.0.1:1", *NARROW, cwd=here)
    assert done.returncode == 0, done.stderr
    assert "create.answers-created[office-create]" in done.stdout
    assert "requests" in done.stdout
    assert nothing_is_left(here)


def test_a_ceiling_within_a_race_is_no_error(here: Path) -> None:
    done = restproof_("run", "--resource", "office", "--only", "conflict.race", "--max-requests", "3", cwd=here)
    assert "error" not in done.stdout, done.stdout
    assert "not tested: ceiling of 3 requests reached" in done.stdout
    assert done.returncode == 3


def test_a_plan_whose_reader_has_read_enough_ends_quietly(here: Path) -> None:
    process = subprocess.Popen(
        command("run", "--plan"), cwd=here, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 0
    process.stderr.close()


def test_a_narrowed_run_says_so_and_leaves_five_files(here: Path) -> None:
    done = restproof_("run", *NARROW, cwd=here)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CONFORMING (incomplete run)\n")
    assert "1 of 1 items" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    (folder,) = (p for p in (here / "reports").iterdir() if not p.is_symlink())
    assert {p.name for p in folder.iterdir()} == {
        "run.jsonl.gz", "index.html", "junit.xml", "summary.md", "summary.json",
    }  # fmt: skip
    assert (here / "reports/latest").resolve() == folder
    told = summary(folder)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
    assert told["complete"] is False
    assert told["selection"] == {"only": ["create.answers-created"], "resource": ["office"]}
    assert told["requests"] == len(read(folder / "run.jsonl.gz").exchanges)
    assert not (here / ".restproof").exists()


def test_out_is_exactly_where_it_lands(here: Path) -> None:
    done = restproof_("run", "-q", *NARROW, "--out", "here/there", cwd=here)
    assert done.returncode == 0
    assert done.stderr == ""
    assert (here / "here/there/summary.json").is_file()
    assert not (here / "here/latest").is_symlink()
    assert not (here / "reports").exists()


def test_what_stands_behind_the_dashes_goes_to_pytest(here: Path) -> None:
    done = restproof_("run", "--only", "create.answers-created", "--", "-k", "office", cwd=here)
    assert done.returncode == 0, done.stderr
    folder = (here / "reports/latest").resolve()
    assert [r["resource"] for r in summary(folder)["results"]] == ["office"]
    assert summary(folder)["selection"] == {"only": ["create.answers-created"], "keyword": "office"}


def test_a_fault_is_caught_and_ends_with_1(here: Path) -> None:
    fault = next(f.name for f in catalogue().values() if f.requirement == "create.answers-created")
    done = restproof_("run", *NARROW, "--fault", fault, cwd=here)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.startswith("NOT CONFORMING")
    assert "create.answers-created" in done.stdout
    assert outcomes((here / "reports/latest").resolve())["create.answers-created", "office", "create"] == "fail"


def test_a_read_only_run_writes_nothing_and_is_not_judged(here: Path, target: Running) -> None:
    before = listed(target, "/offices")
    done = restproof_("run", "--target", "sandbox", "--read-only", *NARROW, cwd=here)
    assert done.returncode == 3, done.stdout + done.stderr
    assert listed(target, "/offices") == before
    assert summary((here / "reports/latest").resolve())["counts"]["not tested"] == 1


@pytest.mark.slow
def test_a_server_of_its_own_gets_the_same_verdict(here: Path) -> None:
    some = ("--resource", "department", "--only", "create", "--only", "update", "--only", "list", "--profile", "smoke")
    assert restproof_("run", "-q", *some, "--out", "embedded", cwd=here).returncode == 0
    serving = subprocess.Popen(
        command("serve", "--port", "0", "--write-target", "restproof.toml"),
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        assert any("Press Ctrl-C" in line for line in serving.stdout)
        assert restproof_("run", "-q", "--target", "sandbox", *some, "--out", "served", cwd=here).returncode == 0
    finally:
        serving.terminate()
        serving.wait(timeout=10)
        if serving.stdout:
            serving.stdout.close()
    assert outcomes(here / "served") == outcomes(here / "embedded")


# ---------------------------------------------------------------------------------------------------------- secrets


@pytest.mark.slow
def test_no_token_is_ever_shown(here: Path, target: Running) -> None:
    some = ("--resource", "office", "--only", "auth", "--only", "transport", "--only", "limit", "--only", "create")
    done = restproof_("run", "--target", "sandbox", *some, "--", "-v", cwd=here)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = (here / "reports/latest").resolve()
    said = {p.name: p.read_bytes() for p in folder.iterdir()}
    said["run.jsonl"] = gzip.decompress(said["run.jsonl.gz"])
    said["terminal"] = (done.stdout + done.stderr).encode()
    said |= {p.name: p.read_bytes() for p in (here / ".restproof").glob("*")}
    assert b"auth.invalid" in said["run.jsonl"]
    for name, secret in target.credentials.items():
        for form in (secret, secret[:-1], secret.swapcase(), base64.b64encode(secret.encode()).decode()):
            shown = [file for file, content in said.items() if form.encode() in content]
            assert not shown, (name, form, shown)


# ------------------------------------------------------------------------------------------------ ended from outside


def long_run(here: Path, *more: str) -> subprocess.Popen[str]:
    """A run against the configured target that has made something and has far to go."""
    going = subprocess.Popen(
        command("run", "-q", "--target", "sandbox", "--resource", "office", "--rate", "40", *more),
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    made = until(lambda: sum(p.read_text().count('"created"') for p in (here / ".restproof").glob("*.jsonl")) >= 3)
    if not made:
        going.kill()
    assert made, going.communicate()
    return going


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGHUP, 129), (signal.SIGTERM, 143)])
def test_an_interrupted_run_tidies_up(number: signal.Signals, code: int, here: Path, target: Running) -> None:
    before = listed(target, "/offices")
    going = long_run(here)
    assert len(listed(target, "/offices")) > len(before)
    going.send_signal(number)
    out, err = going.communicate(timeout=30)
    assert going.returncode == code, out + err
    assert "Traceback" not in out + err
    assert "incomplete run" in out
    assert listed(target, "/offices") == before
    assert not (here / ".restproof").exists()
    folder = (here / "reports/latest").resolve()
    footer = read(folder / "run.jsonl.gz").footer
    assert footer is not None
    assert footer.interrupted == number.name
    assert footer.complete is False
    assert summary(folder)["complete"] is False


def results(folder: Path) -> dict[tuple[str, ...], str]:
    return {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in summary(folder)["results"]}


@pytest.mark.slow
def test_several_items_in_flight_come_to_the_same_results(here: Path) -> None:
    faults = ("--fault", "no-limit-headers:department", "--fault", "delete-answers-202:office")
    some = ("run", "-q", "--profile", "smoke", "--resource", "office", "--resource", "department", *faults)
    rules = ("--only", "create", "--only", "delete", "--only", "list.answers-ok", "--only", "limit.headers")
    for folder, number in (("one", "1"), ("three", "3")):
        done = restproof_(*some, *rules, "--out", folder, "--concurrency", number, cwd=here)
        assert done.returncode == 1, done.stdout + done.stderr
    one, three = summary(here / "one"), summary(here / "three")
    assert results(here / "three") == results(here / "one")
    assert {c["requirement"] for c in one["results"] if c["outcome"] == "fail"} >= {"limit.headers"}
    assert (three["complete"], three["counts"]) == (one["complete"], one["counts"])
    run = read(here / "three" / "run.jsonl.gz")
    assert three["requests"] == len(run.exchanges)
    assert {e.worker for e in run.exchanges} == {0, 1, 2}


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_item_alone(here: Path, target: Running) -> None:
    before = listed(target, "/offices")
    going = long_run(here, "--concurrency", "2", "--only", "create")
    workers = Path(f"/proc/{going.pid}/task/{going.pid}/children").read_text().split()
    os.kill(int(workers[0]), signal.SIGKILL)
    out, err = going.communicate(timeout=60)
    assert going.returncode == 3, out + err
    assert "Traceback" not in out + err
    told = summary((here / "reports/latest").resolve())
    assert told["counts"]["error"] == 1
    assert "its worker has ended before it" in [r["message"] for r in told["results"]]
    assert told["counts"]["pass"] > 5
    assert listed(target, "/offices") == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_clean_up_that_is_asked_to_end_ends_well(number: signal.Signals, here: Path, target: Running) -> None:
    before = listed(target, "/offices")
    narrow = ("--resource", "office", "--only", "create.accepts-valid", "--rate", "40")
    going = subprocess.Popen(
        command("run", *narrow),
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert going.stdout is not None
    for line in going.stdout:
        if "cleaning up" in line:
            break
    going.send_signal(number)
    out, _ = going.communicate(timeout=60)
    assert going.returncode == 0, out
    assert listed(target, "/offices") == before
    assert read((here / "reports/latest").resolve() / "run.jsonl.gz").footer is not None


@pytest.mark.slow
def test_cleanup_removes_what_a_killed_run_left(here: Path, target: Running) -> None:
    before = listed(target, "/offices")
    going = long_run(here)
    going.kill()
    going.communicate(timeout=30)
    assert len(listed(target, "/offices")) > len(before)
    done = restproof_("cleanup", cwd=here)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deleted" in done.stdout
    assert listed(target, "/offices") == before
    assert not (here / ".restproof").exists()


@pytest.mark.slow
@pytest.mark.parametrize("end", ["itself", "SIGKILL"])
def test_the_embedded_sandbox_ends_with_the_run(end: str, here: Path) -> None:
    going = subprocess.Popen(
        command(
            "run", "-q", "--resource", "office", "--only", "create", *(["--rate", "20"] if end == "SIGKILL" else [])
        ),
        cwd=here,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert until(lambda: sandboxes_of(going.pid))
    if end == "SIGKILL":
        going.kill()
    assert going.wait(timeout=60) == (-signal.SIGKILL if end == "SIGKILL" else 0)
    assert until(lambda: not sandboxes_of(going.pid), 5)


def test_workers_share_the_ceilings_of_the_run(tmp_path: Path) -> None:
    words = ["--profile", "smoke", "--resource", "office", "--only", "create", "--workers", "2"]
    done = restproof_("run", "-q", *words, "--max-requests", "9", "--out", "run", cwd=tmp_path)
    assert done.returncode in (0, 3)
    assert summary(tmp_path / "run")["requests"] == 9
    assert not (tmp_path / "run" / ".ceilings").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--coordinate", "all"), "--coordinate shares a rate, and there is none"),
        (("--coordinate", "redis://127.0.0.1:1", "--rate", "9"), "--coordinate: Error 111 connecting to 127.0.0.1:1"),
    ],
)
def test_who_cannot_share_a_rate_is_told_before_anything_is_written(
    here: Path, words: tuple[str, ...], told: str
) -> None:
    done = restproof_("run", "-q", *words, cwd=here)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
    assert not (here / "reports").exists()
