"""A sound contract for mistakes to be made in."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import check
from restproof.errors import ContractError

ITEM = """\
{
  "type": "object",
  "required": ["name"],
  "properties": {
    "id": {"type": "integer", "readOnly": true},
    "name": {"type": "string", "maxLength": 20},
    "size": {"type": "integer"},
    "status": {"type": "string", "enum": ["draft", "open", "closed"]},
    "owner_id": {"type": ["integer", "null"], "writeOnly": true},
    "owner": {"type": ["object", "null"], "properties": {"id": {"type": "integer"}}, "readOnly": true},
    "tags": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}, "readOnly": true},
    "note": {"type": "object", "writeOnly": true},
    "changed": {"type": "string", "readOnly": true}
  }
}
"""


HEAD = """\
contract: shop
resources:
  owner: {path: /owners, schema: item.json}
  item:
    path: /items
    schema: item.json
"""  # what a case adds to 'item' begins in line 7


def problems(folder: Path, contract: str, **schemas: str) -> list[ContractError]:
    (folder / "contract.yaml").write_text(contract, encoding="utf-8")
    for name, text in {"item": ITEM, **schemas}.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return check(folder)


def expect(found: list[ContractError], where: str, message: str, hint: str | None) -> None:
    file, line = where.split(":")
    told = [str(e) for e in found]
    assert [e.message for e in found if not e.hint] == [], "a problem without a next step"
    for error in found:
        assert error.place is not None
        if error.place.file.name == file and error.place.line == int(line) and message in error.message:
            assert hint is None or hint in (error.hint or ""), f"another hint: {error.hint}"
            return
    pytest.fail(f"no '{message}' at {where}; there is: {told}")
