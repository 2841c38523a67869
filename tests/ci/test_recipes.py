"""The recipes for CI systems: valid by each system's own schema, and their steps run against the sandbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import validators

ROOT = Path(__file__).parents[2]
ARGUMENTS = "--only list.answers-ok --fault list-answers-206"


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


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step as the systems run it. The command of this checkout is the one on the path."""
    inherited = {n: v for n, v in os.environ.items() if n in ("HOME", "PYTHONPATH", "HYPOTHESIS_STORAGE_DIRECTORY")}
    path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**inherited, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def steps_of(name: str) -> dict[str, str]:
    """The names of the steps of the action, with what they run."""
    return {step["name"]: step["run"] for step in document(name)["runs"]["steps"] if "run" in step}


@pytest.mark.skipif(os.environ.get("RECIPES") != "run", reason="tox -e recipes runs it")
def test_the_action_runs_and_tells(tmp_path: Path) -> None:
    written = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    asked = {"CONTRACT": "", "TARGET": "", "PROFILE": "smoke", "ARGUMENTS": ARGUMENTS, "OUT": "kept"}
    done = bash(steps_of("action.yml")["Run restproof"], tmp_path, **written, **asked)
    assert done.returncode == 1, done.stdout + done.stderr
    assert (tmp_path / "output").read_text() == "verdict=not-conforming\n"
    assert "not conforming" in (tmp_path / "summary").read_text()
    assert "::error file=" in done.stdout
    assert json.loads((tmp_path / "kept/restproof.sarif").read_text())["runs"]


def commands() -> dict[str, str]:
    """What runs restproof, by system."""
    circle = document("ci/circleci.yml")["jobs"]["restproof"]["steps"]
    azure = document("ci/azure-pipelines.yml")["steps"]
    jenkins = (ROOT / "ci/Jenkinsfile").read_text(encoding="utf-8")
    return {
        "gitlab": "\n".join(document("ci/gitlab.yml")["restproof"]["script"]),
        "circleci": next(s["run"]["command"] for s in circle if "run" in s and s["run"]["name"] == "Run restproof"),
        "azure": next(s["bash"] for s in azure if s.get("displayName") == "Run restproof"),
        "jenkins": re.findall(r"sh '''(.*?)'''", jenkins, re.DOTALL)[0],
    }


@pytest.mark.parametrize("system", commands())
def test_the_other_systems_run_the_same(tmp_path: Path, system: str) -> None:
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin/restproof"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >> "$PWD/said"\nexit 1\n')
    stand_in.chmod(0o755)
    done = bash(commands()[system], tmp_path, CONTRACT="a b", TARGET="staging", PROFILE="smoke")
    assert done.returncode == 1, "the step fails with the run"
    said = (tmp_path / "said").read_text().splitlines()
    assert said == ["run", "a b", "--target", "staging", "--profile", "smoke", "--out", "restproof-report", "-q"]
    (tmp_path / "said").unlink()
    bash(commands()[system], tmp_path, PROFILE="ci")
    said = (tmp_path / "said").read_text().splitlines()
    assert said == ["run", "--profile", "ci", "--out", "restproof-report", "-q"]


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
