"""Small documents that leave things open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from restproof.contract.load import load
from restproof.contract.model import Contract, Resource
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.written import write

Document = dict[str, Any]


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
LABEL = {"label": TEXT}


BOX = {"type": "object", "required": ["id", "label"], "properties": {"id": NUMBER, **LABEL}}


SENT = {"type": "object", "required": ["label"], "properties": LABEL}


def content(schema: Document) -> Document:
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


def call(answer: Document, body: Document | None = None, status: int = 200, **more: Any) -> Document:
    asked = {} if body is None else {"requestBody": {"required": True, **content(body)}}
    return {**asked, "responses": {str(status): content(answer), **more.pop("others", {})}, **more}


def boxes(create: Document, **item: Document) -> Document:
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    return {"/boxes": {"post": create}, "/boxes/{id}": {"parameters": [given], "get": call(BOX), **item}}


def read(folder: Path, paths: Document, schemas: Document | None = None) -> Imported:
    document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths}
    document |= {"components": {"schemas": schemas}} if schemas else {}
    folder.mkdir(exist_ok=True)
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    return imported(folder / "api.json", "api")


def contract(folder: Path, paths: Document, schemas: Document | None = None) -> Contract:
    return load(write(read(folder, paths, schemas), folder / "contract", "api.json"))


def resource(folder: Path, name: str, paths: Document) -> Resource:
    return contract(folder, paths).resources[name]
