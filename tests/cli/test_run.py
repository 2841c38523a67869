"""``restproof run`` as people use it: what a run leaves behind, what it ends with, and what it never shows."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import restproof
from restproof.record.reader import read
from restproof.sandbox.faults import catalogue
from restproof.sandbox.launch import Running

from .runs import NARROW, command, environment, listed, nothing_is_left, outcomes, restproof_, summary

SCHEMA = Path(restproof.__file__).parent / "report" / "summary.schema.json"


pytestmark = pytest.mark.usefixtures("here")


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


def test_workers_share_the_ceilings_of_the_run(tmp_path: Path) -> None:
    words = ["--profile", "smoke", "--resource", "office", "--only", "create", "--workers", "2"]
    done = restproof_("run", "-q", *words, "--max-requests", "9", "--out", "run", cwd=tmp_path)
    assert done.returncode in (0, 3)
    assert summary(tmp_path / "run")["requests"] == 9
    assert not (tmp_path / "run" / ".ceilings").exists()
