"""No file that a user gives ends in a traceback, takes more than ten seconds or 500 MB."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import pytest
from tests.mutations.kinds import CONTRACT, KINDS, SCHEMA
from tests.mutations.mutate import DEEP, Kind, mutations, outcome

from restproof.cli.main import run

COUNT = 200
"""Of each kind, in every run of the tests; ten thousand in `tox -e mutations`."""


@pytest.mark.parametrize("name", KINDS)
def test_a_mutated_file_is_read_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    for data in mutations(kind, COUNT):
        problem = outcome(kind, data, tmp_path)
        assert problem is None, f"{problem}\n--- of: {data[:400]!r}"


def test_the_examples_themselves_are_read(tmp_path: Path) -> None:
    for name, kind in KINDS.items():
        data = kind.example.encode()
        folder = tmp_path / name
        folder.mkdir()
        (folder / kind.name).write_bytes(gzip.compress(data) if kind.packed else data)
        kind.read(folder / kind.name)


def _bomb(begin: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    filling = b" " * 1_000_000
    return b"".join([packer.compress(begin), *(packer.compress(filling) for _ in range(megabytes)), packer.flush()])


def _lines(depth: int) -> str:
    """Aliases of aliases: ten to the power of ``depth`` values when they are written out."""
    found = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    found += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, depth)]
    return "\n".join(found) + "\n"


def _with(name: str, **changes: object) -> bytes:
    properties = {**SCHEMA["properties"], name: changes}  # type: ignore[dict-item]
    return json.dumps({**SCHEMA, "properties": properties}).encode()


SPECIAL: dict[str, tuple[str, bytes]] = {
    "a HAR 3,000 deep": ("har", b'{"log": ' + DEEP.encode() + b"}"),
    "a cassette of aliases": ("cassette", b"interactions:\n" + _lines(9).encode()),
    "a contract of aliases": ("contract", CONTRACT.encode() + _lines(9).encode()),
    "deviations of aliases": ("deviations", _lines(9).encode()),
    "a register of aliases": ("register", b"- " + _lines(9).replace("\n", "\n  ").encode()),
    "a document of aliases": ("openapi", b"openapi: 3.0.3\npaths: {}\n" + _lines(9).encode()),
    "a recording of aliases": ("recording", _lines(9).encode()),
    "a text of 500 million characters": ("schema", _with("name", type="string", minLength=500_000_000)),
    "a list of 500 million": ("schema", _with("tags", type="array", minItems=500_000_000, items={"type": "string"})),
    "a pattern that repeats a million times": ("schema", _with("name", type="string", pattern="^a{1000000}$")),
    "a pattern of patterns": ("schema", _with("name", type="string", pattern="^((a{1000}){1000}){1000}$")),
    "a pattern without end": ("schema", _with("name", type="string", pattern="^(a+)+$", minLength=40)),
    "a schema 3,000 deep": ("schema", b'{"not": ' * 3_000 + b"{}" + b"}" * 3_000),
    "a schema of many alternatives": (
        "schema",
        b'{"properties": {"x": ' + b'{"anyOf": [{"type": "null"}, ' * 150 + b"{}" + b"]}" * 150 + b"}}",
    ),
    "a bound of text, in a schema that two resources share": ("schema", _with("count", type="integer", minimum="x")),
    "a property that is none": ("schema", json.dumps({**SCHEMA, "properties": {"name": "x"}}).encode()),
    "a ledger without end": ("ledger", b'{"event": "intend", "n": 1e999, "headers": []}\n\n'),
    "a ledger 100,000 deep": ("ledger", b'{"event": "intend", "n": ' + b"[" * 100_000 + b"\n\n"),
    "a rate beyond all": ("config", b'[targets.staging]\nbase_url = "https://s.example.com"\nrate = 1' + b"0" * 400),
    "numbers beyond all": ("schema", _with("count", type="number", minimum=10**400, maximum=10**4_000)),
}


@pytest.mark.parametrize(("kind", "begin"), [("run", b'{"event": "header", "x": "'), ("har", b'{"log": "')])
def test_one_line_without_end_is_refused(kind: str, begin: bytes, tmp_path: Path) -> None:
    problem = outcome(KINDS[kind], _bomb(begin, 300), tmp_path)
    assert problem is None, problem


@pytest.mark.parametrize("name", SPECIAL)
def test_what_somebody_might_think_of_is_refused_too(name: str, tmp_path: Path) -> None:
    kind, data = SPECIAL[name]
    problem = outcome(KINDS[kind], data, tmp_path)
    assert problem is None, problem


@pytest.mark.parametrize("name", [n for n, (kind, _) in SPECIAL.items() if kind == "schema"])
def test_a_plan_of_it_ends_in_a_sentence_as_well(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.json").write_bytes(SPECIAL[name][1])
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    monkeypatch.chdir(tmp_path)
    plan = Kind("note.json", "", lambda _: run(["run", "contract.yaml", "--plan", "--profile", "smoke"]))
    problem = outcome(plan, SPECIAL[name][1], tmp_path)
    out = capsys.readouterr()
    assert problem is None, problem
    assert "Traceback" not in out.err + out.out


def test_a_failure_would_be_seen(tmp_path: Path) -> None:
    def broken(file: Path) -> object:
        return 1 / len(file.read_bytes().strip(b"x"))

    assert "ZeroDivisionError" in (outcome(Kind("x", "", broken), b"xxx", tmp_path) or "")
    assert "MemoryError" in (outcome(Kind("x", "", lambda _: bytearray(600 * 1024**2)), b"", tmp_path) or "")
