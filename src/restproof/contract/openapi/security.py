"""Which credential the operations of a document ask for, in the words of a contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from restproof.contract.document import Route
from restproof.contract.hints import closest
from restproof.contract.media import TOKEN
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.paths import Call
from restproof.contract.words import snake
from restproof.errors import ContractError

Asked = Literal["required", "optional", "none"]
_NAMED = ((re.compile(r"(?i)bearer|jwt|token|oauth"), "bearer"), (re.compile(r"(?i)basic"), "basic"))
_MORE_THAN_A_VALUE = (
    "concealed",
    "dpop",
    "gnap",
    "hoba",
    "mutual",
    "negotiate",
    "ntlm",
    "oauth",
    "privatetoken",
    "scram-sha-1",
    "scram-sha-256",
    "vapid",
)
"""Schemes of HTTP that sign each request, or ask back (IANA's registry of them)."""
_SCOPE = re.compile(
    r"[:./]|(?<![a-z])(add|change|create|delete|edit|get|list|manage|modify|patch|post|put|read|remove|update|view|write)"
    r"(?![a-z])"
)
"""What somebody may do, which a scheme that knows no scopes may name all the same."""


class Security:
    """The security schemes of a document. ``scheme``: the one that most operations ask for and a contract can say, in
    its words (``None``: there is none); of several as frequent, the one that is named first, a cookie last. ``name``:
    how the document calls it; ``origin``: where it says what it is. ``as_well``: other schemes that will do wherever it
    does."""

    def __init__(self, reader: Reader, calls: Collection[Call]) -> None:
        self.reader = reader
        self.left_out: list[tuple[str, Route]] = []
        self._scoped: set[str] = set()
        self.schemes = dict(self._schemes())
        defined = frozenset(self.schemes)
        named = {name for call in calls for names in self.alternatives(call) for name in names}
        self.schemes |= {name: self._meant(name) for name in sorted(named - defined)}
        # Each operation counts what it asks for, and once more what it asks for alone.
        asked = Counter(
            str(self.as_one(names))
            for call in calls
            for one in dict.fromkeys(tuple(n) for n in self.alternatives(call) if self.as_one(n) is not None)
            for names in [one] * (3 - len(one[:2]))
        )
        # Of as many, a cookie is the last: it comes of a log-in, and writes that bear one often need more than it.
        by_cookie = {str(s) for s in self.schemes.values() if isinstance(s, dict) and "cookie" in s}
        chosen = max(asked, key=lambda one: (asked[one], one not in by_cookie)) if asked else None
        fitting = [(n, s) for n, s in self.schemes.items() if s and str(s) == chosen]
        self.name: str = fitting[0][0] if fitting else ""
        self.scheme: Any = fitting[0][1] if fitting else None
        takes = [{str(self.as_one(n)) for n in self.alternatives(c)} for c in calls]
        takes = [ways for ways in takes if chosen in ways]
        others = [s for s in self.schemes.values() if s and str(s) != chosen and all(str(s) in ways for ways in takes)]
        self.as_well: tuple[Any, ...] = tuple(others)
        self.origin = f"components.securitySchemes.{self.name}" if self.name in defined else f"security: {self.name}"
        self._roles = [roles for call in calls if (roles := self.roles(call))]
        counted = Counter(role for roles in self._roles for role in sorted(roles))
        self._usual = max(counted, key=lambda role: counted[role], default="")
        by_reads = [{*self.beside(c)} for c in calls if c.method == "GET" and self.asked(c) == "required"]
        self._by_reads = set.intersection(*by_reads) if by_reads else set[str]()
        needed = {n: call.route for call in calls for n in self.beside(call) if n in self._by_reads}
        for name, route in needed.items():
            self.left_out.append((f"the credential {name}, asked for beside {self.name}: let a hook send it", route))

    def _schemes(self) -> Iterable[tuple[str, Any]]:
        source = self.reader.source
        components = source.value.get("components")
        found = components.get("securitySchemes") if isinstance(components, dict) else None
        for name, value in found.items() if isinstance(found, dict) else ():
            route = ("components", "securitySchemes", name)
            try:
                scheme = source.mapping(value, route)
                self._scoped |= {name} if scheme.get("type") in ("oauth2", "openIdConnect") else set()
                said = in_words(scheme)
            except ContractError as error:
                self.left_out.append((f"the security scheme {name}: {error.message}", route))
                yield name, None
                continue
            if said is None:
                what = f"the security scheme {name}: a contract has no word for it"
                self.left_out.append((what, route))
            yield name, said

    def _meant(self, name: str) -> Any:
        """What a name means under which the document defines no scheme: the one that it has, or that is spelled nearly
        so; where it has none, what the name itself says."""
        if self.schemes:
            near = next(iter(self.schemes)) if len(self.schemes) == 1 else closest(name, self.schemes, 0.8)
            return self.schemes[near] if near else None
        return next((way for kind, way in _NAMED if kind.search(name)), None)

    def alternatives(self, call: Call) -> list[list[str]]:
        """The names of the schemes of each alternative; an empty one asks for nothing."""
        said = call.value.get("security", self.reader.source.value.get("security"))
        return [list(one) for one in said if isinstance(one, dict)] if isinstance(said, list) else []

    def as_one(self, names: Collection[str]) -> Any:
        """What schemes that are asked for together come to: two flows of OAuth 2.0 end in the same bearer token, what
        stands in the same header is one value, and of several that stand apart a contract gives the one that tells who
        is asking. ``None``: a contract has no word for one of them."""
        kinds = [self.schemes.get(name) for name in names]
        if not kinds or None in kinds:
            return None
        if all(kind == kinds[0] for kind in kinds):
            return kinds[0] if _is_shared(kinds) else None
        whole = next((k for k in kinds if isinstance(k, dict) and k.get("header", "").lower() == "authorization"), None)
        return whole or next((k for k in kinds if isinstance(k, str) and k != "api_key"), kinds[0])

    def beside(self, call: Call) -> list[str]:
        """The schemes that an operation asks for beside the contract's own, in one request with it."""
        found = self.alternatives(call)
        alone = any(len({str(self.schemes.get(n)) for n in names}) < 2 for names in found)
        together = next((n for n in found if self.scheme is not None and self.as_one(n) == self.scheme), [])
        apart = [n for n in together if _place(self.schemes[n]) != _place(self.scheme)]
        return [] if alone else apart

    def unseen(self, call: Call) -> str:
        """Why an operation that asks for more than reads do cannot be asked for; empty where reads ask for as much: one
        that is refused before the run then shows that no hook sends it."""
        names = [name for name in self.beside(call) if name not in self._by_reads]
        asked = f"it asks for the credential {' and '.join(names)} beside {self.name}"
        return f"{asked}, and not every read does: add it with a hook that sends that" if names else ""

    def roles(self, call: Call) -> frozenset[str]:
        """The roles that an operation is for: what stands behind a scheme that knows no scopes, and is called as none.
        Of scopes one has several."""
        said = call.value.get("security", self.reader.source.value.get("security"))
        asked = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
        some = [v for one in asked for n, v in one.items() if n not in self._scoped and isinstance(v, list)]
        return frozenset(str(role) for roles in some for role in roles if not _SCOPE.search(snake(str(role))))

    def not_for_most(self, call: Call) -> str:
        """Why an operation is not for who most of them are for: it is for other roles, which some operations name
        beside that one, so that any of those will do there. Empty where it may be."""
        own = self.roles(call)
        others = [roles for roles in self._roles if own & roles]
        if not own or self._usual in own or not all(any({r, self._usual} <= o for o in others) for r in own):
            return ""
        return f"it is for the role {' or '.join(sorted(own))}, and most others for {self._usual}"

    def other(self, call: Call) -> str:
        """Why an operation that asks for another credential than the contract's cannot be asked for."""
        found = self.alternatives(call)
        names = " or ".join(sorted({" and ".join(some) for some in found}))
        known = self.name if any(self.as_one(some) is not None for some in found) else ""
        why = f"the others for {known}" if known else "for which there is no word"
        return f"it asks for the credential {names}, {why}"

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


def _place(scheme: Any) -> str:
    """Where a credential stands, in lower case: the name of the header, query parameter or cookie."""
    if isinstance(scheme, dict):
        return next(f"{w} {scheme[w]}".lower() for w in ("header", "query", "cookie") if w in scheme)
    return "header x-api-key" if scheme == "api_key" else "header authorization"


def _is_shared(kinds: Collection[Any]) -> bool:
    """Whether schemes that are alike are one credential: a header holds one token, an API key is one by its name."""
    return len(kinds) == 1 or "bearer" in kinds or any(isinstance(kind, dict) for kind in kinds)


def in_words(scheme: Mapping[str, Any]) -> Any:
    """A security scheme in the words of a contract; ``None`` where it has none."""
    kind, place = scheme.get("type"), scheme.get("in")
    if kind == "http":
        way = str(scheme.get("scheme")).lower()
        # Of a scheme that is nobody's standard, the header holds what one was given: ``Token abc``.
        plain = None if way in _MORE_THAN_A_VALUE else {"scheme": "api_key", "header": "Authorization"}
        return way if way in ("bearer", "basic", "digest") else plain if TOKEN.fullmatch(way) else None
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
