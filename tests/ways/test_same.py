"""A run says the same of a server, result for result, whatever stands before it; and a replay of it, too.

The server is the sandbox with a fault, so that there is something to say. By default one run goes through all of it at
once, by a few rules; ``WAYS=all`` takes one way after the other, and all rules of the profile ``ci``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests import forked
from tests.replay.equal import differences
from tests.wire.test_ways_there import tunnelling

from restproof.bundle import bundled_dir
from restproof.contract.load import load
from restproof.record.reader import read
from restproof.sandbox.app import Application

from .fronts import Papers, fronted, papers
from .gates import SECRET, SIGNING_HOOK, provided, signed, walled

WHOLE = os.environ.get("WAYS") == "all"
CONTRACT = bundled_dir() / "contracts" / "procore"
FAULT = "server-field-settable:office"
NARROW = ("--resource", "office", "--profile", "smoke", "--only", "create.server-set", "--only", "create.reads-back")
ARGUMENTS = (
    ("--profile", "ci")
    if WHOLE
    else (*NARROW, "--only", "auth.missing", "--only", "robust.injection", "--only", "robust.hostile-id")
)
OWN_CONNECTION = {"transport.https-only", "transport.tls-valid", "robust.hostile-bytes"}
"""Rules that open connections of their own."""

Runs = Callable[["Kind"], tuple[Path, dict[str, Any]]]
Results = dict[tuple[str, str, str], tuple[str, int]]


@dataclass
class Way:
    """How a run goes to the server: the lines of its target, its hooks, and its environment."""

    base_url: str
    lines: list[str] = field(default_factory=list)
    hooks: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    tokens: Mapping[str, object] = field(default_factory=dict)
    """Those that were given out on the way."""


@dataclass(frozen=True)
class Kind:
    """What stands before the server."""

    http2: bool = False
    mutual: bool = False
    proxied: bool = False
    granted: bool = False
    signed: bool = False
    walled: bool = False


STRAIGHT = Kind()
ALL = Kind(http2=True, mutual=True, granted=True, signed=True)
EACH = {
    "HTTP/2": Kind(http2=True),
    "mutual TLS": Kind(mutual=True),
    "a proxy": Kind(proxied=True),
    "HTTP/2 through a proxy": Kind(proxied=True, http2=True),
    "tokens of two seconds": Kind(granted=True),
    "signatures": Kind(signed=True),
    "a firewall": Kind(walled=True),
}
KINDS = {"all at once": ALL, **(EACH if WHOLE else {})}


@contextmanager
def way(kind: Kind, own: Papers) -> Iterator[Way]:
    """A server, and the way to it, while the block lasts."""
    contract = load(CONTRACT)
    with ExitStack() as stack:
        sandbox = Application(contract, faults=(FAULT,))
        stack.callback(sandbox.close)
        secrets = {name: credential.secret for name, credential in sandbox.credentials.items()}
        application: Any = walled(sandbox) if kind.walled else sandbox
        credentials = [f'{name} = "${{{name.upper()}}}"' for name in secrets]
        environment = {name.upper(): secret for name, secret in secrets.items()}
        tokens: dict[str, tuple[str, float]] = {}
        if kind.granted:
            provider = stack.enter_context(provided(secrets))
            application, tokens = provider.before(application), provider.tokens
            token = f'oauth2 = "client_credentials", token_url = "{provider.url}/token", client_secret = "${{SECRET}}"'
            credentials = [f'{name} = {{{token}, client_id = "{name}"}}' for name in secrets]
            environment = {"SECRET": SECRET}
        if kind.signed:
            application = signed(application)
        protocols = ("h2",) if kind.http2 else ("http/1.1",)
        url = stack.enter_context(fronted(application, own, protocols=protocols, mutual=kind.mutual))
        lines = [f'ca_bundle = "{own.authority}"', *("http2 = true" for _ in range(kind.http2))]
        if kind.mutual:
            lines.append(f'client_cert = "{own.client}"')
        if kind.proxied:
            listening = stack.enter_context(tunnelling(int(url.rpartition(":")[2])))
            lines.append(f'proxy = "http://127.0.0.1:{listening.getsockname()[1]}"')
        ids = [f"{name} = {json.dumps(id)}" for name, id in sandbox.ids.items()]
        yield Way(
            url,
            [*lines, "[targets.way.credentials]", *credentials, "[targets.way.ids]", *ids],
            hooks=SIGNING_HOOK if kind.signed else "",
            environment=environment,
            tokens=tokens,
        )


def ran(folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str], out: str) -> dict[str, Any]:
    """The summary of a run in ``folder``."""
    usual = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_"))}
    words = ("run", str(CONTRACT), *arguments, "--out", out, "--seed", "11", *ARGUMENTS)
    done = forked.run("restproof", words, cwd=folder, env={**usual, "CI": "1", **environment}, timeout=3000)
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / out / "summary.json").read_text())
    return found


def results(summary: Mapping[str, Any]) -> Results:
    return {(r["requirement"], r["resource"], r["operation"]): (r["outcome"], r["cases"]) for r in summary["results"]}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def run_by(tmp_path_factory: pytest.TempPathFactory, own: Papers) -> Runs:
    def by(kind: Kind) -> tuple[Path, dict[str, Any]]:
        folder = tmp_path_factory.mktemp("way")
        with way(kind, own) as found:
            lines = ["[targets.way]", f'base_url = "{found.base_url}"', *found.lines]
            (folder / "restproof.toml").write_text("\n".join(lines))
            if found.hooks:
                (folder / "restproof_hooks.py").write_text(found.hooks)
            summary = ran(folder, ("--target", "way"), found.environment, "run")
            assert not (WHOLE and kind.granted) or len(found.tokens) > 8, "none was renewed"
            return folder, summary

    return by


@pytest.fixture(scope="module")
def straight(run_by: Runs) -> dict[str, Any]:
    _, summary = run_by(STRAIGHT)
    assert {r["requirement"] for r in summary["results"] if r["outcome"] == "fail"} == {"create.server-set"}
    return summary


@pytest.mark.parametrize("name", KINDS)
def test_the_verdict_is_the_same_result_for_result(run_by: Runs, straight: dict[str, Any], name: str) -> None:
    kind = KINDS[name]
    folder, summary = run_by(kind)
    here, there = results(summary), results(straight)
    excused = {
        key for key, result in here.items() if result[0] == "not tested" and (kind.proxied and key[0] in OWN_CONNECTION)
    }
    if kind.walled:
        told = {(r["requirement"], r["resource"], r["operation"]): r["message"] for r in summary["results"]}
        excused = {key for key, result in here.items() if result[0] == "not tested" and "a firewall" in told[key]}
        assert excused, "the firewall has refused nothing"
    if excused or WHOLE:  # how often a run looks whose a resource is depends on its time
        here, there = ({k: (outcome, 0) for k, (outcome, _) in found.items()} for found in (here, there))
    assert {k: v for k, v in here.items() if k not in excused} == {k: v for k, v in there.items() if k not in excused}
    assert (summary["verdict"], summary["complete"]) == (straight["verdict"], straight["complete"])
    if kind == ALL:
        ran(folder, ("--stubs", str(folder / "run" / "run.jsonl.gz")), {}, "replay")
        assert differences(folder / "run", folder / "replay") == []
        assert {e.response.status for e in read(folder / "run" / "run.jsonl.gz").exchanges if e.response} >= {201, 401}
