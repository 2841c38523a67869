"""The recipes for CI systems: valid by each system's own schema, and their steps run against the sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import validators
from tests.openapi.test_document import DOCUMENT

ROOT = Path(__file__).parents[2]
RECIPES = pytest.mark.skipif(os.environ.get("RECIPES") != "run", reason="tox -e recipes runs it")


def document(name: str) -> Any:
    return list(yaml.safe_load_all((ROOT / name).read_text(encoding="utf-8")))[-1]


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("action.yml", "github-actions"),
        ("ci/circleci.yml", "circle-ci"),
        ("ci/azure-pipelines.yml", "azure-pipelines"),
        ("ci/gitlab.yml", "gitlab-ci"),
    ],
)
def test_a_recipe_is_valid_by_the_schema_of_its_system(name: str, schema: str) -> None:
    data = (files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{schema}.json").read_text(encoding="utf-8")
    known = json.loads(data)
    assert list(validators.validator_for(known)(known).iter_errors(document(name))) == []


def test_the_image_is_sound() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists():
        pytest.skip("hadolint is not installed")
    done = subprocess.run([linter, ROOT / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.search(r"^USER [1-9][0-9]*$", (ROOT / "Containerfile").read_text(), re.MULTILINE)


# -------------------------------------------------------------------------------------------- a stand-in of each system

CONTRACT = {
    "contracts/shelf/contract.yaml": "contract: shelf\nresources:\n  book: {path: /books, schema: book.json}\n",
    "contracts/shelf/book.json": json.dumps(
        {
            "type": "object",
            "required": ["title"],
            "properties": {"id": {"type": "integer", "readOnly": True}, "title": {"type": "string", "minLength": 1}},
        }
    ),
}
PYTHON = """#!/bin/sh
echo "python3 $*" >> said
if [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/sh\\necho "pip $*" >> said\\n' > "$3/bin/pip"
  chmod +x "$3/bin/pip"
fi
"""
RESTPROOF = """#!/bin/sh
printf "restproof" >> said
printf " <%s>" "$@" >> said
echo >> said
if [ "$1" = run ]; then exit 1; fi
"""
GH = """#!/bin/sh
echo "gh $*" >> "$OUTSIDE/gh"
case "$1 $2" in
  "run list") echo 17 ;;
  "run download") mkdir -p "$7" && cp "$OUTSIDE/base/run.jsonl.gz" "$7" ;;
  "pr comment") cp "$5" "$OUTSIDE/comment"; [ "$6" != --edit-last ] ;;
