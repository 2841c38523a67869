"""The items of a run as pytest runs them: plainly where nobody listens, phase by phase where somebody does."""

from __future__ import annotations

from pathlib import Path

import pytest

from .runs import outcomes, restproof_, summary

pytestmark = pytest.mark.usefixtures("here")

SOME = ("--resource", "office", "--only", "read", "--only", "auth", "--fault", "read-only-deletes")
HOOKS = """\
import os
from pathlib import Path


def before_request(request):
    print("a hook speaks")


def not_applicable(rule):
    with Path("seen").open("a") as file:
        print(os.environ.get("PYTEST_CURRENT_TEST", "plainly"), file=file)
    return "somebody says so" if rule.requirement == "read.is-stable" else None
"""
LISTENER = """\
from pathlib import Path


class Listener:
    def pytest_runtest_setup(self, item):
        with Path("heard").open("a") as file:
            print(item.name, file=file)


def pytest_configure(config):
    config.pluginmanager.register(Listener())
"""
OWN = """\
from restproof.suite import must, requirement


@requirement("own.lists", on="list")
def test_lists(subject):
    must.have_status(subject.list(), "listed")
"""
ENTRY = '- id: own.lists\n  level: must\n  statement: "It lists."\n  sources: [contract]\n'


def test_items_that_nobody_listens_to_are_run_plainly_and_end_as_others_do(here: Path) -> None:
    (here / "restproof_hooks.py").write_text(HOOKS)
    done = restproof_("run", *SOME, "--out", "plainly", cwd=here)
    assert set((here / "seen").read_text().splitlines()) == {"plainly"}
    assert "a hook speaks" not in done.stdout + done.stderr
    (here / "seen").unlink()
    usual = restproof_("run", *SOME, "--out", "usual", "--", "--strict-markers", cwd=here)
    phases = [line.rpartition(" ")[2] for line in (here / "seen").read_text().splitlines()]
    assert phases.count("(call)") > phases.count("plainly"), "only what may go ahead of its item is asked for before"
    assert done.returncode == usual.returncode
    assert outcomes(here / "plainly") == outcomes(here / "usual")
    assert summary(here / "plainly")["requests"] == summary(here / "usual")["requests"]
    assert {"pass", "fail", "not applicable"} <= set(outcomes(here / "usual").values())


MARKED = """\
def pytest_collection_modifyitems(items):
    items[:] = [i for i in items if i.get_closest_marker("list")]
"""


def test_who_looks_at_marks_finds_them(here: Path) -> None:
    (here / "suites").mkdir()
    (here / "suites/requirements.yaml").write_text(ENTRY)
    (here / "suites/test_own.py").write_text(OWN)
    (here / "suites/conftest.py").write_text(MARKED)
    restproof_("run", "--resource", "office", "--only", "own", "--only", "read", "--out", "run", cwd=here)
    found = {(rule, operation) for rule, _, operation in outcomes(here / "run")}
    assert found == {("own.lists", "list"), ("read.is-safe", "list")}


def test_who_listens_is_told_of_each_phase(here: Path) -> None:
    (here / "suites").mkdir()
    (here / "suites/requirements.yaml").write_text(ENTRY)
    (here / "suites/test_own.py").write_text(OWN)
    (here / "suites/conftest.py").write_text(LISTENER)
    restproof_("run", "--resource", "office", "--only", "own", "--only", "read", cwd=here)
    heard = (here / "heard").read_text().splitlines()
    assert {"test_lists[office-list]", "test_a_read_answers_the_resource[office-read]"} <= set(heard)
