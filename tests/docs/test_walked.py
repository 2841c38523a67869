"""Pages that lead through something, as a new user types it: their files are written, their commands run in order."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from tests.ports import free_ports

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


NEWMAN = """\
#!{python}
import os, sys
sys.argv[1:] == ["run", "collection.json", "--env-var", "base=" + os.environ["RESTPROOF_PROXY"]] or sys.exit(9)
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


def test_who_comes_from_another_tool_gets_to_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of each section in order; runs are of two rules. newman is a stand-in that sends the same."""
    page = (DOCS / "moving.md").read_text(encoding="utf-8")
    for name, text in {"real/contract.yaml": REAL, "real/customer.json": CUSTOMER}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "newman").write_text(NEWMAN.format(python=sys.executable) + CLIENT.partition("\n")[2].format())
    (tmp_path / "newman").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    assert run(["export", "openapi", "real", "--out", "openapi.yaml"]) == 0
    port = str(free_ports(1)[0])
    api = Application(load(tmp_path / "real"))
    walked: list[str] = []
    with served(api, "the API") as url:
        for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:5]:
            if section.startswith("From Dredd"):
                shutil.rmtree(tmp_path / "contracts")
            for words in commands_in(section):
                words = [word.replace("http://127.0.0.1:8000", url).replace("8080", port) for word in words]
                more = {
                    "run": [
                        "-q",
                        "--profile",
                        "smoke",
                        "--only",
                        "create.answers-created",
                        "--only",
                        "list.answers-ok",
                    ],
                    "proxy": ["--port", port],
                }.get(words[0], [])
                at = words.index("--") if "--" in words else len(words)
                assert run([*words[:at], *more, *words[at:]]) == 0, words
                walked.append(words[0])
    api.close()
    assert walked == ["run", "import", "lint", "run", "import", "run", "proxy", "run"]
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(block, "moving.md", "exec"), {})
