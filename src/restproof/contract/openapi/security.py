"""Which credential the operations of a document ask for, in the words of a contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from restproof.contract.document import Route
from restproof.contract.media import TOKEN
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.paths import Call
from restproof.errors import ContractError

Asked = Literal["required", "optional", "none"]


class Security:
    """The security schemes of a document. ``scheme``: the one that most operations ask for and a contract can say, in
    its words (``None``: there is none); of several as frequent, the one that is named first. ``name``: how the document
    calls it."""

    def __init__(self, reader: Reader, calls: Iterable[Call]) -> None:
        self.reader = reader
        self.left_out: list[tuple[str, Route]] = []
        self.schemes = dict(self._schemes())
        asked = Counter(
            str(self.schemes[names[0]])
            for call in calls
            for names in dict.fromkeys(tuple(n) for n in self.alternatives(call) if self.as_one(n) is not None)
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

    def as_one(self, names: Collection[str]) -> Any:
        """What schemes that are asked for together come to, where one credential is all of them: two flows of OAuth 2.0
        end in the same bearer token. ``None``: there is none, or several are needed."""
        kinds = [self.schemes.get(name) for name in names]
        return kinds[0] if kinds and all(kind == kinds[0] for kind in kinds) and _is_shared(kinds) else None

    def asked(self, call: Call) -> Asked | None:
        """Whether an operation asks for the contract's credential; ``None`` where it asks for another one."""
        found = self.alternatives(call)
        if not found:
            # Nothing is asked for; but where a refusal is documented, that may be an oversight.
            return "optional" if {401, 403} & set(self.reader.codes(call, "4")) else "none"
        fitting = self.scheme is not None and any(self.as_one(n) == self.scheme for n in found)
        if any(not names for names in found):
            return "optional"
        return "required" if fitting else None


def _is_shared(kinds: Collection[Any]) -> bool:
    """Whether schemes that are alike are one credential: a header holds one token, an API key is one by its name."""
    return len(kinds) == 1 or "bearer" in kinds or any(isinstance(kind, dict) for kind in kinds)


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
