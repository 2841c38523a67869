"""What a lesson writes and asks shows no credential that the server says, in whatever spelling."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import click
import pytest
from tests.strangers.server import TEXT, Answer, Asked, Record, Server, listening
from tests.wire.test_canary import CANARY, marks, spellings

from restproof.cli.main import run

CONTRACT = """\
contract: notes
base_path: /v1
transport: any
auth: {scheme: bearer}
resources:
  office: {path: /offices, schema: office.json}
"""
SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": TEXT,
        "floor": {"type": ["string", "null"], "maxLength": 300},
        "visits": {"type": "string", "readOnly": True},
    },
}


class Echo(Server):
    """Keeps the credential in what it stores, and says it in what it refuses."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said
        self.rows["office"] = {}
        self.others["office"] = {}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {CANARY}":
            return Answer(401, {"error": self.said}, {"WWW-Authenticate": "Bearer"})
        return super().answer(asked)

    def problem(self, asked: Asked, *, whole: bool = True) -> str | None:
        body = asked.body if isinstance(asked.body, dict) else {"name": None}
        name, floor = body.get("name", None if whole else "x"), body.get("floor")
        is_right = isinstance(name, str) and 1 <= len(name) <= 120 and (floor is None or isinstance(floor, str))
        return None if is_right else self.said

    def store(self, asked: Asked, **more: Any) -> Record:
        record = super().store(asked, **more)
        record |= {"visits": self.said} | ({} if "floor" in asked.body else {"floor": self.said})
        return record


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("spelling", [0, 30])
def test_no_byte_of_a_lesson_shows_the_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], spelling: int
) -> None:
    contract = tmp_path / "contracts" / "notes"
    contract.mkdir(parents=True)
    (contract / "contract.yaml").write_text(CONTRACT)
    (contract / "office.json").write_text(json.dumps(SCHEMA))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESTPROOF_FULL", CANARY)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "yes")
    with listening(Echo(spellings(CANARY)[spelling])) as url:
        command = ["learn", "contracts/notes", "--target", url, "--max-requests", "300", "--interactive"]
        assert run([*command, "--out", "out"]) in (0, 1)
    assert "# seen" in (contract / "contract.yaml").read_text()
    told = capfd.readouterr()
    written = {"terminal": (told.out + told.err).encode()}
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        data = file.read_bytes()
        written[str(file)] = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    assert any(b"[redacted]" in data for data in written.values())
    assert {name: seen for name, data in written.items() if (seen := [m for m in marks(CANARY) if m in data])} == {}
