"""Where a credential comes from that is made anew while a run goes on: a command, an OAuth 2 token endpoint, a login.

A table under ``[targets.NAME.credentials.CREDENTIAL]`` says it. Texts may hold ``${VARIABLES}``; what is secret must.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from restproof.contract.secrecy import looks_secret
from restproof.errors import ConfigurationError, Place
from restproof.frozen import frozen

Grant = Literal["client_credentials", "refresh_token", "password"]
KINDS = ("command", "oauth2", "login")
"""The keys of which a table of a credential has exactly one."""

PUBLIC = frozenset({"username", "user", "login", "email", "client_id", "scope", "audience", "token_url", "method"})
"""Keys whose values are no secrets, wherever they come from."""
_COMMON = ("token", "expires", "lasts")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "command": ("command", *_COMMON),
    "oauth2": (
        *("oauth2", "token_url", "client_id", "client_secret", "client_auth", "private_key", "algorithm"),
        *("scope", "audience", "username", "password", "refresh_token", "lasts"),
    ),
    "login": ("login", "method", "json", "form", "cookie", "csrf", *_COMMON),
}
_CSRF = ("page", "cookie", "header", "token", "send", "field")


@frozen
class Origin:
    """What each way has. ``token``: a JSON pointer to the credential in what comes back; ``expires``: one to the time
    that it lasts (seconds, Unix time, or a date); ``lasts``: seconds, where nothing says it. ``secrets``: what of it is
    never shown."""

    token: str | None = None
    expires: str | None = None
    lasts: float | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Command(Origin):
    """A command whose output is the credential. ``line``: a text for the shell, or the words of a command."""

    line: str | tuple[str, ...] = ()


@frozen
class OAuth2(Origin):
    """A grant at a token endpoint (RFC 6749). ``client_auth``: how the client shows who it is (RFC 6749 §2.3.1; with a
    ``private_key`` it signs for itself by ``algorithm``, RFC 7523 §2.2)."""

    grant: Grant = "client_credentials"
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_auth: Literal["basic", "post", "none"] = "basic"
    private_key: Path | None = None
    algorithm: str = "RS256"
    scope: str = ""
    audience: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


@frozen
class Csrf:
    """A token that writing requests show beside a cookie. It is found in a ``cookie``, in the ``header`` field or at
    the JSON pointer ``token`` of the answer to the login, or to a GET of ``page`` before it; ``send`` is the header
    field that shows it, ``field`` the member of the login's body that does."""

    page: str | None = None
    cookie: str | None = None
    header: str | None = None
    token: str | None = None
    send: str = "X-CSRF-Token"
    field: str | None = None


@frozen
class Login(Origin):
    """A request that logs in. ``path``: an absolute URL, or a path below the target's base URL. Where ``cookie`` names
    one, that cookie is the credential, and all that the answer sets travel with it."""

    path: str = ""
    method: str = "POST"
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, Any] | None = field(default=None, repr=False)
    cookie: str | None = None
    csrf: Csrf | None = None


Source = Command | OAuth2 | Login


class Reader(Protocol):
    """Reads values of a file, each error with its line."""

    def place(self, key: str) -> Place: ...

    def known(self, key: str, table: Mapping[str, Any], names: Iterable[str]) -> None: ...

    def get(self, key: str, value: Any, kind: type | tuple[type, ...], words: str) -> Any: ...

    def positive(self, key: str, value: Any) -> float | None: ...

    def path(self, key: str, value: Any) -> Path | None: ...


def read_source(reader: Reader, key: str, table: Mapping[str, Any]) -> Source:
    """The source that a table says. Raises ``ConfigurationError``, with the line."""
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1:
        raise ConfigurationError(
            f"[{key}] needs one of {', '.join(KINDS)}" + (f", and has {' and '.join(kinds)}" if kinds else ""),
            place=reader.place(key),
            hint='A credential is "${VARIABLE}", or a table that says how it is obtained (docs/credentials.md).',
        )
    reader.known(key, table, _KEYS[kinds[0]])
    for name in ("token", "expires"):
        pointer = reader.get(f"{key}.{name}", table.get(name), str, "a JSON pointer")
        if pointer is not None and not pointer.startswith("/"):
            raise ConfigurationError(
                f"{key}.{name} must be a JSON pointer, which begins with a slash",
                place=reader.place(f"{key}.{name}"),
                hint=f'{name} = "/NAME" points to the member NAME of what comes back.',
            )
    common = {
        "token": table.get("token"),
        "expires": table.get("expires"),
        "lasts": reader.positive(f"{key}.lasts", table.get("lasts")),
    }
    return {"command": _command, "oauth2": _oauth2, "login": _login}[kinds[0]](reader, key, table, common)


def _command(reader: Reader, key: str, table: Mapping[str, Any], common: Mapping[str, Any]) -> Source:
    line = reader.get(f"{key}.command", table["command"], (str, list), "a text, or a list of texts")
    if not line or (isinstance(line, list) and not all(isinstance(word, str) for word in line)):
        raise ConfigurationError(
            f"{key}.command must be a text, or a list of texts", place=reader.place(f"{key}.command")
        )
    return Command(**common, line=line if isinstance(line, str) else tuple(line))


