"""Numbers that begin anew below each parent, and again below each of those."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import schema
from tests.miniatures.server import Answer, Shop

from restproof.wire.message import Request

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
NAMED = schema("name", name=NAME)
PATHS = ("/projects", "/builds", "/files")
_PATH = re.compile(r"(/projects)/([^/]+)(?:(/builds)/([^/]+))?(/builds|/files)(/[^/]+)?")


class Projects(Shop):
    """Each project counts its builds, and each build its files."""

    SCHEMAS: Mapping[str, Any] = dict.fromkeys(PATHS, NAMED)

    def __init__(self) -> None:
        super().__init__()
        self.inner: dict[tuple[str, ...], Shop] = {}

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = _PATH.fullmatch(path)
        if not found or (found[5] == "/builds") != (found[3] is None):
            return super().answer(request, path, query)
        project = str(self.found("/projects", found[2])["id"])
        if found[3] is None:
            return self.below(project).answer(request, path.removeprefix(f"/projects/{project}"), query)
        build = self.below(project).found("/builds", found[4])
        files = self.below(*self.place(project, build["id"]))
        return files.answer(request, f"/files{found[6] or ''}", query)

    def place(self, project: str, build: int) -> tuple[str, str]:
        return project, str(build)

    def below(self, *above: str) -> Shop:
        return self.inner.setdefault(above, type("Below", (Shop,), {"SCHEMAS": dict.fromkeys(PATHS, NAMED)})())


class Mixed(Projects):
    """What is below a build is that of all builds."""

    def place(self, project: str, build: int) -> tuple[str, str]:
        return "", ""


@pytest.mark.parametrize(("server", "told"), [(Projects, set()), (Mixed, {"list", "read", "update", "delete"})])
def test_a_number_names_another_one_below_another_parent(server: type[Shop], told: set[str], tmp_path: Path) -> None:
    resources = {
        "project": {"path": "/projects", "schema": "named.json"},
        "build": {"path": "/projects/{project}/builds", "schema": "named.json"},
        "file": {"path": "/projects/{project}/builds/{build}/files", "schema": "named.json"},
    }
    contract = {"contract": "anew", "resources": resources}
    only = ("identity.wrong-parent", "identity.unknown-parent", "list.own-scope")
    for seed in (1, 2, 3):
        found = bench.run(server(), contract, {"named.json": NAMED}, tmp_path, only=only, profile="ci", seed=seed)
        wrong = {r.operation for r in found.results if r.outcome in ("fail", "error")}
        assert wrong == told
