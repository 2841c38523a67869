"""``pytest suites``: the suites under pytest's own command line, selections and exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests import forked

import restproof
from restproof.bundle import bundled_dir
from restproof.record.reader import read
from restproof.sandbox.faults import catalogue
from restproof.session.folder import claimed, point_latest

ROOT = Path(__file__).parents[2]
UNREACHABLE = ("--restproof-target", "https://127.0.0.1:1")


def pytest_(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    source = str(Path(restproof.__file__).parent.parent)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_"))}
    path = os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])
    words = ["-p", "no:schemathesis", "-o", f"cache_dir={cwd / 'cache'}", *arguments]
    return forked.run("pytest", words, cwd=cwd, env={**kept, "PYTHONPATH": path, **more}, timeout=100)


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return found


def outcomes(folder: Path) -> dict[tuple[str, str, str], str]:
    return {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in summary(folder)["results"]}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The suites as they stand in a checkout, where a run may leave its files."""
    for name in ("suites", "contracts", "schemas", "conftest.py"):
        (tmp_path / name).symlink_to(bundled_dir() / name if name != "conftest.py" else ROOT / name)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib --strict-markers\n")
    return tmp_path


# --------------------------------------------------------------------------------------------- the suites as they are


def test_collecting_reaches_no_target(checkout: Path) -> None:
    done = pytest_("suites", "--collect-only", "-q", *UNREACHABLE, cwd=checkout)
    assert done.returncode == 0, done.stdout
    assert "suites/test_create.py::test_a_valid_create_is_accepted[office-create]" in done.stdout
    assert not (checkout / "reports").exists()
    # A fault that does not exist would end the embedded sandbox before it begins.
    done = pytest_("suites/test_read.py", "--collect-only", "-q", "--restproof-fault", "no-such-fault", cwd=checkout)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("words", "kept", "left_out"),
    [
        (("-m", "create"), "create.reads-back[office-create]", "update.persists[office-update]"),
        (("-k", "office and should"), "protocol.date[office-create]", "protocol.date[department-create]"),
        (("--restproof-only", "delete.is-gone"), "delete.is-gone[office-delete]", "delete.repeat[office-delete]"),
    ],
)
def test_a_selection_is_what_its_words_say(words: tuple[str, ...], kept: str, left_out: str, checkout: Path) -> None:
    done = pytest_("suites", "--restproof-plan", "-q", *words, *UNREACHABLE, cwd=checkout)
    items = [line.split()[-1] for line in done.stdout.splitlines() if "[" in line]
    assert done.returncode == 0, done.stdout
    assert kept in items
    assert left_out not in items
    assert not (checkout / "reports").exists()


def test_why_a_hook_leaves_a_rule_out_is_told_without_the_credential(checkout: Path) -> None:
    hook = "import os\ndef not_applicable(rule):\n    return f'not with {os.environ[\"RESTPROOF_FULL\"]}'\n"
    (checkout / "restproof_hooks.py").write_text(hook)
    words = ("suites/test_read.py", "-rs", "--restproof-only", "read.answers-ok")
    done = pytest_(*words, cwd=checkout, RESTPROOF_FULL="Sesame-771", COLUMNS="200")
    assert "not applicable: not with [redacted]" in done.stdout
    assert "Sesame" not in done.stdout


def test_the_parts_of_a_plan_make_the_whole(checkout: Path) -> None:
    def items(*words: str) -> list[str]:
        done = pytest_(
            "suites", "--restproof-plan", "-q", "--restproof-only", "create", "--restproof-only", "protocol.json-valid",
            *words, *UNREACHABLE, cwd=checkout
        )  # fmt: skip
        return [line.split()[-1] for line in done.stdout.splitlines() if "[" in line]

    parts = [items("--restproof-shard", f"{n}/2") for n in (1, 2)]
    assert set(parts[0] + parts[1]) == set(items())
    shared = set(parts[0]) & set(parts[1])
    assert shared
    assert all(item.startswith("protocol.json-valid[") for item in shared)


@pytest.mark.slow
def test_the_failed_ones_can_be_run_again(checkout: Path) -> None:
    fault = next(f.name for f in catalogue().values() if f.requirement == "create.answers-created")
    some = ("suites/test_create.py", "-q", "--restproof-resource", "office", "--restproof-fault", fault)
    first = pytest_(*some, "--restproof-out", "first", cwd=checkout)
    assert first.returncode == 1, first.stdout
    assert "create.answers-created (must): " in first.stdout
    assert "Traceback" not in first.stdout
    failed = {place for place, outcome in outcomes(checkout / "first").items() if outcome in ("fail", "blocked")}
    again = pytest_(*some, "--lf", "--restproof-out", "again", cwd=checkout)
    assert again.returncode == 1, again.stdout
    assert outcomes(checkout / "again").keys() == failed
    assert summary(checkout / "again")["complete"] is False


