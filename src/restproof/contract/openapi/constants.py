"""Parameters of paths that name no resource: a version, a tenant, a language, of which the document knows a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.contract.openapi.source import Source
from restproof.errors import ContractError

PARAMETER = re.compile(r"\{([^{}]+)\}")
METHODS = ("get", "post", "put", "patch", "delete")
_VALUE = re.compile(r"[A-Za-z0-9._~-]+")


class Constants:
    """Fills in, wherever it stands, a parameter whose path has no operations, nor has what is before it: nothing lists
    or shows what it names. So is one that ends the path of a collection (``/pipelines/{kind}`` of
    ``/pipelines/{kind}/{id}``). Its value is the one that it has by default, or the first that it may have; at the head
    of a path, where it can name nothing that is listed, an example will do."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.values: dict[tuple[str, str], str] = {}
        asked = {shape_of(path): entry for path, entry in source.value["paths"].items() if self._is_asked(entry)}
        for path, entry in source.value["paths"].items():
            for match in PARAMETER.finditer(str(path)):
                before, place = path[: match.start()], (shape_of(path[: match.start()]), match[1])
                lists = before != "/" and shape_of(before) in asked
                here = shape_of(path[: match.end()])
                if place in self.values or lists or (here in asked and not _is_collection(here, asked)):
                    continue
                value = next(self._values(entry, match[1], ("paths", path), at_head=before == "/"), None)
                if value is not None:
                    self.values[place] = value

    def filled(self, path: str) -> str:
        """A path with the values of these parameters in their places."""

        def value(match: re.Match[str]) -> str:
            return self.values.get((shape_of(path[: match.start()]), match[1]), match[0])

        return PARAMETER.sub(value, path)

    def _is_asked(self, entry: Any) -> bool:
        return isinstance(entry, dict) and ("$ref" in entry or any(method in entry for method in METHODS))

    def _values(self, entry: Any, name: str, route: Route, *, at_head: bool) -> Iterator[str]:
        """The values that the parameters of a path and of its operations have for ``name``, the plainest first."""
        try:
            holder = self.source.mapping(entry, route)
            holders = [holder, *(self.source.mapping(holder[m], (*route, m)) for m in METHODS if m in holder)]
            said = [self.source.entries(h.get("parameters") or [], (*route, "parameters")) for h in holders]
            listed = [self.source.mapping(p, route) for some in said for p in some]
            found = [p for p in listed if p.get("in") == "path" and p.get("name") == name]
            schemas = [self.source.mapping(p.get("schema") or {}, route) for p in found]
        except ContractError:
            return  # what cannot be read is told where the path is read
        for schema in schemas:
            yield from _texts(schema, ("const", "default"), "enum")
        for holder in (*found, *schemas) if at_head else ():
            yield from _texts(holder, ("example",), "examples")


def _is_collection(shape: str, asked: Mapping[str, Any]) -> bool:
    """Whether what stands at a path that ends with a parameter is listed and made there, and is no one thing that may
    change: its items stand below."""
    methods = {method for method in METHODS if method in asked[shape]}
    return methods == {"get", "post"} and f"{shape}/{{}}" in asked


def _texts(holder: Mapping[str, Any], plain: tuple[str, ...], listed: str) -> Iterator[str]:
    """The values under some words that can stand in a path as they are."""
    several = holder.get(listed)
    values = several.values() if isinstance(several, dict) else several if isinstance(several, list) else ()
    held = (v.get("value") if isinstance(v, dict) else v for v in values)
    for value in (*(holder[word] for word in plain if word in holder), *held):
        if isinstance(value, str | int) and not isinstance(value, bool) and _VALUE.fullmatch(str(value)):
            yield str(value)


def shape_of(path: Any) -> str:
    """A path as it is whatever its parameters are called, with or without a slash at the end."""
    return PARAMETER.sub("{}", str(path)).rstrip("/")
