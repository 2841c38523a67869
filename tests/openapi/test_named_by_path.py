"""Collections whose path ends with a parameter of few values: ``/lanes/{kind}`` of ``/lanes/{kind}/{id}``."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.errors import ContractError

from .unsaid import BOX, SENT, TEXT, Document, call, contract

KIND: Document = {"name": "kind", "in": "path", "required": True, "schema": {**TEXT, "enum": ["deals", "tickets"]}}
ITEM: Document = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def lanes(**more: Document) -> Document:
    here = {"parameters": [KIND], "get": call({"type": "array", "items": BOX}), "post": call(BOX, SENT, 201), **more}
    return {"/lanes/{kind}": here, "/lanes/{kind}/{id}": {"parameters": [KIND, ITEM], "get": call(BOX)}}


def test_a_collection_that_a_parameter_names_is_that_of_its_first_value(tmp_path: Path) -> None:
    [lane] = contract(tmp_path, lanes()).resources.values()
    assert (lane.path, {*lane.operations}) == ("/lanes/deals", {"list", "create", "read"})


def test_one_thing_that_a_parameter_names_is_no_collection(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no path of this document is a collection"):
        contract(tmp_path, lanes(put=call(BOX, SENT)))
