"""Words that a drawn contract may use besides, each where it fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from restproof.plan.candidates import sample

from .standards import OWN_FORMATS

Drawer = Any
_ODDS = 4
"""Of so many places where a word fits, one gets it."""
_RARE = 2
"""The same of a word that fits in few places."""


@dataclass(frozen=True)
class Draft:
    """A contract that is being drawn, and the resource that a word is added to (none for words of the contract)."""

    contract: dict[str, Any]
    schemas: dict[str, Any]
    name: str = ""

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = self.contract["resources"][self.name]
        return found

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.schemas[self.name]
        return found

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.schema["properties"]
        return found

    @property
    def id(self) -> str:
        """The field of the id."""
        return str(self.said.get("id", {}).get("field", "id"))

    def offers(self, *operations: str) -> bool:
        """Whether the resource has all of the operations."""
        return set(operations) <= set(self.said["operations"])

    def operation(self, name: str, **words: Any) -> None:
        """Say something of one operation."""
        said = self.said["operations"]
        ways = said if isinstance(said, dict) else {one: {} for one in said}
        self.said["operations"] = {**ways, name: {**(ways[name] or {}), **words}}

    def plain(self) -> list[str]:
        """Optional fields of which the contract says nothing else."""
        words = ("sort", "filters", "lenient", "create_only", "immutable", "normalized", "defaults", "rules")
        spoken = repr([self.said.get(word) for word in words]) + repr({**self.schema, "properties": 0})
        return [n for n in self.properties if n.startswith("field_") and n not in spoken]


Add = Callable[[Drawer, Draft], None]
_of_contract: list[tuple[Add, int]] = []
_of_resource: list[tuple[Add, int]] = []


def of_contract(odds: int = _ODDS) -> Callable[[Add], Add]:
    def noted(add: Add) -> Add:
        _of_contract.append((add, odds))
        return add

    return noted


def of_resource(odds: int = _ODDS) -> Callable[[Add], Add]:
    def noted(add: Add) -> Add:
        _of_resource.append((add, odds))
        return add

    return noted


def more(draw: Drawer, contract: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add words to a drawn contract, whose resources it holds, and to its schemas."""
    for add, odds in _of_contract:
        if draw(st.integers(1, odds)) == 1:
            add(draw, Draft(contract, schemas))
    for name in [n for n in contract["resources"] if n in schemas]:
        for add, odds in _of_resource:
            if draw(st.integers(1, odds)) == 1:
                add(draw, Draft(contract, schemas, name))


# --------------------------------------------------------------------- the whole contract


@of_contract()
def names(draw: Drawer, draft: Draft) -> None:
    draft.contract["title"] = "An API that was drawn"
    draft.contract["transport"] = draw(st.sampled_from(["any", "https"]))


@of_contract()
def headers(draw: Drawer, draft: Draft) -> None:
    root = {"X-Root": "{root}"} if "root" in draft.contract["resources"] and draw(st.booleans()) else {}
    draft.contract["headers"] = {"X-Client": "drawn", **root}


@of_contract()
def house(draw: Drawer, draft: Draft) -> None:
    """What is said once for all resources."""
    said = {"media": "application/vnd.house+json", "id": {"reused": "never"}, "settles": {"totals": 1}}
    for word in draw(st.lists(st.sampled_from([*said, "envelope"]), min_size=1, max_size=3, unique=True)):
        draft.contract.setdefault(word, said.get(word, {"response": "shown"}))


@of_contract()
def bounds(draw: Drawer, draft: Draft) -> None:
    draft.contract["max_body"] = draw(st.sampled_from([150_000, 1_048_576]))
    draft.contract["latency_budget"] = 30


@of_contract()
def clauses(draw: Drawer, draft: Draft) -> None:
    draft.contract["clauses"] = draw(
        st.sampled_from(
            [
                {"error.names-field": {"level": "none"}},
                {"input.unknown-field": {"source": "Guide, page 12", "level": "must"}},
                {"delete.answers": {"sources": ["Guide, page 14", "Changelog, May"]}},
            ]
        )
    )


