"""A contract from an OpenAPI document: as far as the document says it, and a list of what was left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restproof.contract.model import OPERATIONS
from restproof.contract.openapi.fields import Shaped, shaped
from restproof.contract.openapi.listing import Listing
from restproof.contract.openapi.paths import Found, Paths, json_schema
from restproof.contract.openapi.source import Source, read
from restproof.contract.resource import DEFAULT_METHODS, DEFAULT_OPERATIONS
from restproof.contract.statuses import STATUS_DEFAULTS

_IDS = ("id", "uuid", "slug", "name", "key", "code")
_DONE = {
    "list": "listed",
    "read": "read",
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
_INVALID = {"400", "422"}
Yaml = dict[str, Any]


@dataclass(frozen=True)
class Imported:
    """``contract``: the content of ``contract.yaml``; ``schemas``: file name → JSON Schema; ``left_out``: what the
    document says and these do not, a sentence each."""

    contract: Yaml
    schemas: Mapping[str, Mapping[str, Any]]
    left_out: tuple[str, ...]


def imported(file: Path, name: str) -> Imported:
    """Import the document of ``file`` as the contract ``name``. Raises ``ContractError``, with file and line, where it
    is no OpenAPI 3.0 or 3.1 document, or where nothing of it is a resource."""
    return _Importer(read(file), name).result()


class _Importer:
    def __init__(self, source: Source, name: str) -> None:
        self.source = source
        self.name = name
        self.paths = Paths(source)
        self.left_out = list(self.paths.left_out)
        self.schemas: dict[str, Mapping[str, Any]] = {}
        self.errors: list[Mapping[str, Any]] = []

    def result(self) -> Imported:
        if not any(f.calls for f in self.paths.found.values()):
            hint = "a resource is a path such as /items with /items/{id}"
            raise self.source.wrong("no path of this document is a collection or an item of one", ("paths",), hint)
        listing = Listing(self.source, self.paths.found)
        resources = {}
        for path, found in self.paths.found.items():
            resource = self.resource(path, found, listing)
            if resource is not None:
                resources[found.name] = resource
        info = self.source.mapping(self.source.value.get("info", {}), ("info",))
        contract: Yaml = {"contract": self.name}
        if info.get("title"):
            contract["title"] = str(info["title"])
        contract |= {**self.base(), **self.auth()}
        self.left_out.extend(listing.left_out)
        if self.errors and all(e == self.errors[0] for e in self.errors):
            self.schemas["error.json"] = self.errors[0]
            contract["errors"] = "error.json"
        elif self.errors:
            self.left_out.append("the bodies of errors, which differ from operation to operation")
        contract |= listing.words
        _hoist(contract, resources)
        contract["resources"] = resources
        return Imported(contract, self.schemas, tuple(dict.fromkeys(self.left_out)))

    def base(self) -> Yaml:
        servers = self.source.entries(self.source.value.get("servers", []), ("servers",))
        if not servers:
            return {}
        url = str(self.source.mapping(servers[0], ("servers", 0)).get("url", ""))
        if "{" in url:
            self.left_out.append(f"the server {url}: its variables")
            return {}
        path = urlsplit(url).path.rstrip("/")
        found: Yaml = {"base_path": path} if path else {}
        if url.startswith("https://"):
            found["transport"] = "https"
        return found

    def auth(self) -> Yaml:
        """The first security scheme that a contract can say; the document's own, else that of its operations."""
        components = self.source.mapping(self.source.value.get("components", {}), ("components",))
        schemes = self.source.mapping(components.get("securitySchemes", {}), ("components", "securitySchemes"))
        asked = [self.source.value.get("security")]
        asked += [c.value.get("security") for f in self.paths.found.values() for c in f.calls.values()]
        names = [n for some in asked for one in some or () if isinstance(one, dict) for n in one] or list(schemes)
        for name in dict.fromkeys(names):
            route = ("components", "securitySchemes", name)
            if name not in schemes:
                raise self.source.wrong(f"there is no security scheme '{name}'", route, "add it to components")
            scheme = self.source.mapping(schemes[name], route)
            kind, place = scheme.get("type"), scheme.get("in")
            if kind == "http" and str(scheme.get("scheme")).lower() in ("bearer", "basic"):
                return {"auth": str(scheme["scheme"]).lower()}
            if kind in ("oauth2", "openIdConnect"):
                return {"auth": "bearer"}
            if kind == "apiKey" and place == "header":
                header = str(scheme.get("name"))
                return {"auth": "api_key" if header == "X-API-Key" else {"scheme": "api_key", "header": header}}
            self.left_out.append(f"the security scheme {name}: a contract knows credentials in headers only")
        return {}

    def resource(self, path: str, found: Found, listing: Listing) -> Yaml | None:
        renamed, unknown = self.paths.renamed(path)
        if unknown:
            self.left_out.append(f"{path}: nothing says what {', '.join(unknown)} is")
            return None
        resource: Yaml = {"path": renamed}
        if not found.calls:
            resource["operations"] = []
            kind = self.given_id(found)
            if kind != "string":
                resource["id"] = {"type": kind}
            return resource
        parents = self.parents(found)
        body = shaped(self.source, found, list(parents))
        self.left_out.extend(f"{found.name}: {what}" for what in body.left_out)
        resource["schema"] = f"{found.name}.json"
        operations = [o for o in OPERATIONS if o in found.calls]
        if operations != list(DEFAULT_OPERATIONS):
            resource["operations"] = operations
        methods = {o: c.method for o, c in found.calls.items() if c.method != DEFAULT_METHODS[o]}
        if methods:
            resource["methods"] = methods
        if found.other:
            resource["other_methods"] = found.other
        if body.envelope:
            resource["envelope"] = body.envelope
        named = {
            other: name for name, other in parents.items() if name in self.parameters(found, "query") | set(body.beside)
        }
        if named:
            resource["parent"] = named
        resource |= self.identity(found, body)
        if body.create_only:
            resource["create_only"] = body.create_only
        if body.sparse:
            resource["responses"] = "sparse"
        resource |= listing.of(found, body.schema, set(named.values()))
        statuses = self.statuses(found)
        if statuses:
            resource["statuses"] = statuses
        self.schemas[resource["schema"]] = body.schema
        return resource

    def given_id(self, found: Found) -> str:
        """The type of the ids of a resource that is only there as a parent."""
        names = (found.parameter, f"{found.name}_id", f"{found.name}Id", found.name)
        for other in self.paths.found.values():
            for call in other.calls.values():
                for parameter in call.parameters:
                    if parameter.get("name") in names and parameter.get("required"):
                        schema = self.source.mapping(parameter.get("schema", {}), call.route)
                        if schema.get("type") == "integer":
                            return "integer"
                        return "uuid" if schema.get("format") == "uuid" else "string"
        return "string"

    def parameters(self, found: Found, place: str, *, needed: bool = True) -> set[str]:
        return {
            str(p.get("name"))
            for c in found.calls.values()
            for p in c.parameters
            if p.get("in") == place and (p.get("required") or not needed)
        }

    def parents(self, found: Found) -> dict[str, str]:
        """Parameter → the resource that it is an id of: required, and named after another resource."""
        names = {f.name for f in self.paths.found.values() if f is not found}
        known = {f"{n}{tail}": n for n in names for tail in ("_id", "Id", "")}
        return {p: known[p] for p in self.parameters(found, "query") if p in known}

    def identity(self, found: Found, body: Shaped) -> Yaml:
        """The id: the member of a response that the parameter of an item's path is named after, else a usual name."""
        properties = body.schema["properties"]
        last = (found.parameter or "").rpartition("_")[2]
        after = (found.parameter or "").removeprefix(f"{found.name}_")
        candidates = [after, found.parameter, "id", last, f"{found.name}_id", f"{found.name}Id", *_IDS]
        name = next((c for c in candidates if c in properties), "id")
        if name not in properties:
            properties[name] = {**self.id_schema(found), "readOnly": True}
            self.left_out.append(f"{found.name}: which member of it is the id; 'id' was added")
        if properties[name].pop("writeOnly", None):
            properties[name]["readOnly"] = True
        schema = properties[name]
        kind = schema.get("type")
        kind = "uuid" if schema.get("format") == "uuid" else "integer" if kind in ("integer", "number") else "string"
        said: Yaml = {"field": name} if name != "id" else {}
        usual = "uuid" if schema.get("format") == "uuid" else schema.get("type")
        if kind == "integer":
            schema["type"] = "integer"
        elif usual not in ("string", "uuid"):
            properties[name] = {"type": "string", **({"readOnly": True} if schema.get("readOnly") else {})}
        replaces = found.calls.get("replace")
        by_put = replaces and ("create" not in found.calls or "201" in map(str, replaces.value.get("responses", {})))
        if by_put and "create" in found.calls:
            said["chosen_by"] = "either"
        elif by_put or (found.calls.get("create") and found.calls["create"].method == "PUT"):
            said["chosen_by"] = "client"
        pattern = self.id_schema(found).get("pattern")
        if pattern and kind == "string" and said.get("chosen_by"):
            said["pattern"] = re.sub(r"^\^\(\?:(.*)\)\$$|^\^(.*)\$$", lambda m: m[1] or m[2] or "", pattern)
        return {"id": said} if said else {}

    def id_schema(self, found: Found) -> Yaml:
        """The schema of the parameter of an item's path."""
        for call in found.calls.values():
            for parameter in call.parameters:
                if parameter.get("in") == "path" and parameter.get("name") == found.parameter:
                    return self.source.schema(parameter.get("schema"), (*call.route, "parameters"))
        return {"type": "string"}

    def statuses(self, found: Found) -> Yaml:
        """The statuses that differ from the defaults, as far as codes tell cases apart."""
        told: Yaml = {}
        failures: set[str] = set()
        for operation, call in found.calls.items():
            route = (*call.route, "responses")
            responses = self.source.mapping(call.value.get("responses", {}), route)
            done = [_code(c) for c in responses if re.fullmatch("2[0-9X]{2}", str(c), re.I)]
            case = _DONE[operation]
            if done and tuple(done) != STATUS_DEFAULTS[case]:
                told[case] = done[0] if len(done) == 1 else done
            if operation in ("create", "update", "replace"):
                failures |= _INVALID & set(map(str, responses))
            for code, answer in responses.items():
                if re.fullmatch("4[0-9X]{2}|default", str(code), re.I):
                    here = (*route, code)
                    schema = json_schema(self.source, self.source.mapping(answer, here), here)
                    if schema:
                        self.errors.append(schema)
        if len(failures) == 1:
            told["invalid"] = int(failures.pop())
        return told


def _code(code: Any) -> int | str:
    return int(code) if str(code).isdigit() else f"{str(code)[0]}xx"


def _hoist(contract: Yaml, resources: Mapping[str, Yaml]) -> None:
    """Say for the contract as a whole what most resources say alike of their statuses."""
    said = [r.get("statuses", {}) for r in resources.values() if r.get("operations") != []]
    counts = Counter((case, str(value)) for one in said for case, value in one.items())
    shared = {}
    for case in STATUS_DEFAULTS:
        values = [one[case] for one in said if case in one]
        if values and counts[case, str(values[0])] == len(said) > 1:
            shared[case] = values[0]
    if shared:
        contract["statuses"] = shared
    for resource in resources.values():
        own = {c: v for c, v in resource.get("statuses", {}).items() if c not in shared}
        resource.pop("statuses", None)
        if own:
            resource["statuses"] = own
