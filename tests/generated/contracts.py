"""Small contracts that nobody wrote: a Hypothesis strategy over the words of the contract language.

A drawn contract is a plain value, ``Drawn``; ``write`` lays it out as files. The parts are drawn so that what comes out
is sound: what ``restproof lint`` refuses is a mistake here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from restproof.plan.seeded import by_the_seed_alone

from .additions import Drawer, more
from .afterwards import follow, keyed, link, place, renamed, search, shape_lists, sides
from .resources import resources
from .standards import CODES, among_links, conventional, divided, lifted


@dataclass(frozen=True)
class Drawn:
    """A contract, the schemas of its resources, and the standard that it extends, as JSON values."""

    contract: Mapping[str, Any]
    schemas: Mapping[str, Mapping[str, Any]]
    standard: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the files into ``folder``, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "contract.yaml").write_text(yaml.safe_dump(dict(self.contract), sort_keys=False), encoding="utf-8")
        if self.standard:
            (folder / "standard.yaml").write_text(yaml.safe_dump(dict(self.standard)), encoding="utf-8")
            (folder / "known.yaml").write_text("", encoding="utf-8")
        if "check" in repr(self.contract.get("formats")):
            (folder / "codes.py").write_text(CODES, encoding="utf-8")
        for name, schema in self.schemas.items():
            (folder / f"{name}.json").write_text(json.dumps(schema, indent=1), encoding="utf-8")
        return folder


ERRORS: tuple[Any, ...] = (
    {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
    {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "minItems": 1}}},
    {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}},
    },
    {"type": "object", "required": ["title", "status"], "properties": {"status": {"type": "integer"}}},
    {
        "default": {"type": "object", "required": ["message"]},
        "404": {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}},
        "422": "none",
    },
)
BODY_STATUSES: tuple[dict[str, Any], ...] = (
    {"at": "failure", "success": "absent", "statuses": {"gone": 404, "wrong": 422, "taken": 409}},
    {"at": "/error/code", "success": "absent", "other": 422},
)
SYNTAXES: tuple[dict[str, str], ...] = (
    {"filter": "filter[{name}]", "sort": "order", "descending": "{field}.desc"},
    {"sort": "order_by", "direction": "direction", "between": ",", "collation": "no-case"},
    {
        "sort": "sort",
        "ascending": "{field}:asc",
        "descending": "{field}:desc",
        "between": ";",
        "collation": "code-points",
    },
    {"between": ",", "collation": "utf-16"},
    {"filter": "where#/{name}", "sort": "order#/0", "direction": "order#/1"},
    {"filter": "q#/where/{name}", "sort": "q#/order", "descending": "{field} DESC"},
)
SPANS: tuple[dict[str, Any], ...] = (
    {"offset": "range#/0", "last": "range#/1"},
    {"offset": "_start", "end": "_end"},
    {"range": "items={first}-{last}"},
)
"""How pages are asked for by their first and their last entry."""
ORDER = (
    *("missing_credential", "throttled", "unsupported", "forbidden", "absent"),
    *("malformed", "unknown_field", "invalid", "rule", "conflict"),
)
NAMES = ("alpha", "beta", "gamma")


@st.composite
def statuses(draw: Drawer) -> dict[str, Any]:
    """Statuses other than the defaults."""
    options: dict[str, list[Any]] = {
        "created": [200, 202, [200, 201]],
        "updated": [202, 204, [200, 204]],
        "deleted": [200, 202, [200, 204]],
        "absent": [403, 410, [403, 404]],
        "malformed": [422, "4xx"],
        "no_object": [422, [400, 422]],
        "unknown_field": [400, 406, 422, "kept", [400, 422]],
        "unknown_query": [400, "ignored"],
        "invalid": [400, 422, "4xx"],
        "null_value": [400, 422],
        "rule": [400, 409],
        "conflict": [400, 422],
        "missing_credential": [403, [401, 403]],
        "forbidden": [404, [401, 403]],
        "unsupported": [404, 405],
        "server_set": [400, "2xx", "ignored"],
        "unstorable": [400, "4xx"],
        "malformed_id": [400, 422, [400, 404]],
        "gone": [410, 404],
        "bad_page": [400, 404],
    }
    names = draw(st.lists(st.sampled_from(sorted(options)), max_size=6, unique=True))
    return {n: draw(st.sampled_from(options[n])) for n in names}


@st.composite
def pagings(draw: Drawer) -> dict[str, Any]:
    """A style of paging, with its parameters."""
    style = draw(st.sampled_from(["none", "page", "offset", "token"]))
    if style == "none":
        return {}
    found: dict[str, Any] = {"style": style}
    if draw(st.booleans()):
        found["size"] = "page_size"
    if draw(st.booleans()):
        found["max"] = draw(st.sampled_from([7, 20, 100]))
        found["over_max"] = draw(st.sampled_from(["refused", "clamped", "unspecified"]))
    if draw(st.booleans()):
        found["default"] = draw(st.sampled_from([2, 7]))
    if draw(st.integers(0, 3)) == 0:
        found["min"] = 2
    if style != "token" and draw(st.integers(0, 2)) == 0:
        found["first"] = draw(st.integers(0, 1))
    if draw(st.integers(0, 3)) == 0:
        found["all"] = draw(st.sampled_from([-1, "all"]))
    if style == "token":
        found.update(
            draw(
                st.sampled_from(
                    [
                        {"next_header": "Next-Page"},
                        {"links": True},
                        {"next_field": "next", "token": "cursor"},
                        {"next_field": "/meta/next"},
                        {"next_header": "X-Next", "token": "cursor"},
                        {"next_header": "X-Next", "token": "X-Continue", "token_in": "header"},
                        {"next_entry": "id", "token": "starting_after", "more": "has_more"},
                    ]
                )
            )
        )
    else:
        if draw(st.booleans()):
            found["links"] = True
        if draw(st.booleans()):
            found["size_header"] = "X-Size"
    if style == "offset" and draw(st.booleans()):
        spans = draw(st.sampled_from(SPANS))
        without = {"size", "all", *(("links",) if "range" in spans else ())}
        found = {**{word: said for word, said in found.items() if word not in without}, **spans}
    if draw(st.booleans()):
        found["total"] = "X-Total"
    if draw(st.integers(0, 3)) == 0:
        found["total_field"] = draw(st.sampled_from(["count", "/meta/total"]))
    return found


@st.composite
def contracts(draw: Drawer) -> Drawn:
    """A whole contract of one to three resources, with or without a given root."""
    contract: dict[str, Any] = {"contract": "generated"}
    contract["base_path"] = draw(st.sampled_from(["", "/api", "/rest/v1.0"]))
    scheme = draw(st.sampled_from(["none", "bearer", "basic", "api_key"]))
    contract["auth"] = scheme
    contract["statuses"] = draw(statuses())
    if draw(st.booleans()):
        contract["errors"] = draw(st.sampled_from(ERRORS))
    elif draw(st.integers(0, 3)) == 0:
        contract["body_status"] = dict(draw(st.sampled_from(BODY_STATUSES)))
    contract["paging"] = draw(pagings())
    if draw(st.booleans()):
        contract["query"] = draw(st.sampled_from(SYNTAXES))
    if scheme != "none" and draw(st.booleans()):
        contract["rate_limit"] = {"limit": "X-Limit", "remaining": "X-Left"}
        if draw(st.booleans()):
            contract["rate_limit"]["reset"] = "X-Reset"
        contract["rate_limit"] = draw(st.sampled_from([contract["rate_limit"], "ietf"]))
    if draw(st.integers(0, 3)) == 0:
        contract["idempotency_key"] = "Idempotency-Key"
    if draw(st.integers(0, 3)) == 0:
        contract["order"] = list(draw(st.permutations(ORDER)))
    policies = draw(
        st.lists(st.sampled_from(["create.location", "protocol.head", "update.touches-updated-at"]), unique=True)
    )
    if policies:
        contract["policies"] = policies
    found: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    above: tuple[str, ...] = ()
    if draw(st.booleans()):
        found["root"] = {
            "path": "/roots",
            "operations": [],
            "id": {"type": draw(st.sampled_from(["integer", "string"]))},
        }
        above = ("root",)
    for name in NAMES[: draw(st.integers(1, 3))]:
        siblings = tuple(n for n in schemas if above_of(found, n) == above and makes(found[n]))
        said, schema = draw(resources(name, above, siblings))
        link(schema, schemas, said)
        found[name], schemas[name] = said, schema
        if "friend" in said.get("references", {}):
            place(name, siblings, found, schemas)
        if makes(said) and "read" in said["operations"] and draw(st.booleans()) and above == tuple(path_above(said)):
            above = (*above, name)
    for name, said in found.items():
        shape_lists(contract, name, said)
        if draw(st.integers(0, 5)) == 0:
            search(contract, said)
        if draw(st.integers(0, 5)) == 0:
            follow(draw, said)
        if contract["statuses"].get("unknown_field") == "kept" and name in schemas:
            schemas[name].pop("additionalProperties", None)
    contract["resources"] = found
    more(draw, contract, schemas)
    for name in [n for n in schemas if n in found]:
        schemas |= sides(draw, name, found[name], schemas[name])
    for name in [n for n in schemas if n in found]:
        renamed(found[name])
        keyed(contract, found[name])
    shown = {n: schemas[n] for n in found if n in schemas}
    contract = among_links(lifted({k: v for k, v in contract.items() if v not in ({}, [], "")}, shown))
    said, standard = divided(conventional(contract, shown))
    return Drawn(said, schemas, standard)


def above_of(found: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The resources above a resource."""
    return (*path_above(found[name]), *found[name].get("parent", {}))


def path_above(said: Mapping[str, Any]) -> list[str]:
    return [part[1:-1] for part in said["path"].split("/") if part.startswith("{")]


def makes(said: Mapping[str, Any]) -> bool:
    """Whether the contract can create the resource."""
    return "create" in said["operations"] or ("replace" in said["operations"] and "chosen_by" in said.get("id", {}))


def drawn(number: int) -> Drawn:
    """The contract of the seed ``number``: the second that Hypothesis draws, since the first is the smallest of all."""
    found: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=2, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(contracts())
    def collect(contract: Drawn) -> None:
        found.append(contract)

    with by_the_seed_alone():
        collect()
    return found[-1]
