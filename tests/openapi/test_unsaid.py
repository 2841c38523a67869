"""What a document does not say is asked of nobody."""

from __future__ import annotations

from pathlib import Path

from restproof.contract.load import load
from restproof.contract.model import Contract, Resource
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.written import write

OK = "description: ok, content: {application/json: {schema: "


def read(folder: Path, paths: str) -> Imported:
    (folder / "api.yaml").write_text(
        f"openapi: 3.0.3\ninfo: {{title: x, version: '1'}}\npaths:\n{paths}", encoding="utf-8"
    )
    return imported(folder / "api.yaml", "api")


def contract(folder: Path, paths: str) -> Contract:
    return load(write(read(folder, paths), folder / "contract", "api.yaml"))


BOXES = f"""
  /boxes:
    post:
      requestBody: {{required: true, content: {{application/json: {{schema: BOX}}}}}}
      responses: {{201: {{{OK}CREATED}}}}}}}}
  /boxes/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
    get: {{responses: {{200: {{{OK}READ}}}}}}}}}}
""".replace(
    "BOX", "{type: object, required: [label], properties: {label: {type: string}, size: {type: string}}}"
).replace(
    "READ",
    "{type: object, required: [id, label, size], "
    "properties: {id: {type: integer}, label: {type: string}, size: {type: string}}}",
)


def box(folder: Path, created: str) -> Resource:
    return contract(folder, BOXES.replace("CREATED", created)).resources["box"]


def test_an_answer_to_a_create_need_not_hold_what_it_does_not_declare(tmp_path: Path) -> None:
    found = box(tmp_path, "{type: object, required: [id], properties: {id: {type: integer}}}")
    assert found.sparse
    assert found.shapes.response["required"] == ["id"]


def test_a_create_whose_answer_declares_no_id_is_left_out(tmp_path: Path) -> None:
    found = box(tmp_path, "{type: object, properties: {message: {type: string}}}")
    assert found.operations == ("read",)
