"""What binds a body as a whole: bodies that keep it are found, and bodies that break it alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from restproof.contract.load import check, load
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import accepted_bodies, kept_rule_bodies, rule_bodies
from restproof.plan.patches import merge_patches
from restproof.plan.profile import PROFILES
from restproof.semantics.doubt import doubt

TEXT = {"type": "string", "maxLength": 20}
ID = {"id": {"type": "integer", "readOnly": True}}
CARD = {"properties": {"kind": {"type": "string"}, "number": {"type": "string"}}, "required": ["number"]}
CASH = {"properties": {"kind": {"type": "string"}, "till": {"type": "integer"}}, "required": ["till", "id"]}
WHOLES: dict[str, dict[str, Any]] = {
    "one": {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "any": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "not": {"not": {"required": ["a", "b"]}},
    "dependent": {"dependentRequired": {"a": ["b"]}},
    "dependent schemas": {"dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"minLength": 3}}}}},
    "if": {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}},
    "count": {"minProperties": 2, "maxProperties": 3},
    "discriminator": {
        "oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Cash"}],
        "discriminator": {"propertyName": "kind", "mapping": {"by_card": "#/$defs/Card"}},
        "$defs": {"Card": CARD, "Cash": CASH},
    },
    "apart": {"allOf": [{"properties": {"d": TEXT}, "required": ["d"]}, {"anyOf": [{"required": ["a"]}, {"not": {}}]}]},
}


def bodies(folder: Path, whole: dict[str, Any], rules: str = "[]") -> Bodies:
    schema = {"type": "object", "properties": {**ID, "a": TEXT, "b": TEXT, "c": TEXT}, **whole}
    (folder / "thing.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / "contract.yaml").write_text(
        f"contract: c\nresources:\n  thing: {{path: /things, schema: thing.json, rules: {rules}}}\n", encoding="utf-8"
    )
    assert not check(folder)
    contract = load(folder)
    return Bodies(contract, contract.resources["thing"])


def ground(found: Bodies, operation: str = "create") -> Ground:
    return Ground(found.contract, found.resource, operation, PROFILES["ci"], found)


@pytest.mark.parametrize("name", WHOLES)
def test_every_body_that_is_meant_to_be_valid_is(name: str, tmp_path: Path) -> None:
    found = bodies(tmp_path, WHOLES[name])
    schema = Draft202012Validator({k: v for k, v in WHOLES[name].items() if k != "discriminator"})
    made = [found.minimal(), found.full(), *(c["body"] for c in accepted_bodies(ground(found)))]
    made += [c["body"] for c in kept_rule_bodies(ground(found))]
    assert [b for b in made if doubt(found.resource, "create", b)] == []
    # The server's own id, which one alternative requires, is not the client's to send.
    assert [b for b in made if not schema.is_valid({"id": 1, **b})] == [] or name in ("count", "apart")


@pytest.mark.parametrize("name", WHOLES)
def test_what_is_meant_to_break_it_does(name: str, tmp_path: Path) -> None:
    found = bodies(tmp_path, WHOLES[name])
    schema = Draft202012Validator({k: v for k, v in WHOLES[name].items() if k != "discriminator"})
    broken = [c for c in rule_bodies(ground(found)) if c.get("refusal") == "invalid"]
    assert broken
    assert [c for c in broken if not doubt(found.resource, "create", c["body"])] == []
    if name not in ("discriminator", "count", "apart"):
        assert [c for c in broken if schema.is_valid(c["body"])] == []


def test_a_discriminator_tells_the_alternatives_apart(tmp_path: Path) -> None:
    found = bodies(tmp_path, WHOLES["discriminator"])
    kinds = {c["body"]["kind"]: {"number", "till"} & c["body"].keys() for c in accepted_bodies(ground(found))}
    assert kinds["by_card"] >= {"number"}
    assert kinds["Cash"] >= {"till"}
    assert found.resource.shapes.response["required"] == ["id", "a", "b", "c"]


def test_a_rule_may_be_a_condition(tmp_path: Path) -> None:
    found = bodies(tmp_path, {}, "[{when: {a: [x, y]}, then: {b: required, c: absent}}]")
    [rule] = found.resource.rules
    assert rule.violation(None, {"a": "x", "b": "1", "c": None}) is None
    assert rule.violation(None, {"a": "z"}) is None
    assert rule.violation(None, {"a": "y", "b": "1", "c": "2"}) is not None
    assert rule.violation({"a": "x"}, {"a": "x", "b": None}) is not None
    update = [c["body"] for c in rule_bodies(ground(found, "update"))]
    assert {"a": "x"} in update


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("[{when: {a: x}}]", "stand together"),
        ("[{when: {a: x}, then: {z: required}}]", "unknown field 'z'"),
        ("[{when: {id: 1}, then: {a: required}}]", "readOnly"),
        ("[{holds: {type: objekt}}]", "not a valid JSON Schema"),
        ("[{when: {a: x}, then: {b: y}, never: {a: [x, y]}}]", "one of"),
    ],
)
def test_a_condition_that_cannot_be_is_told(rule: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        bodies(tmp_path, {}, rule)
    assert any(message in str(p) for p in check(tmp_path))


def test_what_freezes_others_is_tried_in_the_order_of_the_schema_whatever_a_set_makes_of_it(tmp_path: Path) -> None:
    flags = [f"flag{n}" for n in range(7)]
    rules = json.dumps([{"frozen": ["a"], "when": {name: True}} for name in reversed(flags)])
    properties = {**ID, "a": TEXT, **{name: {"type": "boolean"} for name in flags}}
    found = bodies(tmp_path, {"properties": properties}, rules)
    tried = [list(c["notes"]) for c in accepted_bodies(ground(found, "update"))]
    assert tried[-2:] == [flags, flags]
    assert all(names == ["a"] for names in tried[:-2])


def test_a_merge_patch_breaks_a_rule_by_what_it_leads_to(tmp_path: Path) -> None:
    """An empty object of a merge patch changes nothing, so that a map is emptied member by member."""
    names = {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}, "default": {}}
    state = {"enum": ["new", "approved"], "default": "new"}
    schema = {"type": "object", "properties": {**ID, "a": TEXT, "names": names, "state": state}}
    (tmp_path / "thing.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(
        "contract: c\nresources:\n  thing:\n    path: /things\n    schema: thing.json\n"
        "    operations: {list: , create: , read: , update: {media: {request: application/merge-patch+json}}}\n"
        "    rules: [{when: {state: approved}, then: {names: {minProperties: 1}}}]\n",
        encoding="utf-8",
    )
    contract = load(tmp_path)
    found = ground(Bodies(contract, contract.resources["thing"]), "update")
    broken = [c for c in rule_bodies(found) if "names" in c["body"]]
    assert broken
    for case in broken:
        before = case["given"]["names"]
        assert case["body"]["names"] == dict.fromkeys(before)
        assert before
    patches = list(merge_patches(found))
    assert any(p["removes"] for p in patches)
    assert all(p["state"]["names"] for p in patches)


def test_of_many_alternatives_each_lacks_what_it_needs_once(tmp_path: Path) -> None:
    kinds = [f"k{number}" for number in range(12)]
    parts = [{"properties": {"a": {"const": k}, f"of_{k}": TEXT}, "required": ["a", f"of_{k}"]} for k in kinds]
    found = bodies(tmp_path, {"oneOf": parts, "required": ["a"]})
    for body in (found.minimal(), found.full()):
        assert doubt(found.resource, "create", body) == ""
        assert body.keys() & {f"of_{k}" for k in kinds} == {f"of_{body['a']}"}
    broken = [c for c in rule_bodies(ground(found)) if c.get("refusal") == "invalid"]
    lacking = {c["body"]["a"] for c in broken if f"of_{c['body'].get('a')}" not in c["body"]}
    assert lacking >= {*kinds}
    assert len(broken) <= 3 * len(kinds)
