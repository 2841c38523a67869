"""From a contract that keeps to the language to its values, with the checks that no JSON Schema can say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restproof.contract.bodystatus import BodyStatus
from restproof.contract.document import Document, Problems, note_file
from restproof.contract.error_bodies import errors_of
from restproof.contract.formats import FORMATS
from restproof.contract.functions import FUNCTIONS, read_functions
from restproof.contract.hints import near
from restproof.contract.limits import RateLimit
from restproof.contract.model import Auth, Clause, Contract, Resource, Schema
from restproof.contract.parents import read_parents
from restproof.contract.patterns import is_expression, matches
from restproof.contract.resource import ResourceReader
from restproof.contract.schemas import SchemaFolder
from restproof.contract.scope import Scope
from restproof.contract.shapes import types_of
from restproof.contract.statuses import DEFAULT_ORDER, STATUS_DEFAULTS, check_statuses, resolve
from restproof.errors import ConfigurationError

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def build(document: Document, folder: SchemaFolder, problems: Problems) -> Contract | None:
    """The contract of a document that keeps to the language; ``None`` (and ``problems``) where it contradicts itself
    or its schemas.
    """
    raw: Mapping[str, Any] = document.value
    parents = read_parents(document, problems)
    check_statuses(raw.get("statuses", {}), document, ("statuses",), problems)
    _headers(document, problems)
    order = _order(document, problems)
    errors = errors_of(document, folder)
    deviations = _deviations(document, problems)
    scope = Scope(
        document=document,
        folder=folder,
        problems=problems,
        statuses={c: v for c, v in raw.get("statuses", {}).items() if c in STATUS_DEFAULTS},
        paging=raw.get("paging", {}),
        # Without sound parents there is no contract, but what is wrong with each resource is told all the same.
        parents=parents or {},
        formats=_formats(document, folder, problems),
    )
    read = {name: ResourceReader(scope, name).read() for name in raw["resources"]}
    _quotas(document, {n: r for n, r in read.items() if r is not None}, problems)
    if len(problems):
        return None
    return Contract(
        name=raw["contract"],
        title=raw.get("title", raw["contract"]),
        path=document.file,
        base_path=raw.get("base_path", ""),
        transport=raw.get("transport", "any"),
        auth=_auth(raw.get("auth", "none")),
        headers=raw.get("headers", {}),
        statuses=resolve(scope.statuses),
        order=order,
        errors=errors.get("default"),
        errors_by_status={status: schema for status, schema in errors.items() if status != "default"},
        body_status=BodyStatus.of(raw["body_status"]) if "body_status" in raw else None,
        rate_limit=RateLimit.of(raw["rate_limit"]) if "rate_limit" in raw else None,
        resources={name: resource for name, resource in read.items() if resource is not None},
        policies=frozenset(raw.get("policies", ())),
        clauses={name: _clause(name, said) for name, said in raw.get("clauses", {}).items()},
        max_body=raw.get("max_body"),
        latency_budget=raw.get("latency_budget"),
        idempotency_key=raw.get("idempotency_key"),
        deviations=deviations,
    )


def _auth(said: str | Mapping[str, str]) -> Auth:
    words = {"scheme": said} if isinstance(said, str) else said
    scheme: Any = words["scheme"]
    if "query" in words:
        return Auth(scheme, place="query", name=words["query"])
    if "cookie" in words:
        return Auth(scheme, "Cookie", place="cookie", name=words["cookie"])
    usual = "X-API-Key" if scheme == "api_key" else "Authorization"
    return Auth(scheme, words.get("header", usual), prefix=words.get("prefix", ""))


def _clause(name: str, said: Mapping[str, Any]) -> Clause:
    sources = ([said["source"]] if "source" in said else []) + said.get("sources", [])
    return Clause(requirement=name, sources=tuple(sources), level=said.get("level"))


def _deviations(document: Document, problems: Problems) -> Path | None:
    """The file of deviations that a contract or its standard names, beside the one that says it."""
    if "deviations" not in document.value:
        return None
    said, place = document.value["deviations"], document.place(("deviations",))
    file: Path = place.file.parent / said
    if not file.is_file():
        problems.add(f"there is no file of deviations '{said}'", place, f"looked for {file}")
    note_file(file)
    return file


def _formats(document: Document, folder: SchemaFolder, problems: Problems) -> dict[str, Schema]:
    """The API's own formats: name → ``pattern``, ``examples``, and the key of the functions that know it."""
    found: dict[str, Schema] = {}
    for name, said in document.value.get("formats", {}).items():
        place = document.place(("formats", name))
        if name in FORMATS:
            problems.add(f"'{name}' is a format of JSON Schema", place, "give yours another name")
        if "pattern" in said and not is_expression(said["pattern"]):
            problems.add("'pattern' is no regular expression", place, "check its brackets and escapes")
            continue
        examples = said.get("examples", [])
        examples = folder.values(examples, place) if isinstance(examples, str) else examples
        wrong = [e for e in examples if "pattern" in said and not matches(said["pattern"], str(e))]
        if wrong:
            problems.add(
                f"the example {wrong[0]!r} of '{name}' does not match its pattern", place, "correct one of them"
            )
        found[name] = {**said, "examples": examples}
        if "check" in said:
            try:
                key, texts = read_functions(name, said, list(examples), place)
            except ConfigurationError as error:
                problems.add(error.message, error.place or place, error.hint)
                continue
            found[name] = {**found[name], "examples": texts, FUNCTIONS: key}
    return found


def _order(document: Document, problems: Problems) -> tuple[str, ...]:
    said = document.value.get("order")
    if said is None:
        return DEFAULT_ORDER
    for index, case in enumerate(said):
        if case not in DEFAULT_ORDER:
            problems.add(f"'{case}' is no case of 'order'", document.place(("order", index)), near(case, DEFAULT_ORDER))
    missing = [case for case in DEFAULT_ORDER if case not in said]
    if missing:
        hint = "name all ten, or leave 'order' out"
        problems.add(f"'order' does not say where these stand: {', '.join(missing)}", document.place(("order",)), hint)
    return tuple(said)


def _quotas(document: Document, resources: Mapping[str, Resource], problems: Problems) -> None:
    """What a parent says of how much there may be below it is a number of its own."""
    for resource in resources.values():
        for parent, field in (q.told_by for q in resource.quotas if q.told_by):
            known = resources[parent].properties if parent in resources else {field: {"type": "integer"}}
            if field not in known or not types_of(known[field]) & {"integer", "number"}:
                place = document.place(("resources", resource.name, "rules"))
                message = f"resource '{resource.name}': '{parent}' has no number '{field}'"
                problems.add(message, place, near(field, known))


def _headers(document: Document, problems: Problems) -> None:
    resources = document.value["resources"]
    for header, template in document.value.get("headers", {}).items():
        for name in _PLACEHOLDER.findall(template):
            if name not in resources:
                place = document.place(("headers", header))
                problems.add(f"the header '{header}' names an unknown resource '{name}'", place, near(name, resources))
