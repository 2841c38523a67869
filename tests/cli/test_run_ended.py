"""``restproof run`` that is ended from outside: signals, killed workers, and who tidies up."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from restproof.record.reader import read
from restproof.sandbox.launch import Running

from .runs import NARROW, command, environment, listed, restproof_, summary, until

UNANSWERED = "sent and not answered"
LATER = 1.0
"""Seconds after which a signal is another one: what comes within half a second says the same as the one before."""

pytestmark = pytest.mark.usefixtures("here")


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


def long_run(here: Path, *more: str, rate: int = 40, made: int = 3) -> subprocess.Popen[str]:
    """A run against the configured target that has made so many things at least and has far to go."""
    going = subprocess.Popen(
        command("run", "-q", "--target", "sandbox", "--resource", "office", "--rate", str(rate), *more),
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ledgers = (here / ".restproof").glob
    began = until(lambda: sum(p.read_text().count('"created"') for p in ledgers("*.jsonl")) >= made)
    if not began:
        going.kill()
    assert began, going.communicate()
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
    folder = (here / "reports/latest").resolve()
    # A create whose answer the signal broke off may be stored yet, as far as the run can know.
    assert all(UNANSWERED in line for line in summary(folder)["left"])
    assert (here / ".restproof").exists() == bool(summary(folder)["left"])
    footer = read(folder / "run.jsonl.gz").footer
    assert footer is not None
    assert footer.interrupted == number.name
    assert footer.complete is False
    assert summary(folder)["complete"] is False


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--concurrency", "2")], ids=["one", "two"])
def test_what_comes_with_the_first_signal_costs_no_report(more: tuple[str, ...], here: Path, target: Running) -> None:
    """A CI system ends what it has started, and Ctrl-C the whole group of processes."""
    before = listed(target, "/offices")
    going = long_run(here, *more)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        going.send_signal(number)
        time.sleep(0.1)
    out, err = going.communicate(timeout=30)
    assert going.returncode == 143, out + err
    assert "Traceback" not in out + err
    assert listed(target, "/offices") == before
    assert summary((here / "reports/latest").resolve())["complete"] is False


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--concurrency", "2")], ids=["one", "two"])
def test_another_signal_later_ends_the_clean_up_with_reports(
    more: tuple[str, ...], here: Path, target: Running
) -> None:
    """GitHub's runner interrupts, terminates after 7.5 s, and kills after 2.5 s more."""
    before = listed(target, "/offices")
    going = long_run(here, *more, rate=4, made=8)  # so many that its clean-up is still at it
    going.send_signal(signal.SIGINT)
    time.sleep(LATER)
    assert going.poll() is None, going.communicate()
    going.send_signal(signal.SIGTERM)
    out, err = going.communicate(timeout=30)
    assert going.returncode == 130, out + err
    assert "Traceback" not in out + err
    assert summary((here / "reports/latest").resolve())["left"], "there was no time to delete it"
    assert restproof_("cleanup", cwd=here).returncode == 0
    assert listed(target, "/offices") == before


@pytest.mark.slow
def test_the_same_signal_again_is_not_kept_waiting(here: Path, target: Running) -> None:
    going = long_run(here, rate=4)
    going.send_signal(signal.SIGTERM)
    time.sleep(LATER)
    going.send_signal(signal.SIGTERM)
    assert going.wait(timeout=10) == -signal.SIGTERM
    assert list((here / ".restproof").glob("*.jsonl")), "its ledger holds what is left"


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
def test_a_run_that_is_interrupted_before_it_begins_says_so(here: Path) -> None:
    (here / "early.py").write_text("def pytest_collection():\n    raise KeyboardInterrupt\n")
    env = environment()
    env["PYTHONPATH"] = os.pathsep.join([str(here), env["PYTHONPATH"]])
    line = command("run", "-q", *NARROW, "--", "-p", "early")
    done = subprocess.run(line, cwd=here, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.split()) == (130, ["restproof:", "interrupted"])


def test_cleanup_removes_what_a_killed_run_left(here: Path, target: Running) -> None:
    before = listed(target, "/offices")
    going = long_run(here)
    going.kill()
    going.communicate(timeout=30)
    assert len(listed(target, "/offices")) > len(before)
    done = restproof_("cleanup", cwd=here)
    assert "deleted" in done.stdout
    assert done.returncode == (3 if UNANSWERED in done.stdout else 0), done.stdout + done.stderr
    assert listed(target, "/offices") == before
    # What the kill broke off is settled when nobody would wait for its answer any more.
    assert not (here / ".restproof").exists() or until(lambda: restproof_("cleanup", cwd=here).returncode == 0, 40)
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
