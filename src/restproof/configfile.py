"""``restproof.toml`` as values. Every error names the file and line that it is about.

Credentials stay as they are written here: ``restproof.config`` fills in their variables for the one target that is
used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import field
from importlib.util import find_spec
from pathlib import Path
from sys import float_info
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from restproof.contract.hints import closest
from restproof.errors import ConfigurationError, Place
from restproof.frozen import frozen
from restproof.sources import Source, read_source
from restproof.userfile import text_of

CREDENTIALS = ("full", "read_only", "foreign", "throttled")
"""``full`` reads and writes; ``read_only`` proves 403; ``foreign`` belongs to another tenant; ``throttled`` has a
small window."""

_LOOPBACK = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)")
_TOP_KEYS = ("contract", "target", "targets")
_TARGET_KEYS = (
    *(
        "base_url",
        "ca_bundle",
        "client_cert",
        "client_key",
        "client_password",
        "proxy",
        "socket",
        "http2",
        "rate",
        "timeout",
        "forbid",
        "deviations",
    ),
    *("credentials", "ids"),
)


@frozen
class Target:
    """A server to send to. ``rate`` is in requests per second (``None``: no limit of ours), ``timeout`` in seconds;
    ``forbid`` holds ``resource.operation``; ``ids`` those of the parents that no operation can create, by ``<r>``,
    ``other_<r>``, ``foreign_<r>``."""

    name: str
    base_url: str
    kind: Literal["sandbox", "live", "stubs"] = "live"
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    ids: Mapping[str, int | str] = field(default_factory=dict)
    ca_bundle: Path | None = None
    rate: float | None = None
    timeout: float = 10.0
    forbid: frozenset[str] = frozenset()
    deviations: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    """Credential → the environment variable that is all of it, where there is one."""
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)
    """Credential → where it comes from, of those that are obtained; ``credentials`` holds what was obtained first, and
    is empty until the target is reached."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What else is never shown: what credentials are obtained with."""
    client_cert: Path | None = None
    client_key: Path | None = None
    """The certificate that shows the server who we are (mutual TLS), and its key where that is a file of its own."""
    client_password: str = field(default="", repr=False)
    """What the key is encrypted with."""

    proxy: str | None = field(default=None, repr=False)
    """The URL of the proxy to go through."""
    socket: Path | None = None
    """The Unix socket on which the server listens, in place of host and port of its URL."""

    http2: bool = False
    """Whether the server is spoken to by HTTP/2 alone: over TLS, or where the URL is an http one at once (RFC 9113
    §3.3)."""

    @property
    def is_behind(self) -> str | None:
        """What stands between us and the server, so that no connection of our own leads there."""
        return "a proxy" if self.proxy else "a Unix socket" if self.socket else None

    @property
    def certificate(self) -> tuple[Path, Path | None, str] | None:
        """The files of our own certificate and of its key, and its password."""
        return None if self.client_cert is None else (self.client_cert, self.client_key, self.client_password)


@frozen
class Section:
    """``[targets.NAME]`` as written: credentials still hold ``${VARIABLES}``. ``lines`` maps keys to their lines."""

    target: Target
    file: Path
    lines: Mapping[str, int]

    def place(self, key: str = "") -> Place:
        return Place(self.file, self.lines.get(key) or self.lines.get("", 0))


@frozen
class Config:
    """What ``restproof.toml`` says; all empty where there is none. ``root`` is the directory that its paths are
    relative to, and that ``.restproof/`` lies in."""

    root: Path
    file: Path | None = None
    contract: str | None = None
    target: str | None = None
    sections: Mapping[str, Section] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def ledgers(self) -> Path:
        """The directory of the ledgers."""
        return self.root / ".restproof"

    def place(self, key: str) -> Place | None:
        return Place(self.file, self.lines.get(key, 0)) if self.file else None


def read_config(file: Path) -> Config:
    """Reads one ``restproof.toml``. Raises :class:`ConfigurationError`."""
    data, lines = read_toml(file)
    reader = _Reader(file, lines)
    reader.known("", data, _TOP_KEYS)
    sections = {}
    targets = reader.get("targets", data.get("targets", {}), dict, "a table of targets")
    for name, table in targets.items():
        sections[name] = reader.section(name, table)
    contract = reader.get("contract", data.get("contract"), str, "a path")
    target = reader.get("target", data.get("target"), str, "the name of a target or a URL")
    return Config(root=file.parent, file=file, contract=contract, target=target, sections=sections, lines=lines)


