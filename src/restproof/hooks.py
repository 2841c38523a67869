"""What a team adds to each request of a run: ``restproof_hooks.py`` beside ``restproof.toml``.

A function of one of these names, or a list of such functions that are called in order, is a hook::

    def before_request(request: Outgoing) -> Outgoing | None    # sign it, add a date or a nonce
    def after_response(request: Outgoing, response: Incoming) -> Incoming | None    # take a gateway's envelope off
    def field_values(field: Field) -> Sequence | None    # the values that a field may be given
    def not_applicable(rule: Rule) -> str | None    # why a rule does not apply here
    def on_finish(run: Finished) -> None    # the reports are written

``None`` leaves everything as it is. What a hook did to an exchange stands in the run file by the names of what it
changed, never by its values. A hook that raises is an error of the hook, never a finding.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from types import UnionType
from typing import Any
from urllib.parse import quote

from restproof.contract.hints import closest
from restproof.errors import ConfigurationError, Place, RestproofError
from restproof.frozen import frozen
from restproof.headers import Headers, first
from restproof.untold import UNTOLD
from restproof.usercode import line_in, message_of, module_at

__all__ = ["Field", "Finished", "HookFailed", "Hooks", "Incoming", "Outgoing", "Rule", "load_hooks"]

FILE_NAME = "restproof_hooks.py"
SAID = f"({FILE_NAME})"
"""How the reason of a hook ends."""
NAMES = ("before_request", "after_response", "field_values", "not_applicable", "on_finish")


class HookFailed(RestproofError):
    """A hook raised, or gave back what no hook may."""


@frozen
class Outgoing:
    """A request before it leaves, its credential included. ``target``: the path and the query as they are sent;
    ``credential``: the name of the credential, never its value; ``resource`` and ``operation``: what it asks for;
    ``shown``: the names of header fields whose values hooks have said to be no secret."""

    method: str
    origin: str
    target: str
    headers: Headers = field(repr=False)
    body: bytes | None = None
    resource: str | None = None
    operation: str | None = None
    credential: str | None = None
    shown: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        """The whole URL."""
        return self.origin + self.target

    def header(self, name: str) -> str | None:
        """The first value of header ``name``, whatever its case."""
        return first(self.headers, name)

    def with_header(self, name: str, value: str, *, shown: bool = False) -> Outgoing:
        """The request with this header, in place of any of the same name. ``shown``: its value is no secret, and stands
        in the run file."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        names = self.shown | {name.lower()} if shown else self.shown - {name.lower()}
        return replace(self, headers=(*kept, (name, value)), shown=names)

    def with_query(self, name: str, value: str) -> Outgoing:
        """The request with one more parameter at the end of its query."""
        sign = "&" if "?" in self.target else "?"
        return replace(self, target=f"{self.target}{sign}{quote(name, safe='')}={quote(value, safe='')}")

    def with_body(self, body: bytes) -> Outgoing:
        """The request with another body, of the length that it has."""
        return replace(self.with_header("Content-Length", str(len(body))), body=body)


@frozen
class Incoming:
    """An answer after it came. ``body`` is decoded from its content coding."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of header ``name``, whatever its case."""
        return first(self.headers, name)


@frozen
class Field:
    """A field of a resource's requests, before anything is planned. ``schema``: its JSON Schema."""

    resource: str
    name: str
    schema: Mapping[str, Any]


@frozen
class Rule:
    """A rule of the register as it is about to be tried: on a resource and an operation, ``None`` where it is about the
    whole server."""

    requirement: str
    resource: str | None
    operation: str | None


@frozen
class Finished:
    """A run that has ended. ``verdict``: conforming, not conforming or not judged; ``directory``: where its reports
    are; ``counts``: the results by outcome."""

    verdict: str
    complete: bool
    directory: Path
    counts: Mapping[str, int]
    requests: int


