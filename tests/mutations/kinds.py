"""The kinds of files that users give, each with an example and its reader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.mutations.mutate import Kind
from tests.record import synthetic_run

from restproof.configfile import read_config
from restproof.contract.load import load
from restproof.deviations import load_deviations
from restproof.engine.register import load as load_register
from restproof.fleet.spec import read_fleet
from restproof.oracle.verdict import judge
from restproof.plan.bodies import Bodies
from restproof.record.readable import dump
from restproof.record.reader import read
from restproof.record.recording import recording
from restproof.record.traffic import read_traffic
from restproof.wire.ledger import Ledger

CONTRACT = """\
contract: notes
base_path: /v1
auth: {scheme: bearer}
headers: {X-Team: "{team}"}
statuses: {invalid: 400, unknown_field: ignored}
paging: {style: page, page: page, size: per_page, default: 2, max: 20}
resources:
  team: {path: /teams, schema: note.json, operations: [list]}
  note:
    path: /teams/{team}/notes
    schema: note.json
    unique: [name]
    operations: [list, create, read, update, delete]
    rules:
      - never: {kind: [a, b]}
      - {at_most: 24, of: count, per: [kind], when: {kind: [a]}, because: "a day has 24 hours"}
    settles: {reads: 0, lists: 1, queries: 5, totals: 10}
    filters: {name: equals}
    sort: [name]
"""
SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[a-zA-Z0-9 -]+$"},
        "kind": {"enum": ["a", "b", None], "default": "a"},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "tags": {"type": "array", "items": {"type": "string", "format": "email"}, "maxItems": 3},
        "place": {"type": "object", "properties": {"x": {"type": "number"}}, "additionalProperties": False},
        "both": {"allOf": [{"type": "string"}, {"maxLength": 9}]},
    },
}
DEVIATIONS = """\
- requirement: create.answers-created
  resource: note
  operation: create
  owner: team
  reason: known
  expires: 2030-01-01
  shows: sometimes
- {requirement: list.pages, owner: me, reason: "x", expires: "2031-01-01"}
"""
TOML = """\
contract = "contracts/notes"
target = "staging"
[targets.staging]
base_url = "https://staging.example.com"
rate = 10
timeout = 5.5
forbid = ["note.create"]
[targets.staging.credentials]
full = "${TOKEN}"
[targets.staging.ids]
team = 5
other_team = "6"
"""
FLEET = """\
runs = "fleet-runs"
keep = 30
jobs = 2
options = ["--profile", "smoke"]
[rates]
"api.example.com" = 5.5
[services.notes]
folder = "."
contract = "contracts/notes"
target = "https://api.example.com/v1"
owner = "me"
tags = ["a", "b"]
revision = "${GIT_SHA}"
options = ["--max-requests", "100"]
"""
LEDGER = """\
{"event": "ledger", "format": 2, "contract": "c", "target": "t", "base_url": "https://a.example", "kind": "live", "prefix": "rp1"}
{"event": "intend", "n": 1, "resource": "note", "collection": "/v1/notes", "marks": [["name", "rp1"]], "headers": [["X-A", "1"]], "credential": "full"}
{"event": "created", "n": 1, "item": "/v1/notes/7", "id": 7, "new": true}
{"event": "wrote", "item": "/v1/notes/7", "sums": {"name": "abc"}}
{"event": "deleted", "item": "/v1/notes/7"}
{"event": "intend", "n": 2, "resource": "note", "collection": "/v1/notes", "marks": [], "sums": {"count": "abc"}, "before": ["12ab34cd"], "adrift": "/v1/teams/9", "headers": [], "credential": null, "at": 1.5}
{"event": "refused", "n": 2}
{"event": "intend", "n": 3, "resource": "note", "collection": "/v1/notes", "marks": [["*", "rp2"]], "headers": [], "credential": "full", "at": 2}
{"event": "answered", "n": 3, "accepted": true}
{"event": "settled", "n": 2}
"""
CASSETTE = """\
interactions:
- request:
    body: '{"name": "x"}'
    headers: {Accept: ['*/*']}
    method: POST
    uri: https://api.example.com/items
  response:
    body: {string: '{"id": 1}'}
    headers: {Content-Type: [application/json], Content-Encoding: [gzip]}
    status: {code: 201, message: Created}