CITIES = """\
import os


def field_values(field):
    with open("asked.txt", "a") as file:
        print(os.getpid(), file=file)
    return ["Ghent", "Turin"] if (field.resource, field.name) == ("office", "city") else None
"""


@pytest.mark.slow
def test_two_workers_come_to_the_same_verdict(checkout: Path) -> None:
    some = (
        "suites",
        "-q",
        "--restproof-profile",
        "smoke",
        "--restproof-resource",
        "office",
        "--restproof-resource",
        "department",
        "-m",
        "create or delete or read",
    )
    (checkout / "restproof_hooks.py").write_text(CITIES)
    assert pytest_(*some, "--restproof-out", "one", cwd=checkout).returncode == 0
    (checkout / "asked.txt").unlink()
    done = pytest_(*some, "-n", "2", "--restproof-out", "two", cwd=checkout)
    assert done.returncode == 0, done.stdout
    assert {p.name for p in (checkout / "two").iterdir()} == {p.name for p in (checkout / "one").iterdir()}
    one, two = summary(checkout / "one"), summary(checkout / "two")
    assert outcomes(checkout / "two") == outcomes(checkout / "one")
    assert (two["verdict"], two["complete"], two["selection"]) == (one["verdict"], one["complete"], one["selection"])
    run = read(checkout / "two" / "run.jsonl.gz")
    assert two["requests"] == len(run.exchanges) > 0
    assert {e.worker for e in run.exchanges} == {0, 1}
    # What a hook gives is asked for once, and handed over.
    assert len(set((checkout / "asked.txt").read_text().split())) == 1
    sent = [str(e.request.body) for e in run.exchanges if e.case and e.case.startswith("create.accepts-valid[office")]
    assert {city for body in sent for city in re.findall('"city": ?"([^"]*)"', body)} == {"Ghent", "Turin"}
    # Each resource stays on one worker, so that nobody else writes to its lists.
    for name in ("office", "department"):
        assert len({e.worker for e in run.exchanges if e.item and f"[{name}-" in e.item}) == 1
    assert not (checkout / ".restproof").exists()


@pytest.mark.slow
def test_what_rests_in_a_worker_lets_other_items_go_on(checkout: Path) -> None:
    some = ("suites", "-q", "--restproof-profile", "smoke", "-m", "limit or rfi", "-n", "2", "--restproof-out", "two")
    done = pytest_(*some, cwd=checkout)
    assert done.returncode == 0, done.stdout
    assert {o for (rule, *_), o in outcomes(checkout / "two").items() if rule == "limit.retry-after"} == {"pass"}
    run = read(checkout / "two" / "run.jsonl.gz")
    sent = [(e.started, e.worker, str(e.item)) for e in run.exchanges]
    rests = [(at, worker) for at, worker, item in sent if item.startswith("limit.retry-after[")]
    (worker,) = {worker for _, worker in rests}
    first, last = min(rests)[0], max(rests)[0]
    meanwhile = {item for at, by, item in sent if by == worker and first < at < last}
    assert any("[rfi-" in item for item in meanwhile)


# -------------------------------------------------------------------------------------------------- a suite of its own

SUITE = """\
from restproof.suite import every_exchange, for_each, must, requirement


@requirement("own.lists", on="list")
def test_lists(subject):
    must.have_status(subject.list(), "listed")


@requirement("own.fails", on="list", when=lambda c, r: r.name == "office")
@for_each(lambda field: [{"n": n} for n in range(3)])
def test_fails(subject, n):
    must.hold(n != 1, subject.list(), f"number {n} is wrong", kind="n", field="name")


@requirement("own.errs", on="list", when=lambda c, r: r.name == "office")
def test_errs(subject):
    raise KeyError("the suite's own fault")


@requirement("own.observes")
@every_exchange
def test_observes(reply):
    must.hold(reply.ok, reply, "not ok", kind="status")


def test_plain():
    assert True
"""
ENTRY = '- id: own.{name}\n  level: must\n  statement: "It {name}."\n  sources: [contract]\n'
NAMES = ("lists", "fails", "errs", "observes")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["restproof.plugin"]\n')
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites/requirements.yaml").write_text("".join(ENTRY.format(name=n) for n in NAMES))
    (tmp_path / "suites/test_own.py").write_text(SUITE)
    return tmp_path


def test_a_whole_run_of_ones_own_suite(own: Path) -> None:
    done = pytest_("suites", "--restproof-resource", "office", "--restproof-out", "run", cwd=own)
    assert done.returncode == 1, done.stdout
    assert outcomes(own / "run") == {
        ("own.lists", "office", "list"): "pass",
        ("own.fails", "office", "list"): "fail",
        ("own.errs", "office", "list"): "error",
        ("own.observes", "office", "list"): "pass",
        **{("own.observes", "office", o): "not tested" for o in ("create", "read", "update", "delete")},
    }
    assert "own.fails (must): It fails.\n  number 1 is wrong" in done.stdout
    assert "1 passed" not in done.stdout
    assert "3 passed" in done.stdout  # two rules and the plain test
    assert "NOT CONFORMING (incomplete run)" in done.stdout
    run = read(own / "run" / "run.jsonl.gz")
    assert [f.case for f in run.findings] == ["own.fails[office-list]#2"]


