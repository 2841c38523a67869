"""Every class of mistake in a contract or schema is told with its file, its line and a next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mistakes import HEAD, expect, problems


def test_the_contract_that_the_cases_start_from_is_sound(tmp_path: Path) -> None:
    assert problems(tmp_path, HEAD) == []


@pytest.mark.parametrize(
    ("added", "line", "message", "hint"),
    [
        ("uniqe: [name]", 7, "unknown word 'uniqe' in resource 'item'", "did you mean 'unique'?"),
        ("zzz: 1", 7, "unknown word 'zzz'", "there is: "),
        ("path: /others", 7, "'path' stands twice in this mapping: here and in line 5", "keep one"),
        ("operations: [list, raed]", 7, "one of: list, create, read", "did you mean 'read'?"),
        ("id: sku", 7, "expected one of: none, or a mapping: {field: …, type: …, chosen_by: …}", None),
        ("envelope: data", 7, "'envelope' in resource 'item' is 'data'; expected a mapping", None),
        ("media: application/x-www-form-urlencoded", 7, "application/x-www-form-urlencoded", None),
        ("media: {request: text/csv}", 7, "text/csv", None),
        ("unique_scope: globl", 7, "one of: parent, global", "did you mean 'global'?"),
        ("touched_resolution: soon", 7, "expected a number", None),
        ("touched_resolution: -1", 7, "at least 0", None),
        ("unique: [nmae]", 7, "'unique' names an unknown field 'nmae'", "did you mean 'name'?"),
        ("unique:\n  - name\n  - [name, sise]", 9, "'unique' names an unknown field 'sise'", "did you mean 'size'?"),
        ("unique: [id]", 7, "'unique' names 'id', which the schema says is readOnly", "requests hold"),
        (
            "reads_as: {note: note.text}",
            7,
            "'reads_as' names 'note', which the schema says is writeOnly",
            "each has its schema: {request: …, response: …}",
        ),
        ("touched: [owner_id]", 7, "'touched' names 'owner_id', which the schema says is writeOnly", "responses hold"),
        ("sort: [nam]", 7, "'sort' names an unknown field 'nam'", "did you mean 'name'?"),
        ("sort: [tags]", 7, "a list cannot be sorted by 'tags', which holds arrays", "numbers, text"),
        ("create_only: [changed]", 7, "readOnly", None),
        ("volatile: [chnged]", 7, "unknown field", "did you mean 'changed'?"),
        ("secret: [nte]", 7, "unknown field", "did you mean 'note'?"),
        ("immutable: [x]", 7, "'immutable' names an unknown field 'x'", None),
        ("filters: {nam: equals}", 7, "'filters' names an unknown field 'nam'", "did you mean 'name'?"),
        ("filters: {name: equal}", 7, "'name' in resource 'item' at 'filters' is 'equal'", "did you mean 'equals'?"),
        ("filters: {by: {field: statsu}}", 7, "'filters' names an unknown field 'statsu'", "did you mean 'status'?"),
        ("filters: {by: {field: status, map: {X: opn}}}", 7, "'status' can never equal 'opn'", "'any'"),
        ("derived: [nme]", 7, "'derived' names an unknown field 'nme'", "did you mean 'name'?"),
        ("derived: {changed: '{nme}'}", 7, "unknown field 'nme'", "did you mean 'name'?"),
        ("derived:\n  changed:\n    - {when: [nam], template: x}", 9, "unknown field 'nam'", None),
        ("derived: {changed: [{when: [name], template: x}]}", 7, "has a 'when'", "always holds"),
        ("references: {ownr_id: {to: owner}}", 7, "unknown field 'ownr_id'", "did you mean 'owner_id'?"),
        ("references: {size: {to: ownr}}", 7, "unknown resource 'ownr'", "did you mean 'owner'?"),
        ("references: {owner_id: {to: owner}}", 7, "is writeOnly, so no response shows it", "reads_as"),
        ("references: {owner_id: {to: owner, reads_as: owner.di}}", 7, "has no 'di' there", "there is: id"),
        ("references: {owner_id: {to: owner, reads_as: tags.id}}", 7, "the schema contradicts", "write 'tags[]'"),
        ("references: {owner_id: {to: owner, reads_as: 'owner[].id'}}", 7, "the schema contradicts", "write 'owner'"),
        ("references: {owner_id: {}}", 7, "'to' is missing", None),
        ("reads_as: {note: 'tgs[]'}", 7, "unknown field 'tgs'", "did you mean 'tags'?"),
        ("references: {size: {to: owner}}\nreads_as: {size: owner}", 8, "'size' is a reference", "'references'"),
        ("rules: [{ordered: [name, siz]}]", 7, "'rules' names an unknown field 'siz'", "did you mean 'size'?"),
        ("rules: [{ordered: [name, size]}]", 7, "different types", None),
        ("rules: [{ordered: [name]}]", 7, "at least 2 entries", None),
        ("rules:\n  - never: {status: [closed, darft]}", 8, "does not allow 'darft'", "did you mean 'draft'?"),
        ("rules: [{nevr: {status: [closed, draft]}}]", 7, "unknown word 'nevr'", "did you mean 'never'?"),
        ("rules: [{ordered: [size, size]}]", 7, "without repeats", None),
        ("rules: [{refused: {size: 5}}]", 7, "does not say why", "because"),
        ("rules: [{frozen: [size]}]", 7, "does not say when", "immutable: [size]"),
        ("rules: [{frozen: [size], because: it stays}]", 7, "does not say when", "immutable: [size]"),
        ("rules: [{refused: {size: five}, because: x}]", 7, "does not allow 'five'", None),
        ("rules: [{never: {status: [open, draft]}, ordered: [size, size2]}]", 7, "a rule is one of", None),
        ("parent: {ownr: owner_id}", 7, "unknown parent 'ownr'", "did you mean 'owner'?"),
        ("parent: {owner: {nam: x}}", 7, "unknown word 'nam'", "did you mean 'name'?"),
        ("parent: {owner: item}\nenvelope: {request: item}", 7, "both the envelope and the parameter", None),
        ("statuses: {conflct: 409}", 7, "unknown status case 'conflct'", "did you mean 'conflict'?"),
        ("statuses: {conflict: 99}", 7, "at least 200", None),
        ("statuses: {conflict: many}", 7, "'ignored' or 'kept'", None),
        ("statuses: {conflict: kept}", 7, "'conflict' cannot be 'kept'", "unknown_field"),
        ("methods: {updte: PUT}", 7, "'updte' is not", "did you mean 'update'?"),
        ("methods: {update: DELETE}", 7, "update and delete are both DELETE", "its own verb"),
        ("methods: {update: PTU}", 7, "one of: GET", "did you mean 'PUT'?"),
        ("id: {type: uuid}", 7, "ids are of type uuid", None),
        ("id: {pattern: '('}", 7, "'pattern' is no regular expression", "brackets"),
        ("id: {field: nr}", 7, "unknown field 'nr'", None),
        ("id: {chosen_by: either}", 7, "needs the operations create and replace", None),
        ("id: {chosen_by: client}", 7, "does not let a request hold it", "readOnly"),
        ("paging: {style: token, next_entry: id}", 7, "is the token of no parameter", "starting_after"),
        ("paging: {style: page, more: has_more}", 7, "does not say which page is next", "next_entry"),
        ("paging: {style: token}", 7, "does not say where the next page is named", "next_header"),
        ("paging: {page: p}", 7, "paging without a style", "style"),
        ("paging: {style: page, default: 50, max: 20}", 7, "(50) is above the largest (20)", None),
        ("defaults: {size: {value: big}}", 7, "the schema of 'size' does not allow 'big'", "correct one of the two"),
        ("examples: [{name: 5}]", 7, "example 1 is not valid at 'name'", None),
        ("examples:\n  - {name: a}\n  - {nme: a}", 9, "example 2 is not valid", None),
    ],
)
def test_a_mistake_in_a_resource(tmp_path: Path, added: str, line: int, message: str, hint: str | None) -> None:
    indented = "".join(f"    {row}\n" for row in added.splitlines())
    expect(problems(tmp_path, HEAD + indented), f"contract.yaml:{line}", message, hint)


@pytest.mark.parametrize(
    ("contract", "line", "message", "hint"),
    [
        ("", 1, "a contract is a mapping", "contract: NAME"),
        ("- a", 1, "a contract is a mapping", None),
        ("contract: x", 1, "'resources' is missing", None),
        ("contract: x\nresources: {}", 2, "at least 1 entry", None),
        ("contract: No Way\nresources: {a: {path: /a, operations: []}}", 1, "lower-case", None),
        ("contract: x\nresorces: {}", 2, "unknown word 'resorces'", "did you mean 'resources'?"),
        ("contract: x\nresources:\n  a: {path: /a}", 3, "'schema' is missing", None),
        ("contract: x\nresources:\n  a: {path: a, operations: []}", 3, "'path' in resource 'a' is 'a'", None),
        ("contract: x\nresources:\n  a-b: {path: /a, operations: []}", 3, "'a-b' is not a resource's name", None),
        ("contract: x\nresources:\n  a: {path: '/b/{b}/a', operations: []}", 3, "unknown resource 'b'", "declare it"),
        (
            "contract: x\nresources:\n  team: {path: /t, operations: []}\n  a: {path: '/t/{taem}/a', operations: []}",
            4,
            "unknown resource 'taem'",
            "did you mean 'team'?",
        ),
        (
            "contract: x\nresources:\n  a: {path: '/b/{b}/a', operations: []}\n  b: {path: '/a/{a}/b', operations: []}",
            3,
            "parents go round in a circle: a → b → a",
            None,
        ),
        ("contract: x\nresources:\n  a: {path: '/a/{a}/a', operations: []}", 3, "circle: a → a", None),
        (
            "contract: x\nresources:\n  a: {path: /a, operations: []}\n  b: {path: /a, operations: []}",
            4,
            "'a' and 'b' have the same path",
            None,
        ),
        (
            "contract: x\nresources:\n  a: {path: /a, operations: []}\n"
            "  b: {path: '/a/{a}/b', operations: [], parent: {a: a_id}}",
            4,
            "in 'path' and in 'parent'",
            None,
        ),
        (
            "contract: x\nresources:\n  a: {path: /a, operations: [], id: none}\n"
            "  b: {path: '/a/{a}/b', operations: []}",
            4,
            "needs an id of 'a', which has none",
            None,
        ),
        (
            "contract: x\nheaders: {Tenant: '{ownr}'}\nresources:\n  owner: {path: /o, operations: []}",
            2,
            "'ownr'",
            "owner",
        ),
        ("contract: x\nstatuses: {gon: 404}\nresources:\n  a: {path: /a, operations: []}", 2, "'gon'", "'gone'"),
        (
            "contract: x\norder: [absent]\nresources:\n  a: {path: /a, operations: []}",
            2,
            "'order' does not say",
            "all ten",
        ),
        (
            "contract: x\norder: [absnt]\nresources:\n  a: {path: /a, operations: []}",
            2,
            "no case of 'order'",
            "'absent'",
        ),
        ("contract: x\nauth: baerer\nresources:\n  a: {path: /a, operations: []}", 2, "one of: bearer", "'bearer'"),
        ("contract: x\nauth: {shceme: basic}\nresources:\n  a: {path: /a, operations: []}", 2, "'shceme'", "'scheme'"),
        (
            "contract: x\ntransport: htps\nresources:\n  a: {path: /a, operations: []}",
            2,
            "one of: https, any",
            "'https'",
        ),
        ("contract: x\npolicies: [Oops]\nresources:\n  a: {path: /a, operations: []}", 2, "id of a rule", None),
        (
            "contract: x\nclauses: {a.b: {levl: must}}\nresources:\n  a: {path: /a, operations: []}",
            2,
            "'levl'",
            "'level'",
        ),
        (
            "contract: x\nerrors: eror.json\nresources:\n  a: {path: /a, operations: []}",
            2,
            "'eror.json'",
            "'error.json'",
        ),
        (
            "contract: x\nerrors:\n  type: objct\nresources:\n  a: {path: /a, operations: []}",
            3,
            "not a valid JSON Schema",
            None,
        ),
        ("contract: x\nresources: [", 2, "this is not YAML", None),
        ("contract: x\nresources:\n\tb: 1", 3, "this is not YAML", None),
        ("contract: x\nresources: {}\nsettles: 1e400", 3, "1e400 is a number that no double can hold", "smaller"),
        (f"contract: x\nresources: {{}}\nsettles: -{10**400}", 3, "a number that no double can hold", "smaller"),
        ("contract: !!python/name:os.system x\nresources: {}", 1, "tag", "remove"),
        ("contract: &a [*a]", 1, "this alias stands inside what it names", None),
        ("contract: x\n? [a, b]\n: 1\nresources: {}", 2, "a key must be a plain word", None),
    ],
)
def test_a_mistake_at_the_top(tmp_path: Path, contract: str, line: int, message: str, hint: str | None) -> None:
    found = problems(tmp_path, contract, error='{"type": "object"}')
    expect(found, f"contract.yaml:{line}", message, hint)


@pytest.mark.parametrize(
    ("schema", "line", "message", "hint"),
    [
        ('{\n "type": "object",\n "properties": {"id": {"type": "integr"}}}', 3, "at properties/id/type", None),
        ('{\n "type": "object",,\n}', 2, "this is not JSON", "comma"),
        ('{"type": "object",\n "properties": {"id": {"const": NaN}}}', 2, "'NaN' is not JSON", None),
        ('{"type": "object",\n "properties": {"id": {}},\n "type": "object"}', 3, "stands twice", "keep one"),
        ("[]", 1, "a schema must be an object", None),
        ('{\n "properties": {"id": {}}}', 1, 'must say "type": "object"', None),
        ('{"type": "object"}', 1, "has no properties", None),
        ('{"type": "object",\n "required": ["nme"], "properties": {"id": {}, "name": {}}}', 2, "'nme'", "'name'"),
        ('{"type": "object", "properties": {"id": {},\n "a": {"maxLenght": 3}}}', 2, "no keyword", "'maxLength'"),
        ('{"type": "object", "properties": {"id": {},\n "a": {"format": "date-tiem"}}}', 2, "format", "'date-time'"),
        ('{"type": "object", "properties": {"id": {},\n "a": {"pattern": "("}}}', 2, "no regular expression", None),
        (
            '{"type": "object", "properties": {"id": {},\n "a": {"maximum": 1e400}}}',
            2,
            "no double can hold",
            "leave it",
        ),
        ('{"type": "object", "properties": {"id": {},\n "a": {"minimum": -1e400}}}', 2, "no double", "leave it"),
        ('{"type": "object", "properties": {"id": {},\n "a": {"minLength": 3, "maxLength": 2}}}', 2, "above", None),
        ('{"type": "object", "properties": {"id": {},\n "a": {"readOnly": true, "writeOnly": true}}}', 2, "both", None),
        (
            '{"type": "object", "properties": {"id": {},\n "a": {"type": "string", "default": 3}}}',
            2,
            "default of 'a'",
            None,
        ),
        ('{"type": "object", "properties": {"id": {},\n "a": false}}', 2, "'a' is false", None),
        ('{"type": "object", "properties": {"id": {}},\n "enum": [{}]}', 2, "'enum' is not understood", "rules"),
        (
            '{"type": "object", "properties": {"id": {}},\n "additionalProperties": {"type": "string"}}',
            2,
            "true or false",
            None,
        ),
        (
            '{"type": "object",\n "$schema": "http://json-schema.org/draft-07/schema#",\n "properties": {}}',
            2,
            "2020-12",
            None,
        ),
        (
            '{"type": "object", "properties": {"id": {},\n "a": {"$ref": "#/$defs/x"}}, "$defs": {"y": {}}}',
            2,
            "names nothing",
            None,
        ),
        (
            '{"type": "object", "properties": {"id": {},\n "a": {"$ref": "othr.json"}}}',
            2,
            "names no file",
            "'other.json'",
        ),
        ('{"type": "object", "properties": {"id": {},\n "a": {"$ref": "../x.json"}}}', 2, "leaves the folder", None),
        ('{"type": "object", "properties": {"id": {},\n "a": {"$ref": "https://x/y"}}}', 2, "leaves the folder", None),
        ('{"type": "object", "properties": {"id": {},\n "a": {"$ref": "#thing"}}}', 2, "anchor", None),
        (
            '{"type": "object", "$defs": {"t": {"$ref": "#/$defs/u"}, "u": {\n "$ref": "#/$defs/t"}},\n'
            ' "properties": {"id": {}, "a": {"$ref": "#/$defs/t"}}}',
            2,
            "$ref goes round in a circle: item.json#/$defs/t → item.json#/$defs/u → item.json#/$defs/t",
            "one of these",
        ),
        (
            '{"type": "object", "properties": {"id": {},\n "a": {"enum": []}}}',
            2,
            "no value is allowed here",
            "enum",
        ),
        (
            '{"type": "object", "properties": {"id": {},\n "a": {"type": "string", "enum": [1, 2]}}}',
            2,
            "no value is allowed here",
            "enum",
        ),
        (
            '{"type": "object", "$defs": {"t": {"maxLength": 3}}, "properties": {"id": {},\n'
            ' "a": {"$ref": "#/$defs/t",\n "maxLength": 2}}}',
            3,
            "says something else",
            None,
        ),
    ],
)
def test_a_mistake_in_a_schema(tmp_path: Path, schema: str, line: int, message: str, hint: str | None) -> None:
    found = problems(
        tmp_path, "contract: shop\nresources: {item: {path: /items, schema: item.json}}", item=schema, other="{}"
    )
    expect(found, f"item.json:{line}", message, hint)
