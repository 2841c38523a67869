"""Honest servers behind their documents are never accused, and what they do wrong is seen with nothing added: by
default some of them in a hurry, with ``DOCUMENTS=all`` (``tox -e documents``) all, in both profiles.

The documents lie outside the project; where they are not there, nothing is tried.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .honest import serving
from .running import run_document
from .services import SERVICES

_SHARED = Path("shared", "cases", "openapi")
DOCUMENTS = next((p / _SHARED for p in Path(__file__).parents if (p / _SHARED).is_dir()), _SHARED)
WHOLE = os.environ.get("DOCUMENTS") == "all"
HURRIED = tuple(SERVICES) if WHOLE else ("docs", "member", "notes", "payload")
FAULTS = (
    ("docs", "create-200", "create.answers-created"),
    ("docs", "create-loses", "create.reads-back"),
    ("docs", "read-wrong-type", "shape.resource"),
    ("docs", "update-lost", "update.persists"),
    ("docs", "delete-keeps", "delete.is-gone"),
    ("docs", "required", "input.required"),
    ("docs", "types", "input.type"),
    ("notes", "open", "auth.missing"),
    ("trips", "list-shape", "shape.list"),
    ("hours", "list-shape", "shape.list"),
)

TRIED = FAULTS if WHOLE else FAULTS[1::3]

pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the documents are not there")


def conforms(name: str, out: Path, profile: str) -> None:
    with serving(SERVICES[name](frozenset())) as url:
        told = run_document(DOCUMENTS / f"{name}.yaml", url, out, "--profile", profile)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "CONFORMING" in told.stdout


@pytest.mark.parametrize("name", HURRIED)
def test_an_honest_server_is_not_accused_in_a_hurry(name: str, tmp_path: Path) -> None:
    conforms(name, tmp_path / "run", "smoke")


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES if WHOLE else ("trips",))
def test_an_honest_server_is_not_accused(name: str, tmp_path: Path) -> None:
    conforms(name, tmp_path / "run", "ci")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault", "rule"), TRIED, ids=[f"{n}-{f}" for n, f, _ in TRIED])
def test_what_a_server_does_wrong_is_seen(name: str, fault: str, rule: str, tmp_path: Path) -> None:
    with serving(SERVICES[name](frozenset([fault]))) as url:
        # A rule about every exchange needs others to look at.
        others = ("--only", "read", "--only", "list") if rule.startswith("shape.") else ()
        told = run_document(DOCUMENTS / f"{name}.yaml", url, tmp_path / "run", "--only", rule, *others)
    assert told.returncode == 1, told.stdout + told.stderr
    assert rule in told.stdout