@pytest.mark.parametrize(
    ("words", "complete"),
    [
        ((), True),
        (("suites/test_own.py::test_lists",), False),
        (("--deselect", "suites/test_own.py::test_lists[office-list]"), False),
    ],
)
def test_a_run_is_whole_only_if_nobody_left_anything_out(words: tuple[str, ...], complete: bool, own: Path) -> None:
    named = words[:1] if words and words[0].startswith("suites") else ("suites",)
    pytest_(*named, *(w for w in words if w not in named), "-q", "--restproof-out", "run", cwd=own)
    assert summary(own / "run")["complete"] is complete


def test_a_part_of_the_modules_is_no_whole_run(own: Path) -> None:
    more = '@requirement("own.more", on="list")\ndef test_more(subject): ...\n'
    (own / "suites/test_more.py").write_text(f"from restproof.suite import requirement\n\n\n{more}")
    register = own / "suites/requirements.yaml"
    register.write_text(register.read_text() + ENTRY.format(name="more"))
    pytest_("suites/test_more.py", "-q", "--restproof-out", "part", cwd=own)
    assert summary(own / "part")["complete"] is False
    pytest_("suites/test_more.py", "suites/test_own.py", "-q", "--restproof-out", "both", cwd=own)
    assert summary(own / "both")["complete"] is True


def test_a_test_that_names_no_entry_is_an_error_of_collection(own: Path) -> None:
    (own / "suites/test_own.py").write_text(SUITE.replace('"own.lists"', '"own.list"'))
    done = pytest_("suites", cwd=own)
    assert done.returncode == 2, done.stdout
    assert "test_lists names 'own.list', which is no entry of " in done.stdout
    assert "Traceback" not in done.stdout
    assert not (own / "reports").exists()


def test_a_suite_without_a_register_is_an_error_of_collection(own: Path) -> None:
    (own / "suites/requirements.yaml").unlink()
    done = pytest_("suites", cwd=own)
    assert done.returncode == 2, done.stdout
    assert "there is no requirements.yaml beside" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_broken_register_ends_the_session_with_its_line(own: Path) -> None:
    (own / "suites/requirements.yaml").write_text("- id: own.lists\n")
    done = pytest_("suites", cwd=own)
    assert done.returncode == 2, done.stdout
    assert "requirements.yaml:1: an entry needs" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_unreachable_target_ends_the_session_with_3(own: Path) -> None:
    credentials = {"RESTPROOF_FULL": "a-token", "RESTPROOF_ID_COMPANY": "5"}
    done = pytest_("suites", *UNREACHABLE, cwd=own, **credentials)
    assert done.returncode == 3, done.stdout
    assert "127.0.0.1:1" in done.stdout
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert not (own / "reports").exists()


def test_other_peoples_tests_run_without_a_target(own: Path) -> None:
    done = pytest_("suites", "-k", "plain", *UNREACHABLE, cwd=own)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert not (own / "reports").exists()


def test_the_plugin_stays_quiet_where_there_is_no_suite(own: Path) -> None:
    (own / "test_other.py").write_text("def test_one(): ...\n")
    done = pytest_("test_other.py", cwd=own)
    assert done.returncode == 0
    assert "restproof" not in done.stdout.replace(str(own), "")
    assert not (own / "reports").exists()


# --------------------------------------------------------------------------------------------------------- directories


def test_two_runs_of_one_second_have_a_directory_each(tmp_path: Path) -> None:
    wanted = tmp_path / "reports/20260101T000000Z"
    assert [claimed(wanted).name for _ in range(3)] == [wanted.name, f"{wanted.name}-2", f"{wanted.name}-3"]


def test_latest_points_to_the_last_and_never_replaces_a_directory(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        point_latest(tmp_path / name)
        assert (tmp_path / "latest").resolve() == tmp_path / name
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").mkdir()
    point_latest(tmp_path / "one")
    assert not (tmp_path / "latest").is_symlink()
    assert {p.name for p in tmp_path.iterdir()} == {"one", "two", "latest"}


def test_two_tests_of_one_rule_on_one_operation_are_an_error_of_collection(own: Path) -> None:
    again = '\n\n@requirement("own.lists", on="list")\ndef test_again(subject): ...\n'
    (own / "suites/test_own.py").write_text(SUITE + again)
    done = pytest_("suites", cwd=own)
    assert done.returncode == 2, done.stdout
    assert re.search(r"::test_lists\[(\w+)-list\] are both own\.lists\[\1-list\]", done.stdout), done.stdout
