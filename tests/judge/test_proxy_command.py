"""``restproof proxy`` around a command or a client at work: reports, exit codes, and what is told meanwhile."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from restproof.cli.main import run
from restproof.config import Target
from restproof.record.reader import read
from restproof.session.server import Server, sandbox_server
from restproof.traffic.live import Live
from restproof.traffic.proxy import Proxy
from restproof.traffic.upstream import Origin
from restproof.traffic.whole import Terms

from .client import Client, offices

SCRIPT = """
import os, sys, urllib.request, urllib.error
url = os.environ["RESTPROOF_PROXY"] + "/rest/v1.0/companies"
headers = {"Authorization": "Bearer " + sys.argv[1], "Procore-Company-Id": "1"}
for given in (headers, {}):
    try:
        urllib.request.urlopen(urllib.request.Request(url, headers=given)).read()
    except urllib.error.HTTPError as error:
        print(error.code)
sys.exit(int(sys.argv[2]))
"""


def passed_through(api: Server, folder: Path, fails: str) -> int:
    """What the proxy ends with, around a command that ends with ``fails``; its reports stand in ``out``."""
    (folder / "restproof.toml").write_text(
        f'[targets.staging]\nbase_url = "{api.origin}"\nca_bundle = "{api.ca_bundle}"\n'
        '[targets.staging.credentials]\nfull = "${NOBODY_HAS_SET_THIS}"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        script = [sys.executable, "-c", SCRIPT, api.credentials["full"], fails]
        options = ["proxy", "--target", "staging", "--contract", "procore", "--port", "0", "--out", "out"]
        return run([*options, "--", *script])


@pytest.mark.parametrize(("faults", "fails", "code"), [((), "7", 7), (("lists-as-text",), "7", 1)])
def test_a_command_is_passed_through_and_judged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], faults: tuple[str, ...], fails: str, code: int
) -> None:
    with sandbox_server("procore", faults=faults) as api:
        assert passed_through(api, tmp_path, fails) == code
    told = capfd.readouterr().out
    assert f"passes on to {api.origin} (procore)" in told
    assert f"2 exchanges with {api.origin}/rest/v1.0" in told
    seen = [line for line in told.splitlines() if line.endswith(" [GET /rest/v1.0/companies]")]
    assert bool(seen) == bool(faults), "told as it was seen"
    kept = read(tmp_path / "out" / "run.jsonl.gz")
    assert {e.response.status for e in kept.exchanges if e.response} == {200, 401}
    assert api.credentials["full"] not in repr(kept)


def test_a_command_that_asks_the_proxy_nothing_is_told_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = [
        "proxy",
        "--target",
        "http://127.0.0.1:9",
        "--contract",
        "procore",
        "--port",
        "0",
        "--",
        sys.executable,
        "-c",
        "",
    ]
    assert run(said) == 2
    told = capfd.readouterr().err
    assert "nothing has come through the proxy" in told
    assert "a command finds it in RESTPROOF_PROXY" in told


def test_who_reads_no_more_lines_has_the_reports_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = click.echo

    def echo(line: str) -> None:
        if line.endswith("/companies]"):
            raise BrokenPipeError
        usual(line)

    monkeypatch.setattr("restproof.cli.proxy.click.echo", echo)
    with sandbox_server("procore", faults=["lists-as-text"]) as api:
        assert passed_through(api, tmp_path, "0") == 1
    assert read(tmp_path / "out" / "run.jsonl.gz").findings


def test_a_judge_that_breaks_meanwhile_costs_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def take(self: Live, settled: object) -> None:
        raise LookupError("no such place")

    monkeypatch.setattr(Live, "take", take)
    with sandbox_server("procore", faults=["lists-as-text"]) as api:
        assert passed_through(api, tmp_path, "0") == 1
    told = "findings are no longer told as they are seen (LookupError: no such place): they stand in the reports"
    assert capfd.readouterr().out.splitlines().count(told) == 1
    assert read(tmp_path / "out" / "run.jsonl.gz").findings


def test_a_client_at_work_is_judged_as_by_its_har(
    terms: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with sandbox_server("procore", faults=["create-answers-200"]) as api:
        told: list[str] = []
        with (
            Proxy(Origin(Target("t", api.origin, ca_bundle=api.ca_bundle))) as proxy,
            Live(terms, api.origin, told.append).following(proxy.recording),
        ):
            offices(Client(replace(api, origin=proxy.url)))  # type: ignore[arg-type]
        judged = terms.judge(
            proxy.recording.traffic(), Path("proxy"), base_url=api.origin, out=str(tmp_path / "out"), cwd=tmp_path
        )
    assert {cause.requirement for cause in judged.verdict.causes} == {"create.answers-created"}
    found = read(judged.directory / "run.jsonl.gz").findings
    assert [line.partition(" [")[0] for line in told] == [f"create.answers-created: {f.message}" for f in found]
    assert all(line.endswith("/offices]") for line in told)
    page = (Path(__file__).parents[2] / "docs" / "traffic.md").read_text(encoding="utf-8")
    assert f"```text\n{told[0]}\n```" in page