def read_toml(file: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """What a TOML file holds, and the lines of its keys by dotted path. Raises :class:`ConfigurationError`."""
    text = text_of(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+)", str(error))
        raise ConfigurationError(f"not valid TOML: {error}", place=Place(file, int(at[1]) if at else 0)) from None
    except (ValueError, RecursionError) as error:
        # A date that is none, an integer of five thousand digits, a list three thousand deep.
        raise ConfigurationError(f"not valid TOML: {error}", place=Place(file)) from None
    return data, key_lines(text)


def _kind_of(value: Any) -> str:
    """What a value is, in place of it: in a file that names credentials, any may be one in the wrong place."""
    named = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return named.get(type(value), "a date or a time")


@frozen
class TomlReader:
    """Takes values out of a TOML file. Each method raises :class:`ConfigurationError` with the line of the key; no
    message quotes a text."""

    file: Path
    lines: Mapping[str, int]

    def place(self, key: str) -> Place:
        """The line of ``key``, or of the nearest table above it."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return Place(self.file, self.lines.get(key, 0))

    def known(self, key: str, table: Mapping[str, Any], names: Iterable[str]) -> None:
        for name in table:
            if name not in names:
                where = f" in [{key}]" if key else ""
                place = self.place(f"{key}.{name}" if key else name)
                raise ConfigurationError(
                    f"unknown key {name!r}{where}{did_you_mean(name, names)}",
                    place=place,
                    hint=f"Known here: {', '.join(names)}.",
                )

    def get(self, key: str, value: Any, kind: type | tuple[type, ...], words: str) -> Any:
        right = value is None or (isinstance(value, kind) and not isinstance(value, bool))
        if not right:
            raise ConfigurationError(f"{key} must be {words}, not {_kind_of(value)}", place=self.place(key))
        return value

    def positive(self, key: str, value: Any) -> float | None:
        self.get(key, value, (int, float), "a number")
        if value is not None and not 0 < value <= float_info.max:
            raise ConfigurationError(f"{key} must be greater than 0, not {value!r}", place=self.place(key))
        return None if value is None else float(value)

    def flag(self, key: str, value: Any) -> bool:
        if value is not None and not isinstance(value, bool):
            raise ConfigurationError(f"{key} must be true or false, not {_kind_of(value)}", place=self.place(key))
        return value is True

    def path(self, key: str, value: Any) -> Path | None:
        text: str | None = self.get(key, value, str, "a path")
        if text is not None and not text.isprintable():
            raise ConfigurationError(
                f"{key} must be a path, not the text of a file",
                place=self.place(key),
                hint="Write the text into a file, and its path here.",
            )
        return None if text is None else self.file.parent / text


class _Reader(TomlReader):
    def section(self, name: str, table: Any) -> Section:
        key = f"targets.{name}"
        self.get(key, table, dict, "a table")
        self.known(key, table, _TARGET_KEYS)
        if "base_url" not in table:
            raise ConfigurationError(f"[{key}] has no base_url", place=self.place(key))
        credentials = self.get(f"{key}.credentials", table.get("credentials", {}), dict, "a table")
        self.known(f"{key}.credentials", credentials, CREDENTIALS)
        said, sources = dict[str, str](), dict[str, Source]()
        for credential, value in credentials.items():
            words = 'a text such as "${VARIABLE}", or a table that says how it is obtained'
            self.get(f"{key}.credentials.{credential}", value, (str, dict), words)
            if isinstance(value, dict):
                sources[credential] = read_source(self, f"{key}.credentials.{credential}", value)
            else:
                self.no_literal(name, table["base_url"], credential, value)
                said[credential] = value
        ids = self.get(f"{key}.ids", table.get("ids", {}), dict, "a table")
        for resource, value in ids.items():
            self.get(f"{key}.ids.{resource}", value, (int, str), "an integer or a text")
        forbid = self.get(f"{key}.forbid", table.get("forbid", []), list, 'a list of "resource.operation"')
        if not all(isinstance(operation, str) for operation in forbid):
            raise ConfigurationError('forbid is a list of "resource.operation"', place=self.place(f"{key}.forbid"))
        base_url = self.get(f"{key}.base_url", table["base_url"], str, "a URL")
        parse_url(base_url, self.place(f"{key}.base_url"))
        target = Target(
            name=name,
            base_url=base_of(base_url),
            credentials=said,
            sources=sources,
            ids=ids,
            ca_bundle=self.path(f"{key}.ca_bundle", table.get("ca_bundle")),
            client_cert=self.path(f"{key}.client_cert", table.get("client_cert")),
            client_key=self.path(f"{key}.client_key", table.get("client_key")),
            client_password=self.variable(key, "client_password", table.get("client_password")),
            proxy=self.get(f"{key}.proxy", table.get("proxy"), str, 'a URL, or "environment"'),
            socket=self.path(f"{key}.socket", table.get("socket")),
            http2=self.flag(f"{key}.http2", table.get("http2")),
            rate=self.positive(f"{key}.rate", table.get("rate")),
            timeout=self.positive(f"{key}.timeout", table.get("timeout")) or Target.timeout,
            forbid=frozenset(forbid),
            deviations=self.path(f"{key}.deviations", table.get("deviations")),
        )
        if target.proxy and target.socket:
            raise ConfigurationError(f"[{key}] has both proxy and socket", place=self.place(f"{key}.socket"))
        if target.proxy and target.http2 and not target.base_url.startswith("https:"):
            raise ConfigurationError(
                f"[{key}]: a proxy does not pass HTTP/2 on without TLS", place=self.place(f"{key}.http2")
            )
        start = key + "."
        own = {k.removeprefix(start): line for k, line in self.lines.items() if k.startswith(start)}
        return Section(target=target, file=self.file, lines={**own, "": self.place(key).line})

    def variable(self, key: str, name: str, value: Any) -> str:
        """A secret of the target ``key``, which may stand in the environment alone; empty where there is none."""
        text: str = self.get(f"{key}.{name}", value, str, "a text") or ""
        if text and "${" not in text:
            raise ConfigurationError(
                f"{name} is written into this file",
                place=self.place(f"{key}.{name}"),
                hint=f'Write {name} = "${{VARIABLE}}", and give its value to the environment.',
            )
        return text

    def no_literal(self, target: str, base_url: Any, credential: str, value: str) -> None:
        """Raises where a credential is written into the file: it ends up in everybody's repository. What
        ``restproof serve --write-target`` writes for a sandbox on this machine opens nothing else."""
        if not value or "${" in value or (target == "sandbox" and _LOOPBACK.match(str(base_url))):
            return
        variable = re.sub("[^A-Z0-9]", "_", f"{target}_{credential}".upper())
        raise ConfigurationError(
            f"the credential `{credential}` is written into this file",
            place=self.place(f"targets.{target}.credentials.{credential}"),
            hint=f'Write {credential} = "${{{variable}}}", and give its value to the environment: export {variable}=…',
        )


def parse_url(url: str, place: Place | None) -> SplitResult:
    """The parts of a target's URL. No message quotes a URL that may hold a password."""
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
        (parts.hostname or "").encode("idna")  # no part between its dots is empty or too long, or nobody can look it up
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        raise ConfigurationError("the URL of a target is http(s)://HOST[:PORT][/PATH]", place=place)
    if "%" in parts.hostname:
        raise ConfigurationError(
            "the URL of a target holds no zone of an IPv6 address (RFC 9844)",
            place=place,
            hint="Name the address with its zone in the hosts file, and the name here; or take one without a zone.",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError(
            f"the URL for {parts.hostname} holds a user, a query or a fragment",
            place=place,
            hint="Credentials come from the environment, and the contract adds the rest.",
        )
    return parts


def base_of(url: str) -> str:
    """The URL of a target as it is kept: its scheme in small letters (RFC 3986 §3.1), no slash at its end."""
    scheme, mark, rest = url.rstrip("/").partition("://")
    return scheme.lower() + mark + rest


def existing_path(path: Path, place: Place | None, what: str) -> Path:
    """``path``, if it exists; else an error that names it as ``what``."""
    if not path.exists():
        raise ConfigurationError(f"{what}: there is no file {path}", place=place)
    return path


def check_http2(section: Section) -> None:
    """Whether what speaks HTTP/2 is there, where the section wants it. Raises
    :class:`ConfigurationError`."""
    if section.target.http2 and find_spec("h2") is None:
        raise ConfigurationError(
            "http2 needs h2, which is not installed",
            place=section.place("http2"),
            hint="pip install 'restproof[http2]'",
        )


def key_lines(text: str) -> dict[str, int]:
    """The line of each table and each ``key =`` of a TOML text, by dotted path; ``tomllib`` keeps none. Keys inside
    inline tables and dotted keys count as their first part."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\[\]]+)\]", line)
        if header:
            table = ".".join(part.strip().strip("\"'") for part in header[1].split("."))
            found.setdefault(table, number)
            continue
        key = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([A-Za-z0-9_-]+))\s*[=.]", line)
        if key:
            name = key[1] or key[2] or key[3]
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` with the nearest known word, or nothing."""
    close = closest(word, known)
    return f" (did you mean {close!r}?)" if close else ""
