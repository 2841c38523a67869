"""``restproof learn`` as a user types it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.openapi.honest import serving
from tests.openapi.running import TOKEN
from tests.openapi.services import SERVICES

from restproof.cli.learn import asked
from restproof.cli.main import run
from restproof.learning.word import Word

from .desk import Desk, learned, written

DOCS = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "maxLength": 80},
        "note": {"type": "string", "maxLength": 80},
        "updated_at": {"type": "string", "readOnly": True},
        "revision": {"type": "integer", "readOnly": True},
    },
}
OPEN = {
    "contract": "docs",
    "statuses": {"unknown_field": ["2xx", "4xx"], "server_set": ["2xx", "4xx"], "gone": "4xx", "invalid": "4xx"},
    "resources": {"doc": {"path": "/docs", "schema": "desk.json", "volatile": ["updated_at", "revision"]}},
}


@pytest.fixture
def target() -> Iterator[str]:
    with serving(SERVICES["docs"](frozenset())) as url:
        yield url


@pytest.fixture
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESTPROOF_FULL", TOKEN)
    return written(tmp_path / "contracts" / "docs", OPEN, DOCS).path


def test_a_signal_ends_it_as_it_ends_a_run(contract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = SERVICES["docs"](frozenset())
    answer = service.answer
    asked: list[str] = []

    def terminating(method: str, *rest: Any) -> tuple[int, Any, list[str]]:
        asked.append(method)
        if asked.count("PATCH") == 1 == len(asked) - asked.index("PATCH"):
            os.kill(os.getpid(), signal.SIGTERM)
        return answer(method, *rest)

    monkeypatch.setattr(service, "answer", terminating)
    with serving(service) as url:
        assert run(["learn", str(contract), "--target", url, "--out", "out"]) == 143
    assert "PATCH" in asked
    assert not any(service.stores.values())


def test_what_could_not_be_taken_away_is_told(
    contract: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = SERVICES["docs"](frozenset())
    answer = service.answer
    asked: list[str] = []

    def expired(method: str, *rest: Any) -> tuple[int, Any, list[str]]:
        asked.append(method)
        return answer(method, *rest) if len(asked) < 20 else (401, {"error": "expired"}, [])

    monkeypatch.setattr(service, "answer", expired)
    with serving(service) as url:
        run(["learn", str(contract), "--target", url, "--max-requests", "60", "--out", "out"])
    assert any(service.stores.values())
    assert "left on the target: doc /docs/" in capsys.readouterr().out


def test_accepted_words_are_written_and_the_contract_is_sound(contract: Path, target: str) -> None:
    before = contract.read_text()
    said = ["learn", str(contract), "--target", target, "--max-requests", "100", "--accept", "--out", "out"]
    assert run(said) == 0
    assert "unknown_field: ignored" in Path("out/learned.patch").read_text()
    words = yaml.safe_load(Path("out/learned.yaml").read_text())["words"]
    assert {"resource": None, "word": "statuses.unknown_field"}.items() <= words[0].items()
    assert contract.read_text() != before
    assert ", not promised; promised: [2xx, 4xx]" in contract.read_text()
    assert run(["lint", str(contract)]) == 0


def test_what_no_request_was_left_to_test_is_not_proposed(
    contract: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["learn", str(contract), "--target", target, "--max-requests", "40", "--accept"]) == 0
    told = capsys.readouterr().out
    assert "open: doc: id.reused: it was not put to the test: ceiling of " in told
    assert "not promised" not in contract.read_text()


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("DOCUMENTS") != "all", reason="tox -e documents tries it")
def test_a_fault_is_told_and_ends_with_1(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(SERVICES["docs"](frozenset(["update-lost"]))) as url:
        assert run(["learn", str(contract), "--target", url, "--out", "out"]) == 1
    assert "fault: must update.persists" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("DOCUMENTS") != "all", reason="tox -e documents tries it")
def test_a_quota_that_the_run_itself_fills_costs_no_word_of_its_resource(
    contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SERVICES["docs"](frozenset())
    answer = service.answer

    def bounded(method: str, *rest: Any) -> tuple[int, Any, list[str]]:
        is_full = method == "POST" and len(service.store("doc")) >= 12
        return (409, {"message": "it is full"}, ["GET", "POST"]) if is_full else answer(method, *rest)

    monkeypatch.setattr(service, "answer", bounded)
    with serving(service) as url:
        run(["learn", str(contract), "--target", url, "--max-requests", "2000", "--out", "out"])
    words = yaml.safe_load(Path("out/learned.yaml").read_text())["words"]
    assert {"touched", "defaults.note", "id.reused"} <= {w["word"] for w in words if w["resource"] == "doc"}


@pytest.mark.parametrize("source", ["recorded/run.jsonl.gz", "recorded"])
def test_a_run_file_teaches_what_the_probes_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    lesson = learned(Desk(), tmp_path / "contracts" / "desk")
    monkeypatch.chdir(tmp_path)
    Path("recorded").mkdir()
    Path("contracts/desk/run.jsonl.gz").rename("recorded/run.jsonl.gz")
    code = run(["learn", source, "--contract", "contracts/desk", "--out", "out"])
    found = yaml.safe_load(Path("out/learned.yaml").read_text())["words"]
    assert {(w["resource"], w["word"]) for w in found} == {(w.resource, ".".join(w.name)) for w in lesson.words}
    assert code == 0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("--accept", "--interactive"), "two ways"),
        (("--interactive", "--max-requests", "60"), "asks on a terminal"),
        (("--base-url", "http://127.0.0.1"), "are for traffic"),
        (("--write", "folder"), "for OpenAPI documents"),
    ],
)
def test_what_cannot_be_is_told(
    contract: Path, said: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["learn", str(contract), "--out", "out", *said]) == 2
    assert why in capsys.readouterr().err


def test_words_are_taken_one_by_one_until_the_user_quits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [Word("desk", (name,), True, "seen", (1, 2)) for name in ("first", "second", "third", "fourth")]
    answers = iter(["yes", "n", "y", "quit"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    assert [w.name for w in asked(words)] == [("first",), ("third",)]
    assert "desk: second: true" in capsys.readouterr().out
