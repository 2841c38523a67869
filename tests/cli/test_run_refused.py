"""``restproof run`` that cannot be: what was asked for makes no sense, or the target is no use."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.cli.main import run
from restproof.sandbox.launch import Running

from .runs import NARROW, configured, nothing_is_left, restproof_

pytestmark = pytest.mark.usefixtures("here")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of a run that ends with 2 before pytest is even loaded."""
    assert run(["run", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def own_contract(here: Path, text: str) -> None:
    (here / "contracts/notes").mkdir(parents=True)
    (here / "contracts/notes/contract.yaml").write_text(text)
    (here / "schemas/notes").mkdir(parents=True)
    (here / "schemas/notes/note.json").write_text('{"type": "object", "properties": {"name": {"type": "string"}}}')


def test_a_misspelt_contract_is_told_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_contract(here, "contract: notes\nresources:\n  note:\n    pth: /notes\n    schema: note.json\n")
    assert "contracts/notes/contract.yaml:4: " in refused(capsys)
    assert nothing_is_left(here)


def test_a_missing_schema_is_told_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_contract(here, "contract: notes\nresources:\n  note:\n    path: /notes\n    schema: nowhere.json\n")
    err = refused(capsys)
    assert "contracts/notes/contract.yaml:5: " in err
    assert "nowhere.json" in err
    assert nothing_is_left(here)


def test_an_unset_variable_is_told_with_its_line(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    (here / "restproof.toml").write_text(
        '[targets.staging]\nbase_url = "https://127.0.0.1:1"\n'
        '[targets.staging.credentials]\nfull = "${NO_SUCH_TOKEN}"\n[targets.staging.ids]\ncompany = 5\n'
    )
    assert "restproof.toml:4: credential `full`: the environment variable NO_SUCH_TOKEN" in refused(
        capsys, "--target", "staging"
    )
    assert nothing_is_left(here)


@pytest.mark.parametrize(
    "words",
    [
        *[("--seed=3",), ("--target", "x"), ("-n", "2"), ("-n2",), ("--numprocesses=2",), ("--rootdir=.",)],
        *[("--restproof-seed=3",), ("--restproof-seed=3", "-p", "xdist")],
    ],
)
def test_what_restproof_sets_itself_is_refused_behind_the_dashes(
    words: tuple[str, ...], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = refused(capsys, "--only", "create", "--", "-x", *words)
    assert f"{words[0].partition('=')[0]} after --" in err or "-n after --" in err
    assert nothing_is_left(here)


@pytest.mark.parametrize("words", [("-p", "no:restproof.plugin"), ("-pno:python",)])
def test_what_a_run_needs_cannot_be_taken_away(
    words: tuple[str, ...], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "takes away what the run needs" in refused(capsys, "--only", "create", "--", *words)
    assert nothing_is_left(here)


def test_only_one_contract_can_be_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "unexpected extra argument" in refused(capsys, "procore", "kinto")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--resource", "offices"), "the contract has no resource 'offices'"),
        (("--resource", "office,project"), "Give --resource once for each"),
        (("--target", "nowhere"), "there is no target 'nowhere'"),
        (("no-such-contract",), "there is no contract 'no-such-contract'"),
    ],
)
def test_a_name_that_is_none_is_told(
    words: tuple[str, ...], message: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(capsys, *words)
    assert nothing_is_left(here)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "creat"), "--only creat: there is no such rule"),
        (("--only", "create", "--only", "creat", "--plan"), "--only creat: there is no such rule"),
        (("--only", "create,update"), "give --only once for each"),
        (("--shard", "3/2"), "restproof: --shard 3/2: that is no part of a run"),
        ((*NARROW, "--fault", "no-such-fault"), "no-such-fault"),
        ((*NARROW, "--deviations", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
    ],
)
def test_what_only_the_plan_can_tell_ends_with_2(words: tuple[str, ...], message: str, here: Path) -> None:
    done = restproof_("run", *words, cwd=here)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stdout == ""
    assert nothing_is_left(here)


def test_a_directory_that_was_there_survives_a_run_that_never_began(here: Path) -> None:
    (here / "kept.txt").write_text("mine")
    assert restproof_("run", *NARROW, "--deviations", "nowhere.yaml", "--out", ".", cwd=here).returncode == 2
    assert (here / "kept.txt").read_text() == "mine"


def test_an_unreachable_target_is_not_judged(here: Path, server: Running) -> None:
    configured(here, server)
    text = (here / "restproof.toml").read_text().replace(server.base_url, "https://127.0.0.1:1")
    (here / "restproof.toml").write_text(text)
    done = restproof_("run", "--target", "sandbox", *NARROW, cwd=here)
    assert done.returncode == 3
    assert "127.0.0.1:1" in done.stderr
    assert nothing_is_left(here)


def test_a_wrong_credential_is_not_judged_and_not_shown(here: Path, server: Running) -> None:
    configured(here, server, full="a-token-that-nobody-knows")
    done = restproof_("run", "--target", "sandbox", *NARROW, cwd=here)
    assert done.returncode == 3
    assert "401" in done.stderr
    assert "a-token-that-nobody-knows" not in done.stdout + done.stderr
    assert nothing_is_left(here)


def test_a_certificate_that_does_not_verify_is_not_judged(here: Path, server: Running) -> None:
    configured(here, server)
    text = (here / "restproof.toml").read_text()
    (here / "restproof.toml").write_text("\n".join(x for x in text.splitlines() if not x.startswith("ca_bundle")))
    done = restproof_("run", "--target", "sandbox", *NARROW, cwd=here)
    assert done.returncode == 3
    assert "certificate" in done.stderr.lower()
    assert nothing_is_left(here)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--coordinate", "all"), "--coordinate shares a rate, and there is none"),
        (("--coordinate", "redis://127.0.0.1:1", "--rate", "9"), "--coordinate: Error 111 connecting to 127.0.0.1:1"),
    ],
)
def test_who_cannot_share_a_rate_is_told_before_anything_is_written(
    here: Path, words: tuple[str, ...], told: str
) -> None:
    done = restproof_("run", "-q", *words, cwd=here)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
    assert not (here / "reports").exists()