version: 1
"""
REGISTER = """\
- id: own.rule
  level: must
  statement: "It holds."
  sources: ["house rules"]
  depends_on: []
- {id: own.other, level: should, statement: "It too.", sources: [x], not_tested: "no way"}
"""
_ENTRY = {
    "startedDateTime": "2026-11-01T08:00:00.000Z",
    "time": 12.5,
    "_fetchType": "Network Load",
    "request": {
        "method": "POST",
        "url": "https://api.example.com/items?a=b",
        "headers": [{"name": "A", "value": "b"}],
        "postData": {"mimeType": "application/json", "text": "{}"},
        "bodySize": 2,
    },
    "response": {
        "status": 200,
        "statusText": "OK",
        "headers": [{"name": "A", "value": "b"}],
        "content": {"size": 2, "text": "W10=", "encoding": "base64"},
        "bodySize": 2,
    },
}
HAR = json.dumps({"log": {"version": "1.2", "entries": [_ENTRY, _ENTRY]}}, indent=1)
OPENAPI = """\
openapi: 3.0.3
info: {title: Notes, version: "1"}
servers: [{url: https://api.example.com/v1}]
paths:
  /notes:
    get:
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Note"}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}, "404": {description: none}}}
    delete: {responses: {"204": {description: gone}}}
components:
  schemas:
    Note: {type: object, required: [name], properties: {id: {type: integer, readOnly: true}, name: {type: string, maxLength: 9}}}
"""


def _contract(file: Path) -> object:
    """A contract, and what is planned from it: the bodies of each resource."""
    folder = file.parent
    if file.name == "contract.yaml":
        (folder / "note.json").write_text(json.dumps(SCHEMA))
    else:
        (folder / "contract.yaml").write_text(CONTRACT)
    contract = load(folder / "contract.yaml")
    for resource in contract:
        bodies = Bodies(contract, resource)
        if resource.creatable:
            bodies.minimal()
            bodies.full("x")
    return contract


def _fleet(file: Path) -> object:
    fleet = read_fleet(file, {})
    return [(service.host(), fleet.rate(service.host())) for service in fleet.services.values()]


def _run(file: Path) -> object:
    return judge(read(file, partial=True))


def _imported(file: Path) -> object:
    from restproof.cli.main import restproof

    out = file.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    return restproof.main(["import", "openapi", str(file), "--out", str(out)], standalone_mode=False)


_EVENTS = "\n".join(json.dumps(event) for event in synthetic_run.small()) + "\n"


def _readable() -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return dump(read(synthetic_run.write(Path(folder) / "run", *synthetic_run.small())))


KINDS = {
    "contract": Kind("contract.yaml", CONTRACT, _contract),
    "schema": Kind("note.json", json.dumps(SCHEMA, indent=1), _contract),
    "deviations": Kind("deviations.yaml", DEVIATIONS, load_deviations),
    "config": Kind("restproof.toml", TOML, read_config),
    "fleet": Kind("fleet.toml", FLEET, _fleet),
    "ledger": Kind("run.jsonl", LEDGER, lambda file: Ledger(file).entries()),
    "run": Kind("run.jsonl.gz", _EVENTS, _run, packed=True),
    "recording": Kind("recording.yaml", _readable(), recording),
    "har": Kind("traffic.har", HAR, read_traffic),
    "cassette": Kind("cassette.yaml", CASSETTE, read_traffic),
    "register": Kind("requirements.yaml", REGISTER, load_register),
    "openapi": Kind("openapi.yaml", OPENAPI, _imported),
}
