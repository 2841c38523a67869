"""``fleet.toml``: the services of a fleet, who owns them, and how often their hosts may be asked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from restproof.config import load_config, resolve_contract
from restproof.configfile import TomlReader, parse_url, read_toml
from restproof.errors import ConfigurationError, Place
from restproof.frozen import frozen

FILE_NAME = "fleet.toml"
_TOP = ("runs", "keep", "jobs", "options", "rates", "services")
_SERVICE = ("folder", "contract", "target", "owner", "tags", "revision", "options")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TAKEN = ("--out", "--coordinate", "--plan")
"""Options that a fleet sets itself, or that leave no run."""


@frozen
class Service:
    """One service. ``folder`` is where its run stands, beside its ``restproof.toml``; ``revision`` names the release
    that is under test, as far as anybody says it; ``options`` are words for ``restproof run``."""

    name: str
    folder: Path
    contract: str | None = None
    target: str | None = None
    owner: str = ""
    tags: tuple[str, ...] = ()
    revision: str = ""
    options: tuple[str, ...] = ()

    def contract_path(self) -> Path:
        """The contract file or OpenAPI document. Raises ``ConfigurationError``."""
        named = None if self.contract is None else self.folder / self.contract
        if named is not None and named.is_file():
            return named
        return resolve_contract(self.contract, load_config(self.folder), self.folder)

    def base_url(self) -> str | None:
        """The URL of the target; ``None`` is the embedded sandbox. Raises ``ConfigurationError``."""
        config = load_config(self.folder)
        wanted = self.target or config.target
        if wanted is None or "://" in wanted:
            return wanted
        section = config.sections.get(wanted)
        return None if section is None else section.target.base_url

    def host(self) -> str | None:
        """The host of the target with its port, as a URL has it. Raises ``ConfigurationError``."""
        url = self.base_url()
        return None if url is None else parse_url(url, None).netloc


@frozen
class Fleet:
    """All services. ``runs`` is the folder of their runs, or the URL of one; ``keep`` of each are kept; ``jobs`` run at
    once; ``rates``: requests per second and host, for all services together."""

    file: Path
    services: Mapping[str, Service]
    runs: str = "fleet-runs"
    keep: int = 30
    jobs: int = 2
    rates: Mapping[str, float] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.file.parent

    def rate(self, host: str | None) -> float | None:
        """The rate of a host, named with its port or without."""
        return None if host is None else self.rates.get(host, self.rates.get(host.rpartition(":")[0]))


def read_fleet(file: Path, environ: Mapping[str, str] = os.environ) -> Fleet:
    """The fleet of a ``fleet.toml``. Raises :class:`ConfigurationError`."""
    if not file.is_file():
        raise ConfigurationError(
            "there is no such fleet", place=Place(file), hint=f"Write a {FILE_NAME}, or name one: --fleet FILE."
        )
    data, lines = read_toml(file)
    reader = _Reader(file.absolute(), lines)
    reader.known("", data, _TOP)
    shared = reader.texts("options", data.get("options"))
    tables = reader.get("services", data.get("services", {}), dict, "a table of services") or {}
    if not tables:
        raise ConfigurationError("this fleet has no services", place=Place(file), hint="Write [services.NAME].")
    services = {name: reader.service(name, table, shared, environ) for name, table in tables.items()}
    rates = reader.get("rates", data.get("rates", {}), dict, "a table of hosts and requests per second") or {}
    return Fleet(
        file.absolute(),
        services,
        runs=reader.get("runs", data.get("runs"), str, "a folder or a URL") or Fleet.runs,
        keep=reader.count("keep", data.get("keep"), Fleet.keep),
        jobs=reader.count("jobs", data.get("jobs"), os.cpu_count() or Fleet.jobs),
        rates={host: reader.positive(f"rates.{host}", rate) or 0.0 for host, rate in rates.items()},
    )


class _Reader(TomlReader):
    def service(self, name: str, table: Any, shared: tuple[str, ...], environ: Mapping[str, str]) -> Service:
        key = f"services.{name}"
        self.get(key, table, dict, "a table")
        if not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"{name!r} is no name of a service", place=self.place(key), hint="Letters, digits, '.', '_' and '-'."
            )
        self.known(key, table, _SERVICE)
        folder = self.file.parent / (self.get(f"{key}.folder", table.get("folder"), str, "a folder") or ".")
        if not folder.is_dir():
            raise ConfigurationError(f"there is no folder {folder}", place=self.place(f"{key}.folder"))
        revision = self.get(f"{key}.revision", table.get("revision"), str, "a text") or ""
        return Service(
            name,
            folder,
            contract=self.get(f"{key}.contract", table.get("contract"), str, "a contract"),
            target=self.get(f"{key}.target", table.get("target"), str, "a target or a URL"),
            owner=self.get(f"{key}.owner", table.get("owner"), str, "a text") or "",
            tags=self.texts(f"{key}.tags", table.get("tags")),
            revision=_VARIABLE.sub(lambda found: environ.get(found[1], ""), revision),
            options=(*shared, *self.texts(f"{key}.options", table.get("options"))),
        )

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        """A list of texts; none where there is no such key."""
        found = self.get(key, value, list, "a list of texts") or []
        for text in found:
            if not isinstance(text, str):
                raise ConfigurationError(f"{key} is a list of texts, and one of them is none", place=self.place(key))
            option = text.partition("=")[0]
            if option in _TAKEN and key.endswith("options"):
                raise ConfigurationError(f"{option} is an option that a fleet sets itself", place=self.place(key))
        return tuple(found)

    def count(self, key: str, value: Any, usual: int) -> int:
        """A number of things, at least one."""
        found = self.get(key, value, int, "a number")
        if found is not None and found < 1:
            raise ConfigurationError(f"{key} must be at least 1, not {found}", place=self.place(key))
        return usual if found is None else int(found)
