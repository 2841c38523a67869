"""A full disk, a folder that is none, two runs in one folder: one sentence, exit 2 or 3, nothing taken for whole."""

from __future__ import annotations

import gzip
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.record import synthetic_run

from restproof.cli.main import run
from restproof.errors import ConfigurationError, StorageError
from restproof.record.disk import Hold, copy_to_write, write_whole
from restproof.record.reader import TruncatedRunFile, read
from restproof.record.stream import lines
from restproof.record.writer import Writer
from restproof.sandbox.launch import start
from restproof.wire.ledger import Ledger

Command = Callable[..., int]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str]) -> str:
    out = capsys.readouterr()
    assert "Traceback" not in out.err + out.out
    return out.err


NARROW = ["-q", "--profile", "smoke", "--only", "list.answers-ok", "--resource", "company"]


def test_out_that_is_a_file_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "taken").write_text("mine")
    assert run(["run", "procore", "--out", "taken", *NARROW]) == 2
    assert "taken: this is a file, and a run lands in a folder" in told(capsys)
    assert (here / "taken").read_text() == "mine"


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is unwritable for root")
def test_out_that_is_not_writable_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "out").mkdir(mode=0o500)
    assert run(["run", "procore", "--out", "out", *NARROW]) == 2
    assert "nothing can be written there" in told(capsys)


@pytest.mark.parametrize("out", ["/dev/null/out", "/proc/out"])
def test_out_that_cannot_be_made_is_told(here: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    assert run(["run", "procore", "--out", out, *NARROW]) == 2
    assert "nothing can be written there" in told(capsys)


def test_two_runs_do_not_share_a_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "out").mkdir()
    hold = Hold(here / "out")
    assert run(["run", "procore", "--out", "out", *NARROW]) == 2
    assert "another run is writing there" in told(capsys)
    assert not any((here / "out").iterdir())
    hold.release()
    hold.release()
    Hold(here / "out").release()


def test_a_full_disk_ends_the_run_with_one_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "out").mkdir()
    (here / "out" / "run.jsonl.gz").symlink_to("/dev/full")
    assert run(["run", "procore", "--out", "out", *NARROW]) == 3
    assert re.search(r"run\.jsonl\.gz: cannot be written: No space left on device", told(capsys))


