"""The target section that ``serve`` writes for a run."""

from __future__ import annotations

import tomllib
from pathlib import Path

from restproof.sandbox.serve import write_section


def test_it_adds_a_section_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "restproof.toml"
    file.write_text('contract = "c"\n\n[targets.staging]\nbase_url = "https://s"\n', encoding="utf-8")
    write_section(file, "https://127.0.0.1:1", tmp_path / "ca.pem", {"full": 'a"b'}, {"company": 5, "bucket": "main"})
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    assert told["contract"] == "c"
    assert told["targets"]["staging"] == {"base_url": "https://s"}
    assert told["targets"]["sandbox"] == {
        "base_url": "https://127.0.0.1:1",
        "ca_bundle": str(tmp_path / "ca.pem"),
        "credentials": {"full": 'a"b'},
        "ids": {"company": 5, "bucket": "main"},
    }


def test_it_replaces_an_earlier_section(tmp_path: Path) -> None:
    file = tmp_path / "restproof.toml"
    write_section(file, "https://127.0.0.1:1", None, {"full": "a", "foreign": "b"}, {"company": 5})
    with file.open("a", encoding="utf-8") as out:
        out.write('\n[targets.other]\nbase_url = "https://o"\n')
    write_section(file, "http://127.0.0.1:2", None, {"full": "c"}, {})
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    assert told["targets"] == {
        "other": {"base_url": "https://o"},
        "sandbox": {"base_url": "http://127.0.0.1:2", "credentials": {"full": "c"}},
    }
