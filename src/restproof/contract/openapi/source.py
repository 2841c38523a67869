"""An OpenAPI document as it is looked at: with its lines, and with its references followed, within its own folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from restproof.contract.document import Route, read_text
from restproof.contract.openapi.inheriting import as_written, spelled_out
from restproof.contract.openapi.other_formats import foreign_text, foreign_value
from restproof.contract.openapi.reading import Text, read_file
from restproof.contract.openapi.swagger import converted
from restproof.errors import ContractError
from restproof.pointer import Nothing, follow, step

_VERSION = re.compile(r"3\.\d+(\.|$|-)")
_LONGEST = 40
"""References in one chain; more means that they go in circles."""


def read(file: Path) -> Source:
    """The document of a file: OpenAPI 3, or Swagger 2.0 in the words of OpenAPI 3. Raises ``ContractError``, with the
    line, where it is no such document; one of another kind is told by its name.
    """
    try:
        text = read_file(file)
    except ContractError as error:
        raise foreign_text(file, read_text(file)) or error from None
    foreign = foreign_value(text)
    if foreign is not None:
        raise foreign_text(file, read_text(file)) or foreign
    value = text.value
    if "swagger" in value:
        if not str(value["swagger"]).startswith("2."):
            message = f"the version {value['swagger']} is not known; Swagger 2.0 and OpenAPI 3 are"
            raise ContractError(message, place=text.place(("swagger",)), hint="say swagger: '2.0' if it is such")
        _check_paths(text)
        line = lambda route: text.line(_old(as_written(route)))  # noqa: E731
        return Source(Text(file, spelled_out(converted(value)), line, text.on_one_line), text)
    if not _VERSION.match(str(value["openapi"])):
        message = f"the version {value['openapi']} is not known; 3.0, 3.1 and 3.2 are"
        raise ContractError(message, place=text.place(("openapi",)), hint="say openapi: 3.1.0 if it is such a document")
    _check_paths(text)
    line = lambda route: text.line(as_written(route))  # noqa: E731
    return Source(Text(file, spelled_out(value), line, text.on_one_line), text)


def _check_paths(text: Text) -> None:
    value = text.value
    if isinstance(value.get("paths"), dict) and value["paths"]:
        return
    if value.get("webhooks"):
        hint = "webhooks are requests that the API sends; restproof sends requests to paths"
        raise ContractError("the document has webhooks and no paths", place=text.place(("webhooks",)), hint=hint)
    raise ContractError("the document has no paths", place=text.place(("paths",)), hint="there is nothing to import")


def _old(route: Route) -> Route:
    """Where in a Swagger 2.0 document stands what the converted one has at ``route``."""
    if route[:2] == ("components", "schemas"):
        return ("definitions", *route[2:])
    if route[:2] == ("components", "securitySchemes"):
        return ("securityDefinitions", *route[2:])
    return route[1:] if route[:1] == ("components",) else route


class Source:
    """Looks things up in a document and in the files of its folder that it names."""

    def __init__(self, document: Text, written: Text) -> None:
        self.document = document
        self.written = written
        self.value: Mapping[str, Any] = document.value
        self._files: dict[str, Text] = {}

    @property
    def version(self) -> str:
        """``OpenAPI 3.1.0``, ``Swagger 2.0``."""
        written = self.written.value
        return f"Swagger {written['swagger']}" if "swagger" in written else f"OpenAPI {written['openapi']}"

    def line(self, route: Route) -> int:
        return self.document.line(route)

    def pointer(self, route: Route) -> str:
        """The JSON pointer of a route, where lines tell nothing (the document stands on one); else empty."""
        if not self.document.on_one_line or not route:
            return ""
        written = as_written(route)
        return "#" + "".join(map(step, _old(written) if "swagger" in self.written.value else written))

    def wrong(self, message: str, route: Route, hint: str) -> ContractError:
        pointer = self.pointer(route)
        hint = f"at {pointer}: {hint}" if pointer else hint
        return ContractError(message, place=self.document.place(route), hint=hint)

    def mapping(self, value: Any, route: Route) -> dict[str, Any]:
        """``value``, with references followed, as a mapping. Raises ``ContractError`` where it is none."""
        found = self.followed(value, route) if not isinstance(value, dict) or "$ref" in value else value
        if not isinstance(found, dict):
            raise self.wrong(
                f"'{route[-1]}' must be a mapping", route, "the OpenAPI specification says what can stand here"
            )
        return found

    def entries(self, value: Any, route: Route) -> list[Any]:
        """``value`` as a list. Raises ``ContractError`` where it is none."""
        if not isinstance(value, list):
            raise self.wrong(
                f"'{route[-1]}' must be a list", route, "the OpenAPI specification says what can stand here"
            )
        return value

    def followed(self, value: Any, route: Route) -> Any:
        """``value``, or what its ``$ref`` names, whatever stands beside it."""
        for _ in range(_LONGEST):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return value
            value = self.named(value["$ref"], (*route, "$ref"))
        raise self.wrong("this $ref goes round in a circle", route, "refer to something that is written out")

    def named(self, ref: str, route: Route) -> Any:
        """What a reference names, in this document or in another file of its folder."""
        name, _, pointer = ref.partition("#")
        value: Any = self._file(name, ref, route) if name else self.value
        if pointer and not pointer.startswith("/"):
            raise self.wrong(f"the $ref '{ref}' is no path", route, "refer by path: #/components/schemas/NAME")
        try:
            return follow(value, unquote(pointer))[0]
        except Nothing as error:
            message = f"the $ref '{ref}' names nothing: there is no '{error.step}'"
            raise self.wrong(message, route, "check its spelling") from None

    def _file(self, name: str, ref: str, route: Route) -> Any:
        folder = self.document.file.parent.resolve()
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name) or name.startswith("//"):
            raise self.wrong(f"the $ref '{ref}' leaves the folder", route, "bundle the document into one file first")
        file = (folder / unquote(name)).resolve()
        if not file.is_relative_to(folder):
            raise self.wrong(f"the $ref '{ref}' leaves the folder", route, "bundle the document into one file first")
        if file == self.document.file.resolve():
            return self.value
        key = file.relative_to(folder).as_posix()
        if key not in self._files:
            if not file.is_file():
                raise self.wrong(f"the $ref '{ref}' names no file", route, f"looked for {file}")
            text = read_file(file)
            _rebase(text.value, key)
            self._files[key] = text
        return self._files[key].value


def _rebase(value: Any, name: str) -> None:
    """Write every ``$ref`` of another file as the main document would write it."""
    above = name.rpartition("/")[0]
    seen: set[int] = set()
    left = [value]
    while left:
        found = left.pop()
        if not isinstance(found, dict | list) or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, list):
            left.extend(found)
            continue
        ref = found.get("$ref")
        if isinstance(ref, str):
            file, mark, pointer = ref.partition("#")
            if not file:
                found["$ref"] = f"{name}{mark}{pointer}"
            elif above and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", file):
                found["$ref"] = f"{above}/{file}{mark}{pointer}"
        left.extend(found.values())