@of_contract(_RARE)
def credentials(draw: Drawer, draft: Draft) -> None:
    if draft.contract.get("auth") != "api_key":
        return
    places = [{"query": "key"}, {"cookie": "session"}, {"header": "X-Key", "prefix": "Token "}]
    draft.contract["auth"] = {"scheme": "api_key", **draw(st.sampled_from(places))}


@of_contract(_RARE)
def limits(draw: Drawer, draft: Draft) -> None:
    if "rate_limit" not in draft.contract:
        return
    own = {"limit": "X-Limit", "remaining": "X-Left", "reset": "X-Reset", "reset_is": "moment", "carried_by": "all"}
    said = draw(st.sampled_from([{"fields": "ietf"}, own]))
    draft.contract["rate_limit"] = {**said, "retry_after": "seconds"}


@of_contract(_RARE)
def failing(draw: Drawer, draft: Draft) -> None:
    if draft.contract.get("body_status", {}).get("at") == "failure":
        draft.contract["body_status"] = {"at": "ok", "success": True, "code": "/error/code", "statuses": {"GONE": 404}}
        for said in (r for r in draft.contract["resources"].values() if "list" in r["operations"]):
            said["envelope"] = {"list": "items", **said.get("envelope", {})}


@of_contract(_RARE)
def pages(draw: Drawer, draft: Draft) -> None:
    words = {"page": "p", "offset": "from"}
    paging = draft.contract.get("paging", {})
    style = paging.get("style")
    if style in words and not {"range", "last", "end"} & paging.keys():
        draft.contract["paging"][style] = words[style]


# --------------------------------------------------------------------- what is known of values


@of_resource()
def own_format(draw: Drawer, draft: Draft) -> None:
    name = draw(st.sampled_from([*OWN_FORMATS]))
    draft.contract.setdefault("formats", {})[name] = OWN_FORMATS[name]
    draft.properties["mark"] = {"type": ["string", "null"], "format": name}


@of_resource()
def values(draw: Drawer, draft: Draft) -> None:
    draft.properties["press"] = {"type": ["string", "null"], "maxLength": 40}
    draft.said["values"] = {"press": ["Springer", "Elsevier", "Reclam"]}


@of_resource()
def examples(draw: Drawer, draft: Draft) -> None:
    if {"anyOf", "oneOf", "not", "if", "dependentRequired"} & draft.schema.keys() or not draft.offers("create"):
        return
    needed = [n for n in draft.schema.get("required", ()) if not draft.properties[n].get("readOnly")]
    draft.said["examples"] = [{n: sample(draft.properties[n]) for n in needed}]


@of_resource()
def defaults(draw: Drawer, draft: Draft) -> None:
    if not draft.offers("create"):
        return
    text = {"type": ["string", "null"], "maxLength": 60}
    draft.properties.update({"nick": text, "alias": text, "mood": {"enum": ["calm", "busy", None]}})
    draft.said.setdefault("defaults", {})["alias"] = {"copy": "nick"}
    draft.said["defaults"]["mood"] = {"value": "calm"}


@of_resource()
def price(draw: Drawer, draft: Draft) -> None:
    draft.properties["price"] = {"type": ["number", "null"], "minimum": 0, "maximum": 9000}
    draft.said.setdefault("normalized", {})["price"] = {"decimal": 2}
    if draw(st.booleans()):
        draft.properties["price"] = {"type": ["string", "null"], "pattern": r"^[1-9][0-9]{0,3}(\.[0-9]{1,2})?$"}
        draft.said["normalized"]["price"] = {"decimal": 2, "text": True}


# --------------------------------------------------------------------- what the server does