def test_reports_on_a_full_disk_are_no_reports(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page cannot be written; what was there before stays."""
    (here / "out").mkdir()
    (here / "out" / "index.html").mkdir()
    (here / "out" / "index.html" / "x").write_text("")
    assert run(["run", "procore", "--out", "out", *NARROW]) == 3
    assert "cannot be written" in told(capsys)
    assert sorted(f.name for f in (here / "out").iterdir()) == ["index.html", "run.jsonl.gz"]


def test_what_is_written_is_whole_or_not_there(here: Path) -> None:
    file = here / "page.html"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "after \ud800")
    write_whole(file, "after")
    assert file.read_text() == "after"
    assert [f.name for f in here.iterdir()] == ["page.html"]
    with pytest.raises(StorageError, match="cannot be written"):
        write_whole(here / "none" / "page.html", "x")


def test_what_is_written_anew_keeps_its_rights_and_where_it_is(here: Path) -> None:
    kept, link = here / "kept.toml", here / "restproof.toml"
    kept.write_text("before")
    kept.chmod(0o640)
    link.symlink_to(kept)
    write_whole(link, "after")
    assert (link.is_symlink(), kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (True, "after", 0o640)


@pytest.mark.parametrize("out", ["file/report.html", "/proc/report.html", "full"])
def test_a_report_that_cannot_be_written_is_told(here: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    (here / "file").write_text("")
    (here / "full").symlink_to("/dev/full/no-folder")
    writer = Writer(here / "run.jsonl.gz")
    for event in synthetic_run.small():
        writer.write(event)
    writer.close()
    assert run(["report", "run.jsonl.gz", "--format", "html", "--out", out]) == 3
    assert "cannot be written" in told(capsys)


def test_a_writer_that_failed_leaves_no_footer(here: Path) -> None:
    file = here / "run.jsonl.gz"
    file.symlink_to("/dev/full")
    writer = Writer(file)
    writer.write({"event": "x"})
    with pytest.raises(StorageError):
        writer.flush()
    writer.write({"event": "footer"})
    writer.close()

    file.unlink()
    writer = Writer(file)
    for event in synthetic_run.small():
        writer.write(event)
        writer.flush()
    writer._failed = True
    writer.close()
    with pytest.raises(TruncatedRunFile):
        list(lines(file))
    assert read(file, partial=True).header


def test_nobody_else_reads_ledgers_and_recordings(here: Path) -> None:
    Writer(here / "run.jsonl.gz").close()
    (here / "old.jsonl.gz").touch(mode=0o644)
    Writer(here / "old.jsonl.gz").close()
    ledger = Ledger(here / ".restproof" / "run.jsonl")
    ledger.intend("note", "/notes")
    for file in (here / "run.jsonl.gz", here / "old.jsonl.gz", ledger.path):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert gzip.decompress((here / "run.jsonl.gz").read_bytes()) == b""


def test_what_cannot_be_written_down_is_not_sent(here: Path) -> None:
    (here / ".restproof").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        Ledger(here / ".restproof" / "run.jsonl").intend("note", "/notes")


def test_cleanup_goes_on_after_a_broken_ledger(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / ".restproof").mkdir()
    (here / ".restproof" / "a.jsonl").write_text('{"event": "ledger", "format": 99}\n{}\n')
    whole = Ledger(here / ".restproof" / "b.jsonl")
    whole.settled(whole.intend("note", "/notes"))
    whole.close()
    assert run(["cleanup"]) == 3
    out = capsys.readouterr()
    assert "a.jsonl:1: a ledger of format 99" in out.err
    assert "nothing is left of this run" in out.out


def test_a_literal_credential_is_refused_but_for_a_sandbox(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    section = '[targets.{0}]\nbase_url = "{1}"\n[targets.{0}.credentials]\nfull = "sesame-opens"\n'
    for name, url in (("staging", "https://s.example.com"), ("sandbox", "https://s.example.com")):
        (here / "restproof.toml").write_text(section.format(name, url))
        assert run(["run", "procore", "--plan", *NARROW]) == 2
        text = told(capsys)
        assert "restproof.toml:4: the credential `full` is written into this file" in text
        assert f'Write full = "${{{name.upper()}_FULL}}"' in text
        assert "sesame" not in text
    (here / "restproof.toml").write_text(section.format("sandbox", "http://127.0.0.1:8080"))
    assert run(["run", "procore", "--plan", *NARROW]) == 0


def test_the_sandbox_s_process_knows_no_credential_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_TOKEN", "sesame-opens")
    with start("contracts/procore/contract.yaml") as sandbox:
        environment = Path(f"/proc/{sandbox.pid}/environ").read_bytes()
        command = Path(f"/proc/{sandbox.pid}/cmdline").read_bytes()
    assert b"sesame" not in environment + command
    assert not any(secret.encode() in environment + command for secret in sandbox.credentials.values())


def test_an_error_of_a_file_is_one_sentence(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "restproof", "export", "openapi", "procore", "--out", "/dev/full"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (2, 3)
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_holding_what_is_no_folder_is_told(here: Path) -> None:
    (here / "file").write_text(json.dumps({}))
    with pytest.raises(ConfigurationError):
        Hold(here / "file")


def test_a_copy_of_what_cannot_be_written_to_can(tmp_path: Path) -> None:
    inner = tmp_path / "kept" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.json").write_text("{}")
    (inner / "b.png").write_text("")
    for path, mode in ((inner / "a.json", 0o444), (inner, 0o555), (inner.parent, 0o555)):
        path.chmod(mode)
    copy_to_write(tmp_path / "kept", tmp_path / "copy", lambda _, names: [n for n in names if n.endswith(".png")])
    copied = [tmp_path / "copy", *(tmp_path / "copy").rglob("*")]
    assert [path.name for path in copied] == ["copy", "inner", "a.json"]
    assert all(path.stat().st_mode & stat.S_IWUSR for path in copied)
    inner.parent.chmod(0o755)
    inner.chmod(0o755)