def _oauth2(reader: Reader, key: str, table: Mapping[str, Any], common: Mapping[str, Any]) -> Source:
    grant = _one_of(reader, f"{key}.oauth2", table["oauth2"], get_args(Grant))
    needed = {"client_credentials": (), "refresh_token": ("refresh_token",), "password": ("username", "password")}
    texts = {
        name: reader.get(f"{key}.{name}", table.get(name, ""), str, "a text")
        for name in _KEYS["oauth2"]
        if name not in ("oauth2", "client_auth", "private_key", "lasts") and name in table
    }
    for name in ("token_url", "client_id", *needed[grant]):
        if not texts.get(name):
            raise ConfigurationError(f"[{key}] has no {name}", place=reader.place(f"{key}.{name}"))
    _no_user(reader, f"{key}.token_url", texts["token_url"])
    for name in ("client_secret", "password", "refresh_token"):
        _no_literal(reader, f"{key}.{name}", name, texts.get(name))
    has_key = "private_key" in table
    usual = "basic" if "client_secret" in table else "none"
    said = _one_of(reader, f"{key}.client_auth", table.get("client_auth", usual), ("basic", "post", "none"))
    if grant == "client_credentials" and not has_key and "client_secret" not in table:
        raise ConfigurationError(
            f"[{key}] has neither client_secret nor private_key", place=reader.place(key), hint="The grant needs one."
        )
    private_key = reader.path(f"{key}.private_key", table.get("private_key"))
    return OAuth2(**common, grant=grant, client_auth=said, private_key=private_key, **texts)


def _login(reader: Reader, key: str, table: Mapping[str, Any], common: Mapping[str, Any]) -> Source:
    path = reader.get(f"{key}.login", table["login"], str, "a path or a URL")
    if not path.startswith(("/", "http://", "https://")):
        raise ConfigurationError(
            f"{key}.login must be a path below the base URL, or a URL", place=reader.place(f"{key}.login")
        )
    _no_user(reader, f"{key}.login", path)
    bodies = {n: reader.get(f"{key}.{n}", table.get(n), dict, "a table") for n in ("json", "form")}
    for name, body in bodies.items():
        for member, value in _members(body):
            if looks_secret(member):
                _no_literal(reader, f"{key}.{name}.{member}", member, value)
    if bodies["json"] is not None and bodies["form"] is not None:
        raise ConfigurationError(f"[{key}] has both json and form", place=reader.place(f"{key}.form"))
    cookie = reader.get(f"{key}.cookie", table.get("cookie"), str, "the name of a cookie")
    if (cookie is None) == (common["token"] is None):
        raise ConfigurationError(
            f"[{key}] needs one of token and cookie",
            place=reader.place(key),
            hint='token = "/access_token" points into the JSON that comes back; cookie = "sessionid" names a cookie.',
        )
    method = reader.get(f"{key}.method", table.get("method", "POST"), str, "a method").upper()
    return Login(**common, **bodies, path=path, method=method, cookie=cookie, csrf=_csrf(reader, key, table))


def _csrf(reader: Reader, key: str, table: Mapping[str, Any]) -> Csrf | None:
    said = reader.get(f"{key}.csrf", table.get("csrf"), dict, "a table")
    if said is None:
        return None
    reader.known(f"{key}.csrf", said, _CSRF)
    for name, value in said.items():
        reader.get(f"{key}.csrf.{name}", value, str, "a text")
    if sum(name in said for name in ("cookie", "header", "token")) != 1:
        raise ConfigurationError(
            f"[{key}.csrf] needs one of cookie, header and token", place=reader.place(f"{key}.csrf")
        )
    return Csrf(**said)


def _one_of(reader: Reader, key: str, value: Any, known: Iterable[str]) -> Any:
    if value not in known:
        raise ConfigurationError(f"{key} must be one of {', '.join(known)}", place=reader.place(key))
    return value


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """The members of a body with their values, at any depth; each entry of a list has the name of the list."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        for one in inner if isinstance(inner, list) else (inner,):
            yield name, one
            yield from _members(one)


def _no_user(reader: Reader, key: str, url: str) -> None:
    """Raises where a URL holds a user: it would be sent along, and is written down by whatever tells of the URL."""
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ConfigurationError(
            f"{key} holds a user", place=reader.place(key), hint="What the client shows of itself has words of its own."
        )


def _no_literal(reader: Reader, key: str, name: str, value: Any) -> None:
    """Raises where a secret is written into the file."""
    is_said = isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    if is_said and "${" not in str(value):
        raise ConfigurationError(
            f"{name} is written into this file",
            place=reader.place(key),
            hint=f'Write {name} = "${{VARIABLE}}", and give its value to the environment.',
        )


def expanded(source: Source, fill: Callable[[str], str]) -> Source:
    """The source with its variables filled in by ``fill``; what it filled in is secret, but for names and addresses."""
    secrets: list[str] = []

    def filled(name: str, value: Any) -> Any:
        if isinstance(value, str):
            said = fill(value)
            if said != value and name not in PUBLIC:
                secrets.append(said)
            return said
        if isinstance(value, Mapping):
            return {member: filled(member, one) for member, one in value.items()}
        return tuple(filled(name, one) for one in value) if isinstance(value, tuple) else value

    # A shell fills in its own variables.
    kept = ("secrets", "line") if isinstance(source, Command) and isinstance(source.line, str) else ("secrets",)
    found = {f.name: filled(f.name, getattr(source, f.name)) for f in fields(source) if f.name not in kept}
    return replace(source, **found, secrets=tuple(secrets))
