"""What a document says of the bodies of refusals: a schema for each operation and status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.bodies import shown_as
from restproof.contract.openapi.paths import Call
from restproof.contract.schemas import DIALECT
from restproof.contract.shapes import types_of

_OF_GENERATORS = re.compile(r"/HTTPValidationError$")
"""Components that a generator writes beside every operation: they say what its own validation answers, and nothing of
what the service refuses by itself with the same status."""


class Refusals:
    """``schemas``: file name → schema, each once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.schemas: dict[str, Mapping[str, Any]] = {}
        self._files: dict[int, tuple[Mapping[str, Any], str]] = {}
        """Schema, by its identity → it, and its file: many operations share one."""

    def of(self, call: Call) -> dict[int | str, str]:
        """Status, or class of them, → the file of the schema of its body; ``none`` where nothing is said of a status
        whose class has one."""
        said: dict[str, str] = {}
        answers = {code: (answer, route) for code, answer, route in self.reader.responses(call)}
        for code, (answer, route) in answers.items():
            if re.fullmatch(r"4(\d\d|XX)", code):
                said[code.lower()] = self.file(answer, route)
        if "DEFAULT" in answers and "4xx" not in said and any(code.startswith("2") for code in answers):
            said["4xx"] = self.file(*answers["DEFAULT"])
        if said.get("4xx", "none") == "none":
            said = {status: file for status, file in said.items() if file != "none"}
        return {int(status) if status.isdecimal() else status: file for status, file in sorted(said.items())}

    def file(self, answer: Mapping[str, Any], route: Route) -> str:
        """The file of the schema of an answer's body; ``none`` where it says nothing of JSON objects or arrays."""
        contents = self.reader.source.mapping(answer.get("content") or {}, (*route, "content")).values()
        named = [c["schema"].get("$ref") for c in contents if isinstance(c, dict) and isinstance(c.get("schema"), dict)]
        if any(_OF_GENERATORS.search(str(ref)) for ref in named):
            return "none"
        schema = shown_as(self.reader.content(answer, route), self.reader.once.shown)
        if id(schema) not in self._files:
            self._files[id(schema)] = schema, self._file(schema)
        return self._files[id(schema)][1]

    def _file(self, schema: Mapping[str, Any]) -> str:
        if not schema or not types_of(schema) <= {"object", "array"}:
            return "none"
        whole = {"$schema": DIALECT, **schema}
        known = next((name for name, kept in self.schemas.items() if kept == whole), None)
        if known is None:
            known = f"error-body-{len(self.schemas) + 1}.json" if self.schemas else "error-body.json"
            self.schemas[known] = whole
        return known
