"""What is generated says when its sources have changed, and no more than that."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import figures
from benchmarks.figures import FIGURES, Figure, Stamp, files, rules


def figure(now: Stamp, *, grows: bool = False) -> Figure:
    return Figure("some", (), lambda: now, grows=grows)


def test_what_has_changed_or_gone_makes_stale() -> None:
    now = {"a": "1", "b": "2"}
    assert figure(now).stale({"a": "1", "b": "2"}) == []
    assert figure(now).stale({"a": "0", "b": "2"}) == ["a"]
    assert figure(now).stale({"a": "1", "b": "2", "c": "3"}) == ["c"]


def test_a_new_rule_does_not_make_a_recording_stale() -> None:
    now = {"a": "1", "new": "9"}
    assert figure(now).stale({"a": "1"}) == ["new"]
    assert figure(now, grows=True).stale({"a": "1"}) == []
    assert figure(now, grows=True).stale({}) == ["a", "new"]


def test_every_figure_has_sources_and_each_rule_its_own_stamp() -> None:
    assert all(f.sources() for f in FIGURES)
    stamps = rules()
    assert len(stamps) > 100
    assert stamps["input.type"] != stamps["input.null"]


def test_what_python_has_compiled_is_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("A = 1\n")
    (tmp_path / "a.pyc").write_bytes(b"\xa7\r\r\n")
    monkeypatch.setattr(figures, "ROOT", tmp_path)
    assert list(files("*")()) == ["a.py"]
