"""Requests as they are built from a contract."""

from __future__ import annotations

import json
from collections.abc import Callable

from restproof.contract.model import Contract
from restproof.engine.requests import Requests


def test_the_id_of_a_create_is_a_field_unless_its_path_names_it(contract_of: Callable[[str], Contract]) -> None:
    """Else the id of a path that is not there would stand in the place of the one that the body names."""
    text = """\
contract: shop
preset: json-api
resources:
  label: {path: /labels, schema: label.json, id: {chosen_by: client}, operations: [create, read, replace]}
"""
    contract = contract_of(text)
    requests = Requests(contract, contract.resources["label"])
    created, replaced = (
        json.loads(requests.build(name, {}, id="of-path", body={"id": "of-body"}).body or b"")["data"]["id"]
        for name in ("create", "replace")
    )
    assert (created, replaced) == ("of-body", "of-path")
