"""Which credential the operations of a document ask for, in the words of a contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from restproof.contract.document import Route
from restproof.contract.media import TOKEN
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.paths import Call
from restproof.errors import ContractError

Asked = Literal["required", "optional", "none"]


class Security:
    """The security schemes of a document. ``scheme``: the one that most operations ask for and a contract can say, in
    its words (``None``: there is none). ``name``: how the document calls it."""

    def __init__(self, reader: Reader, calls: Iterable[Call]) -> None:
        self.reader = reader
        self.left_out: list[tuple[str, Route]] = []
        self.schemes = dict(self._schemes())
        asked = Counter(
            str(self.schemes[names[0]])
            for call in calls
            for names in {tuple(n) for n in self.alternatives(call) if len(n) == 1 and self.schemes.get(n[0])}
        )
        chosen = asked.most_common(1)[0][0] if asked else None
        fitting = [(n, s) for n, s in self.schemes.items() if s and str(s) == chosen]
        self.name: str = fitting[0][0] if fitting else ""
        self.scheme: Any = fitting[0][1] if fitting else None

    def _schemes(self) -> Iterable[tuple[str, Any]]:
        source = self.reader.source
        components = source.value.get("components")
        found = components.get("securitySchemes") if isinstance(components, dict) else None
        for name, value in found.items() if isinstance(found, dict) else ():
            route = ("components", "securitySchemes", name)
            try:
                said = in_words(source.mapping(value, route))
            except ContractError as error:
                self.left_out.append((f"the security scheme {name}: {error.message}", route))
                continue
            if said is None:
                what = f"the security scheme {name}: a contract has no word for it"
                self.left_out.append((what, route))
            yield name, said

    def alternatives(self, call: Call) -> list[list[str]]:
        """The names of the schemes of each alternative; an empty one asks for nothing."""
        said = call.value.get("security", self.reader.source.value.get("security"))
        return [list(one) for one in said if isinstance(one, dict)] if isinstance(said, list) else []

    def asked(self, call: Call) -> Asked | None:
        """Whether an operation asks for the contract's credential; ``None`` where it asks for another one."""
        found = self.alternatives(call)
        if not found:
            # Nothing is asked for; but where a refusal is documented, that may be an oversight.
            return "optional" if {401, 403} & set(self.reader.codes(call, "4")) else "none"
        fitting = any(len(n) == 1 and self.scheme is not None and self.schemes.get(n[0]) == self.scheme for n in found)
        if any(not names for names in found):
            return "optional"
        return "required" if fitting else None


def in_words(scheme: Mapping[str, Any]) -> Any:
    """A security scheme in the words of a contract; ``None`` where it has none."""
    kind, place = scheme.get("type"), scheme.get("in")
    if kind == "http" and str(scheme.get("scheme")).lower() in ("bearer", "basic", "digest"):
        return str(scheme["scheme"]).lower()
    if kind in ("oauth2", "openIdConnect"):
        return "bearer"
    name = scheme.get("name")
    if kind != "apiKey" or not isinstance(name, str):
        return None
    if place == "header" and TOKEN.fullmatch(name):
        return "api_key" if name.lower() == "x-api-key" else {"scheme": "api_key", "header": name}
    if place in ("query", "cookie") and re.fullmatch(r"[A-Za-z0-9._~-]+", name):
        return {"scheme": "api_key", str(place): name}
    return None
