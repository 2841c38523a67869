"""What is written at a place, outside of the cases, as the contract has it."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from restproof.contract.load import load
from restproof.wire.places import Places, Spot


def test_a_reference_is_put_back_by_its_whole_name(tmp_path: Path) -> None:
    text = {"type": "string"}
    schemas = {"shelf": {"name": {**text, "readOnly": True}, "label": text}, "settings": {"shelf": text}}
    for name, properties in schemas.items():
        schema = {"type": "object", "properties": properties}
        (tmp_path / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    shelf = {"path": "/projects/{project}/shelves", "schema": "shelf.json", "id": {"field": "name"}}
    settings = {
        "path": "/projects/{project}/settings",
        "schema": "settings.json",
        "id": "none",
        "operations": ["read", "update"],
        "references": {"shelf": {"to": "shelf", "url": "projects/{project}/shelves/{id}"}},
    }
    resources = {"project": {"path": "/projects", "operations": []}, "shelf": shelf, "settings": settings}
    (tmp_path / "contract.yaml").write_text(yaml.safe_dump({"contract": "x", "resources": resources}), encoding="utf-8")
    contract = load(tmp_path)
    place = Spot(contract.resources["settings"], (("project", "p"),))
    asked = Places(contract).writing(place, "update", {"shelf": "7"})
    assert asked.path == "/projects/p/settings"
    assert json.loads(asked.body or b"") == {"shelf": "projects/p/shelves/7"}