esac
"""


@dataclass(frozen=True)
class Step:
    """What a system runs in one shell. ``always``: also where a step before it has failed."""

    script: str
    environment: Mapping[str, str] = field(default_factory=dict)
    always: bool = False
    shell: tuple[str, ...] = ("bash", "-eo", "pipefail", "-c")


def filled(text: str, values: Mapping[str, str], pattern: str) -> str:
    """A text with the values of inputs in their places."""
    return re.sub(pattern, lambda found: values.get(found[1], ""), text)


def gitlab(asked: Mapping[str, str]) -> list[Step]:
    spec, recipe = yaml.safe_load_all((ROOT / "ci/gitlab.yml").read_text(encoding="utf-8"))
    inputs = {n: str(v["default"]) for n, v in spec["spec"]["inputs"].items()} | dict(asked)
    job = json.loads(filled(json.dumps(recipe["restproof"]), inputs, r"\$\[\[ inputs\.(\w+) \]\]"))
    script = "\n".join([*job["before_script"], *job["script"]])
    return [Step(script, job["variables"]), Step("\n".join(job["after_script"]), job["variables"], always=True)]


def azure(asked: Mapping[str, str]) -> list[Step]:
    recipe = document("ci/azure-pipelines.yml")
    inputs = {p["name"]: p["default"] for p in recipe["parameters"]} | dict(asked)
    pattern = r"\$\{\{ parameters\.(\w+) \}\}"
    return [
        Step(step["bash"], {n: filled(v, inputs, pattern) for n, v in step["env"].items()})
        for step in recipe["steps"]
        if "bash" in step
    ]


def circleci(asked: Mapping[str, str]) -> list[Step]:
    steps = document("ci/circleci.yml")["jobs"]["restproof"]["steps"]
    environment = {name.upper(): value for name, value in asked.items()}
    return [Step(step["run"]["command"], environment) for step in steps if "run" in step]


def jenkins(asked: Mapping[str, str]) -> list[Step]:
    text = (ROOT / "ci/Jenkinsfile").read_text(encoding="utf-8")
    given = dict(re.findall(r"string\(name: '(\w+)', defaultValue: '([^']*)'", text))
    given |= dict(re.findall(r"choice\(name: '(\w+)', choices: \['(\w+)'", text))
    given |= {name.upper(): value for name, value in asked.items()}
    scripts = [long or short for long, short in re.findall(r"\bsh (?:'''(.*?)'''|'(.*?)')", text, re.DOTALL)]
    return [Step(script, given, shell=("sh", "-xe", "-c")) for script in scripts]


def github(asked: Mapping[str, str]) -> list[Step]:
    """On a pull request."""
    action = document("action.yml")
    inputs = {name: said["default"] for name, said in action["inputs"].items()} | dict(asked)
    known = {f"inputs.{name}": value for name, value in inputs.items()}
    known |= {"github.event.pull_request.number": "7", "github.base_ref": "main", "github.workflow": "contract"}
    steps = [step for step in action["runs"]["steps"] if "run" in step]
    if inputs["comment"] != "true":
        steps = [step for step in steps if "inputs.comment" not in step.get("if", "")]
    return [
        Step(
            step["run"],
            {n: filled(v, known, r"\$\{\{ ([\w.]+) \}\}") for n, v in step["env"].items()},
            always="always()" in step.get("if", ""),
        )
        for step in steps
    ]


SYSTEMS = {"gitlab": gitlab, "azure": azure, "circleci": circleci, "jenkins": jenkins, "github": github}


def performed(steps: Sequence[Step], folder: Path, **more: str) -> tuple[int, str]:
    """Run the steps of a job in order, as a system does: the first exit code that is not 0, and what they have told."""
    kept = ("HOME", "PYTHONPATH", "HYPOTHESIS_STORAGE_DIRECTORY", "PIP_FIND_LINKS", "PIP_PRE")
    inherited = {n: v for n, v in os.environ.items() if n in kept}
    inherited |= {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_OUTPUT": str(folder / "output")}
    path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    code, told = 0, ""
    for step in steps:
        if code and not step.always:
            continue
        environment = {**inherited, "PATH": path, **more, **step.environment}
        done = subprocess.run(
            [*step.shell, step.script], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        code, told = code or done.returncode, told + done.stdout + done.stderr
    return code, told


def equipped(folder: Path, **commands: str) -> Path:
    """A folder with commands that stand in for others."""
    (folder / "bin").mkdir(parents=True)
    for name, text in commands.items():
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_recipe_installs_restproof_runs_it_and_fails_with_it(tmp_path: Path, system: str) -> None:
    folder = equipped(tmp_path, python3=PYTHON, restproof=RESTPROOF)
    code, told = performed(SYSTEMS[system]({"contract": "a b", "target": "staging", "profile": "smoke"}), folder)
    assert code == 1, told
    said = (folder / "said").read_text().splitlines()
    assert any(
        re.search(r"pip (.* )?install --quiet restproof$|^pip install --quiet restproof$", line) for line in said
    )
    (run,) = [line for line in said if line.startswith("restproof <run>")]
    assert run == "restproof <run> <a b> <--target> <staging> <--profile> <smoke> <--out> <restproof-report> <-q>"
    (folder / "said").unlink()
    performed(SYSTEMS[system]({}), folder)
    run = next(line for line in (folder / "said").read_text().splitlines() if line.startswith("restproof <run>"))
    assert run == "restproof <run> <--profile> <ci> <--out> <restproof-report> <-q>"


@pytest.mark.parametrize(("second", "busy"), [("", ""), ("TERM", ""), ("TERM", "; sleep 0.5")])
def test_the_action_hands_on_that_its_job_is_cancelled(tmp_path: Path, second: str, busy: str) -> None:
    """The runner interrupts the shell of the step alone, busy or not, and terminates it 7.5 seconds later."""
    (step,) = [s for s in github({}) if "restproof run" in s.script]
    script = step.script.replace("kill -HUP $!", f"kill -HUP $!{busy}")
    heard = """#!/usr/bin/env python3