@frozen
class Hooks:
    """The hooks of a file, by name, in the order in which they run. Each raises :class:`HookFailed`."""

    functions: Mapping[str, Sequence[Callable[..., Any]]] = field(default_factory=dict)
    file: Path | None = None

    @property
    def change_exchanges(self) -> bool:
        """Whether any of them looks at requests or answers."""
        return "before_request" in self.functions or "after_response" in self.functions

    @property
    def give_values(self) -> bool:
        """Whether any of them gives values to fields."""
        return "field_values" in self.functions

    def leaving(self, request: Outgoing) -> tuple[Outgoing, tuple[str, ...]]:
        """The request as it leaves, and what the hooks did to it."""
        told: list[str] = []
        for hook in self.functions.get("before_request", ()):
            changed = self._called("before_request", hook, Outgoing, request)
            if changed is None:
                continue
            if not _asks_for_the_same(changed, request):
                raise self._failure("before_request", hook, "it may add to a request, not ask for something else")
            if any(c in text for pair in changed.headers for text in pair for c in "\r\n\0"):
                raise self._failure("before_request", hook, "a header holds a line break or NUL")
            told += _changes(hook, request.headers, changed.headers, request.body, changed.body)
            told += [
                f"{hook.__name__}: {name}: {value}"
                for name, value in changed.headers
                if name.lower() in changed.shown and (name, value) not in request.headers
            ]
            if changed.target != request.target:
                told.append(f"{hook.__name__}: added to the query")
            request = changed
        return request, tuple(told)

    def arrived(self, request: Outgoing, response: Incoming) -> tuple[Incoming, tuple[str, ...]]:
        """The answer as it is judged, and what the hooks did to it."""
        told: list[str] = []
        for hook in self.functions.get("after_response", ()):
            changed = self._called("after_response", hook, Incoming, request, response)
            if changed is None:
                continue
            told += _changes(hook, response.headers, changed.headers, response.body, changed.body)
            if changed.status != response.status:
                told.append(f"{hook.__name__}: status {response.status} to {changed.status}")
            response = changed
        return response, tuple(told)

    def field_values(self, field: Field, allows: Callable[[Any], bool]) -> list[Any] | None:
        """The values that requests may give to a field; ``None`` where no hook says so. ``allows``: whether the schema
        of the field allows a JSON value."""
        for hook in self.functions.get("field_values", ()):
            found = self._called("field_values", hook, list | tuple, field)
            if found is None:
                continue
            if not found:
                raise self._failure("field_values", hook, f"it gave no value for {field.resource}.{field.name}")
            for value in found:
                if not _is_json(value) or not allows(value):
                    what = UNTOLD.text(f"the schema of {field.resource}.{field.name} does not allow {value!r}")
                    raise self._failure("field_values", hook, what)
            return list(found)
        return None

    def not_applicable(self, rule: Rule) -> str | None:
        """Why a rule does not apply; ``None`` where no hook says so."""
        for hook in self.functions.get("not_applicable", ()):
            reason = self._called("not_applicable", hook, str, rule)
            if reason is not None:
                return f"{reason} {SAID}"
        return None

    def finished(self, run: Finished) -> None:
        """Tell of the end of a run."""
        for hook in self.functions.get("on_finish", ()):
            self._called("on_finish", hook, type(None), run)

    def _called(self, name: str, hook: Callable[..., Any], kind: type | UnionType, *arguments: Any) -> Any:
        try:
            found = hook(*arguments)
        except (Exception, SystemExit) as error:  # whatever a user's function raises
            line = None if self.file is None else line_in(self.file, error)
            raise self._failure(name, hook, message_of(error), line) from error
        if found is not None and not isinstance(found, kind):
            wanted = "None" if kind is type(None) else f"{getattr(kind, '__name__', kind)} or None"
            raise self._failure(name, hook, f"it gave {type(found).__name__}, not {wanted}")
        return found

    def _failure(self, name: str, hook: Callable[..., Any], why: str, line: int | None = None) -> HookFailed:
        code = getattr(hook, "__code__", None)
        place = Place(Path(FILE_NAME), line or (code.co_firstlineno if code else 0))
        called = name if hook.__name__ == name else f"{name} ({hook.__name__})"
        return HookFailed(f"the hook {called} failed: {why}", place=place)


def _is_json(value: Any) -> bool:
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError):
        return False


def _asks_for_the_same(changed: Outgoing, request: Outgoing) -> bool:
    """Whether a request differs at most by what is added to its query: where it goes to was decided before, and what
    is added to a path would name something else."""
    sign = "&" if "?" in request.target else "?"
    added = changed.target.removeprefix(request.target)
    longer = changed.target.startswith(request.target) and added[:1] in ("", sign)
    return (changed.method, changed.origin) == (request.method, request.origin) and longer


def _changes(
    hook: Callable[..., Any], before: Headers, after: Headers, body: bytes | None, new_body: bytes | None
) -> list[str]:
    """What became other, by its names: what a hook writes into a header may be a secret."""
    names = list(dict.fromkeys(n for n, _ in set(after) ^ set(before)))
    told = [f"{hook.__name__}: header {', '.join(sorted(names))}"] if names else []
    return [*told, *([f"{hook.__name__}: body"] if body != new_body else [])]


def load_hooks(root: Path) -> Hooks:
    """The hooks of ``root``; none where there is no file. Raises ``ConfigurationError``."""
    file = root / FILE_NAME
    if not file.is_file():
        return Hooks()
    module = module_at(file, "restproof_hooks", "the hooks cannot be read")
    functions: dict[str, tuple[Callable[..., Any], ...]] = {}
    others: list[str] = []
    for name, value in vars(module).items():
        if name in NAMES:
            found = tuple(value) if isinstance(value, list | tuple) else (value,)
            if not all(inspect.isfunction(one) for one in found):
                raise ConfigurationError(f"{name} must be a function, or a list of functions", place=Place(file))
            for one in found:
                if inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one):
                    raise ConfigurationError(
                        f"{name} must be a plain function, not an async one",
                        place=Place(file, one.__code__.co_firstlineno),
                        hint="What has to be awaited can be run to its end with asyncio.run.",
                    )
            functions[name] = found
        elif inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            others.append(name)
            meant = closest(name, NAMES, cutoff=0.8)
            if meant:
                raise ConfigurationError(
                    f"there is no hook {name!r} (did you mean {meant!r}?)",
                    place=Place(file, value.__code__.co_firstlineno),
                    hint=f"Hooks are: {', '.join(NAMES)}. A helper may begin with an underscore.",
                )
    if others and not functions:
        raise ConfigurationError(
            f"none of its functions is a hook: {', '.join(others)}",
            place=Place(file),
            hint=f"Hooks are: {', '.join(NAMES)}. What is something else may stand in a file of its own.",
        )
    return Hooks(functions, file)
