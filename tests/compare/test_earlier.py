"""The earlier run that a new one is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build

from restproof.compare.earlier import previous, runs_under
from restproof.record.reader import MissingRunFile, NewerFormat, NotARunFile, read, read_header


def made(folder: Path, name: str, day: int, foot: dict[str, Any] | None = None, **head: Any) -> Path:
    of = build.item("create.answers-created", "office", "create")
    started = f"2026-11-{day:02}T00:00:00Z"
    events = build.small(
        of, build.outcome(of), head=build.header(started=started, **head), foot=build.footer(**foot or {})
    )
    return build.write(folder / name / "run.jsonl.gz", *events)


def chosen(folder: Path, new: Path) -> str | None:
    found = previous(read(new).header, folder, new.parent)
    return found.run.header.started[8:10] if found else None


def test_it_is_the_newest_run_before_this_one(tmp_path: Path) -> None:
    for day in (3, 1, 2):
        made(tmp_path, f"2026110{day}", day)
    assert chosen(tmp_path, made(tmp_path, "20261104", 4)) == "03"
    assert chosen(tmp_path, made(tmp_path, "20261102-2", 2)) == "02"


def test_it_is_never_the_run_itself_nor_a_later_one(tmp_path: Path) -> None:
    made(tmp_path, "20261109", 9)
    assert chosen(tmp_path, made(tmp_path, "20261104", 4)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"target": {"name": "production"}},
        {"contract": {"name": "another"}},
        {"selection": {"only": ["create"]}},
        {"foot": {"interrupted": "SIGINT"}},
        {"format": 2},
    ],
    ids=lambda value: next(iter(value)),
)
def test_another_contract_target_or_selection_is_passed_over_and_so_is_a_run_cut_short(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    made(tmp_path, "20261101", 1)
    made(tmp_path, "20261102", 2, **other)
    assert chosen(tmp_path, made(tmp_path, "20261103", 3)) == "01"


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    made(tmp_path, "20261101", 1)
    cut = made(tmp_path, "20261102", 2)
    cut.write_bytes(cut.read_bytes()[:-20])
    (tmp_path / "20261103").mkdir()
    (tmp_path / "20261103/run.jsonl.gz").write_bytes(b"<html>")
    (tmp_path / "README.md").write_text("notes")
    assert chosen(tmp_path, made(tmp_path, "20261104", 4)) == "01"


def test_links_are_no_runs_of_their_own(tmp_path: Path) -> None:
    made(tmp_path, "20261101", 1)
    (tmp_path / "latest").symlink_to("20261101")
    assert [f.parent.name for f in runs_under(tmp_path)] == ["20261101"]


def test_without_a_folder_there_is_no_earlier_run(tmp_path: Path) -> None:
    new = made(tmp_path, "20261101", 1)
    assert previous(read(new).header, tmp_path / "none", new.parent) is None


def test_the_header_is_read_without_the_rest(tmp_path: Path) -> None:
    path = made(tmp_path, "one", 1)
    path.write_bytes(path.read_bytes()[:-20])
    assert read_header(path).seed == 4711
    with pytest.raises(MissingRunFile):
        read_header(tmp_path / "none")
    with pytest.raises(NewerFormat):
        read_header(made(tmp_path, "two", 1, format=2))
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(NotARunFile):
        read_header(tmp_path / "empty")
