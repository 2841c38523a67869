"""Each change of a sandbox's entry gives it a version that it never had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import load

from .client import Client


@pytest.mark.parametrize("kind", ["string", "integer"])
def test_each_update_gives_a_version_of_its_own(kind: str, tmp_path: Path) -> None:
    properties = {
        "id": {"type": "integer", "readOnly": True},
        "rev": {"type": kind, "readOnly": True},
        "label": {"type": "string"},
    }
    schema = {"type": "object", "required": ["id", "rev"], "properties": properties}
    (tmp_path / "box.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(
        "contract: boxes\nresources:\n  box:\n    path: /boxes\n    schema: box.json\n"
        "    conditional: {version: rev}\n",
        encoding="utf-8",
    )
    client = Client(load(tmp_path / "contract.yaml"))
    made = client("POST", "/boxes", {"label": "one"}, credential=None).json
    seen = [made["rev"]]
    for label in ("two", "three", "four"):
        sent = {"label": label, "rev": seen[-1]}
        seen.append(client("PATCH", f"/boxes/{made['id']}", sent, credential=None).json["rev"])
    assert len(set(seen)) == 4
