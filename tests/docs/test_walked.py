"""Pages that lead through something, as a new user types it: their files are written, their commands run in order."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from restproof.cli.main import run
from restproof.contract.load import load
from restproof.sandbox.app import Application
from restproof.session.app import served

DOCS = Path(__file__).parents[2] / "docs"
REAL = """\
contract: real
resources:
  customer: {path: /customers, schema: customer.json}
"""
CUSTOMER = """\
{"type": "object", "required": ["name"],
 "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string", "minLength": 1}}}
"""
CLIENT = """\
#!{python}
import json, os, urllib.error, urllib.request
url = os.environ["RESTPROOF_PROXY"] + "/customers"
for name in ("Ada", "Ada L."):
    sent = urllib.request.Request(url, json.dumps({{"name": name}}).encode(), {{"Content-Type": "application/json"}})
    made = json.load(urllib.request.urlopen(sent))
    for id in (made["id"], 0):
        try:
            urllib.request.urlopen(f"{{url}}/{{id}}").read()
        except urllib.error.HTTPError as error:
            assert error.code == 404
    urllib.request.urlopen(url).read()
"""


def files_in(page: str) -> dict[str, str]:
    """Path and text of each file that a page shows."""
    blocks = re.finditer(r"^( *)```[a-z]+ (\S+\.\S+)\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    return {found[2]: re.sub(rf"^{found[1]}", "", found[3], flags=re.MULTILINE) for found in blocks}


def commands_in(page: str) -> list[list[str]]:
    """The words of each command, in order: of blocks, and of what stands in a sentence."""
    found = re.findall(r"(?:^ *\$ |`)restproof ([^`\n]+(?:\n +--[^`\n]+)?)", page, re.MULTILINE)
    lines = [shlex.split(line.replace("\n", " ")) for line in found]
    return [words for words in lines if len(words) > 1]  # else it is the name of a command


def test_a_legacy_api_becomes_a_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "legacy.md").read_text(encoding="utf-8")
    shown, steps = files_in(page), commands_in(page)
    assert set(shown) == {"contracts/legacy/contract.yaml", "schemas/legacy/customer.json"}
    for name, text in {**shown, "real/contract.yaml": REAL, "real/customer.json": CUSTOMER}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    client = tmp_path / "smoke-test.sh"
    client.write_text(CLIENT.format(python=sys.executable))
    client.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    api = Application(load(tmp_path / "real"))
    with served(api, "the legacy API") as url:
        (tmp_path / "restproof.toml").write_text(
            f'contract = "contracts/legacy"\n[targets.staging]\nbase_url = "{url}"\n'
        )
        ended = {}
        for words in steps:
            name = words[0]
            if name == "learn" and "--target" in words:
                continue  # probes: tests/learning has them
            words = [url if word == "https://legacy.example.com" else word for word in words]
            more = ["--port", "0"] if name == "proxy" else ["-q", "--profile", "smoke"] if name == "run" else []
            at = words.index("--") if "--" in words else len(words)
            ended[" ".join(words[:2])] = run([*words[:at], *more, *words[at:]])
    api.close()
    told = capfd.readouterr().out
    assert ended == {
        "proxy --target": 0,
        "learn reports/latest/run.jsonl.gz": 0,
        "run --target": 0,
        "export openapi": 0,
    }
    assert "refusals have the same members" in told
    assert '"/customers": {' in told, "the document"