@of_resource()
def left_open(draw: Drawer, draft: Draft) -> None:
    kinds = ["unique", "rules", "list", "id", "zones", "required", *(["replace"] if draft.offers("replace") else [])]
    draft.said["open"] = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True))
    if "zones" in draft.said["open"]:
        draft.properties["due"] = {"type": ["string", "null"], "format": "date-time"}


@of_resource()
def unlisted(draw: Drawer, draft: Draft) -> None:
    if draft.offers("list") and draft.plain():
        draft.said["unlisted"] = draft.plain()[:1]


@of_resource()
def unordered(draw: Drawer, draft: Draft) -> None:
    items = {"type": "string", "minLength": 1, "maxLength": 12}
    draft.properties["labels"] = {"type": "array", "items": items, "maxItems": 4, "uniqueItems": True, "default": []}
    draft.said["unordered"] = ["labels"]


@of_resource()
def shows_elsewhere(draw: Drawer, draft: Draft) -> None:
    asked = {"type": "object", "required": ["body"], "properties": {"body": {"type": "string", "minLength": 1}}}
    if draft.offers("create", "read"):
        draft.properties["question"] = {**asked, "writeOnly": True}
        draft.properties["questions"] = {"type": "array", "items": asked, "readOnly": True}
        draft.said["reads_as"] = {"question": "questions[]"}
        draft.said.setdefault("create_only", []).append("question")


@of_resource()
def public(draw: Drawer, draft: Draft) -> None:
    draft.properties["recovery_code"] = {"type": ["string", "null"], "maxLength": 40}
    draft.said["public"] = ["recovery_code"]


@of_resource()
def derived(draw: Drawer, draft: Draft) -> None:
    if "derived" in draft.said or draft.properties.get("name", {}).get("type") != "string":
        return
    draft.properties["prefix"] = {"type": ["string", "null"], "maxLength": 9}
    draft.properties["heading"] = {"type": "string", "readOnly": True}
    parts = [{"when": ["prefix"], "template": "{prefix} - {name}"}, {"template": "{name}"}]
    draft.said["derived"] = {"heading": parts}


@of_resource()
def rules(draw: Drawer, draft: Draft) -> None:
    text = {"type": ["string", "null"], "maxLength": 20}
    draft.properties.update({"tier": {"enum": ["basic", "gold", None]}, "perk": text})
    one = {"when": {"tier": "gold"}, "then": {"perk": "required"}, "because": "gold comes with a perk"}
    other = {"holds": {"not": {"required": ["tier", "perk"]}}, "because": "a tier or a perk"}
    draft.said.setdefault("rules", []).append(draw(st.sampled_from([one, other])))


@of_resource(_RARE)
def moments(draw: Drawer, draft: Draft) -> None:
    if "touched" in draft.said:
        draft.said["touched_resolution"] = draw(st.sampled_from([0, 0.5]))


@of_resource()
def together(draw: Drawer, draft: Draft) -> None:
    first = draft.said.get("unique", [None])[0]
    if isinstance(first, list):
        draft.said["unique"][0] = {"fields": first, "by": ["trim", "casefold"]}


# --------------------------------------------------------------------- identity and references


@of_resource(_RARE)
def identity(draw: Drawer, draft: Draft) -> None:
    said = draft.said.get("id", {})
    if draft.properties[draft.id].get("type") == "string" and "format" not in draft.properties[draft.id]:
        key = draft.properties.get("name", {})
        plain = key.get("type") == "string" and draft.said.get("unique", [None])[0] == "name"
        if "chosen_by" in said and "pattern" not in said:
            draft.said["id"] = {**said, "slashes": True}
        elif "chosen_by" not in said and plain and "normalized" not in draft.said:
            draft.said["id"] = {**{w: v for w, v in said.items() if w != "pattern"}, "follows": "name"}
    if draw(st.booleans()):
        draft.said["id"] = {**draft.said.get("id", {}), "reused": "never"}