import pathlib, signal, sys
if sys.argv[1] != "run": sys.exit(0)
said = pathlib.Path("said")
signal.signal(signal.SIGHUP, lambda *_: (said.write_text(said.read_text() + " HUP"), sys.exit(129)))
def tidy(*_):
    said.write_text("TERM")
    pathlib.Path("restproof-report").mkdir()
    pathlib.Path("restproof-report/run.jsonl.gz").touch()
    pathlib.Path("restproof-report/summary.md").write_text("interrupted")
    while LATER: signal.pause()
    sys.exit(143)
signal.signal(signal.SIGTERM, tidy)
print("ready", flush=True)
while True: signal.pause()
""".replace("LATER", str(bool(second)))
    folder = equipped(tmp_path, restproof=heard)
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", **step.environment}
    environment |= {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_OUTPUT": str(folder / "output")}
    with subprocess.Popen([*step.shell, script], cwd=folder, env=environment, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGINT)
        if second:
            while not (folder / "restproof-report/summary.md").exists():
                time.sleep(0.01)
            running.send_signal(signal.Signals[f"SIG{second}"])
        assert running.wait(60) == (129 if second else 143)
    assert (folder / "said").read_text() == ("TERM HUP" if second else "TERM")
    assert (folder / "summary").read_text() == "interrupted", "the step has told of it"


KEPT = {
    "gitlab": {"restproof-report/junit.xml", "restproof-report/code-quality.json"},
    "azure": {"restproof-report/junit.xml"},
    "circleci": {"restproof-report/junit.xml"},
    "jenkins": {"restproof-report/junit.xml"},
    "github": {"restproof-report/restproof.sarif", "summary"},
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a wheel of this checkout lies, for a recipe that makes an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT], check=True)
    return folder


@RECIPES
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_recipe_proves_a_contract_and_leaves_what_its_system_keeps(tmp_path: Path, system: str, wheel: Path) -> None:
    """As it is written, installation included."""
    for name, text in CONTRACT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    steps = SYSTEMS[system]({"contract": "contracts/shelf", "profile": "smoke"})
    code, told = performed(steps, tmp_path, PIP_FIND_LINKS=str(wheel), PIP_PRE="1")
    assert code == 0, told
    for name in KEPT[system]:
        assert (tmp_path / name).is_file(), told


@RECIPES
def test_the_action_tells_what_has_changed_since_the_base_branch(tmp_path: Path) -> None:
    before, now = tmp_path / "before", tmp_path / "now"
    for folder, more in ((before, ""), (now, " --fault list-answers-206")):
        equipped(folder, gh=GH)
        asked = {"profile": "smoke", "arguments": f"--only list.answers-ok{more}", "comment": "true"}
        code, told = performed(github(asked), folder, OUTSIDE=str(tmp_path))
        assert code == (1 if more else 0), told
        (tmp_path / "base").mkdir(exist_ok=True)
        shutil.copy(folder / "restproof-report/run.jsonl.gz", tmp_path / "base")
    assert (now / "output").read_text() == "verdict=not-conforming\n"
    assert "not conforming" in (now / "summary").read_text()
    assert "::error file=" in told
    assert json.loads((now / "restproof-report/restproof.sarif").read_text())["runs"]
    assert re.search(r"## Since .*list\.answers-ok", (tmp_path / "comment").read_text(), re.DOTALL)
    asked_of_github = (tmp_path / "gh").read_text()
    assert "run list --workflow contract --branch main" in asked_of_github
    assert asked_of_github.count("pr comment 7 --body-file restproof-report/summary.md\n") == 2


def test_reports_that_the_recipes_ask_for_are_there() -> None:
    from restproof.report.formats import FORMATS

    text = "".join((ROOT / name).read_text() for name in ("action.yml", "ci/gitlab.yml"))
    assert set(re.findall(r"--format (\w+)", text)) <= set(FORMATS)


def as_workflow(action: dict[str, Any]) -> dict[str, Any]:
    """The steps of a composite action as those of a job, which a linter of workflows reads."""
    inputs = {name: {**said, "type": "string"} for name, said in action["inputs"].items()}
    outputs = {name: said["value"] for name, said in action["outputs"].items()}
    job = {"runs-on": "ubuntu-latest", "outputs": outputs, "steps": action["runs"]["steps"]}
    return {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"restproof": job}}


def linted(folder: Path, workflow: str) -> list[str]:
    """What actionlint has to say of a workflow."""
    file = folder / "workflow.yml"
    file.write_text(workflow, encoding="utf-8")
    script = f"""
        const {{createLinter}} = require({json.dumps(os.environ["ACTIONLINT"])});
        const text = require("fs").readFileSync({json.dumps(str(file))}, "utf8");
        createLinter().then(lint => {{ console.log(JSON.stringify(lint(text, "workflow.yml"))); process.exit(0); }});
    """
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return [f"{said['line']}: {said['message']}" for said in json.loads(done.stdout)]


@pytest.mark.skipif("ACTIONLINT" not in os.environ, reason="tox -e recipes installs it")
def test_the_action_and_the_workflow_of_the_page_are_sound_by_actionlint(tmp_path: Path) -> None:
    action = document("action.yml")
    assert linted(tmp_path, yaml.safe_dump(as_workflow(action))) == []
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    for workflow in re.findall(r"```yaml\n(# \.github/workflows/.*?)```", page, re.DOTALL):
        assert linted(tmp_path, workflow) == []
    action["outputs"]["verdict"]["value"] = "${{ steps.ran.outputs.verdict }}"
    assert linted(tmp_path, yaml.safe_dump(as_workflow(action))), "it reads what it is given"


def test_the_workflow_of_the_page_gives_the_action_what_it_takes() -> None:
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    (workflow,) = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(# \.github/.*?)```", page, re.DOTALL)]
    (used,) = [s for s in workflow["jobs"]["contract"]["steps"] if "restproof" in s["uses"]]
    assert set(used["with"]) <= set(document("action.yml")["inputs"])


# ----------------------------------------------------------------------------------------------------------- pre-commit

HOOKS = ROOT / ".pre-commit-hooks.yaml"


def committed(folder: Path, config: str) -> subprocess.CompletedProcess[str]:
    """What the hooks say of a commit."""
    (folder / ".pre-commit-config.yaml").write_text(config)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {n: v for n, v in os.environ.items() if not n.startswith("GIT_")}
    command = [sys.executable, "-m", "pre_commit", "run"]
    environment = {**kept, "PATH": path, "PRE_COMMIT_HOME": str(folder.parent / "hooks")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@RECIPES
@pytest.mark.parametrize("installed", [False, True])
def test_a_commit_fails_where_a_document_has_moved_away_from_its_contract(tmp_path: Path, installed: bool) -> None:
    """As the page configures it; with the command of this checkout, and with what pre-commit installs."""
    from restproof.cli.main import run

    shop = tmp_path / "shop"
    subprocess.run(["git", "init", "-q", shop], check=True)
    document = deepcopy(DOCUMENT)
    (shop / "openapi.yaml").write_text(yaml.safe_dump(document))
    assert run(["import", "openapi", str(shop / "openapi.yaml"), "--out", str(shop / "contracts/shop")]) == 0
    (config,) = re.findall(r"```yaml\n(# \.pre-commit.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL)
    said = yaml.safe_load(config)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    said["repos"][0] |= {"repo": str(ROOT), "rev": revision.stdout.strip()}
    if not installed:
        hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}
        local = [{**hooks[hook["id"]], **hook, "language": "system"} for hook in said["repos"][0]["hooks"]]
        said = {"repos": [{"repo": "local", "hooks": local}]}
    done = committed(shop, yaml.safe_dump(said))
    assert (done.returncode, done.stdout.count("Passed")) == (0, 2), done.stdout + done.stderr
    item = document["paths"]["/items"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    item["properties"]["note"] = {"type": "string", "maxLength": 9}
    (shop / "openapi.yaml").write_text(yaml.safe_dump(document))
    done = committed(shop, yaml.safe_dump(said))
    assert (done.returncode, done.stdout.count("Passed")) == (1, 1), done.stdout + done.stderr
    assert "+ item.json: properties.note" in done.stdout


def test_each_hook_is_a_command_with_its_options() -> None:
    from restproof.cli.main import run

    for hook in yaml.safe_load(HOOKS.read_text()):
        assert hook["entry"].startswith("restproof ")
        assert run([*hook["entry"].split()[1:], "--help"]) == 0


@RECIPES
def test_the_hooks_are_sound_by_pre_commit() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", HOOKS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