@of_resource()
def linked(draw: Drawer, draft: Draft) -> None:
    envelope, chosen = draft.said.get("envelope", {}), draft.said.get("id", {}).get("chosen_by")
    if draft.offers("read") and "fields" not in envelope and chosen is None:
        draft.said["id"] = {**draft.said.get("id", {}), "link": "/_links/self/href"}


@of_resource(_RARE)
def reads_as(draw: Drawer, draft: Draft) -> None:
    friend = draft.said.get("references", {}).get("friend")
    if friend is None or {"place", "url"} & friend.keys() or draft.properties["friend"].get("type") == "array":
        return
    friend["reads_as"] = draw(st.sampled_from(["none", "buddy.id"]))
    draft.properties["friend"] = {**draft.properties["friend"], "writeOnly": True}
    if friend["reads_as"] != "none":
        kind = draft.properties["friend"]["type"][0]
        inner = {"type": "object", "required": ["id"], "properties": {"id": {"type": kind}}}
        draft.properties["buddy"] = {**inner, "type": ["object", "null"], "readOnly": True}


# --------------------------------------------------------------------- how it is asked for


@of_resource()
def other_methods(draw: Drawer, draft: Draft) -> None:
    draft.said["other_methods"] = {"collection": ["DELETE"]}
    if draft.offers("read"):
        draft.said["other_methods"]["item"] = ["POST"]


@of_resource()
def statuses(draw: Drawer, draft: Draft) -> None:
    draft.said["statuses"] = draw(st.sampled_from([{"invalid": 422}, {"conflict": 400, "rule": 400}]))


@of_resource()
def rate(draw: Drawer, draft: Draft) -> None:
    draft.said["rate"] = "500/second"


@of_resource()
def paging(draw: Drawer, draft: Draft) -> None:
    if "style" in draft.contract.get("paging", {}) and "max" not in draft.contract["paging"]:
        draft.said["paging"] = {**draft.said.get("paging", {}), "max": 30}


@of_resource()
def query(draw: Drawer, draft: Draft) -> None:
    if draft.offers("list"):
        draft.said["query"] = {"sort": "sort_by", "filter": "where_{name}"}


@of_resource()
def wrapped(draw: Drawer, draft: Draft) -> None:
    name = draw(st.sampled_from([o for o in ("create", "read", "update") if draft.offers(o)] or [""]))
    if name and "fields" not in draft.said.get("envelope", {}):
        draft.operation(name, envelope={"response": draw(st.sampled_from(["/0", "/found/it"]))})


@of_resource(_RARE)
def parents(draw: Drawer, draft: Draft) -> None:
    if draft.said.get("parent") and draft.offers("delete"):
        draft.operation("delete", parent={})


@of_resource()
def receipt(draw: Drawer, draft: Draft) -> None:
    name = draw(st.sampled_from([o for o in ("create", "update", "replace") if draft.offers(o)] or [""]))
    if not name or not draft.offers("read"):
        return
    said = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string", "minLength": 1}}}
    draft.schemas[f"{draft.name}-saved"] = said
    draft.operation(name, returns=f"{draft.name}-saved.json")


@of_resource()
def elsewhere(draw: Drawer, draft: Draft) -> None:
    said, place = draft.said, draw(st.sampled_from(["query", "header", "body"]))
    on_one = [o for o in ("read", "update", "replace", "delete") if draft.offers(o)]
    if not on_one or "item_path" in said or "link" in said.get("id", {}) or "other_methods" in said:
        return
    if place != "query" and any(word in repr(said) for word in ("'returns'", "'job'")):
        return  # nothing may show the id of what is made
    if place == "query":
        said["item_path"] = f"{said['path']}?own={{id}}"
    for name in on_one if place != "query" else ():
        own: dict[str, Any] = {"headers": {"X-Own": "{id}"}}
        if place == "body":
            own = {"method": "POST", "path": f"{said['path'].rstrip('/')}.{name}"}
            own["envelope"] = {"constants": {"/own": "{id}"}}
        draft.operation(name, **own)
