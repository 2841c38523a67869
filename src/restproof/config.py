"""``restproof.toml``, the environment and the options that name a contract and a target.

A target's credentials are read from the environment when the target is chosen, so a variable that only another
target needs may be missing. Every error names the file and line that it is about.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from restproof.bundle import find_contract
from restproof.configfile import (
    CREDENTIALS,
    Config,
    Section,
    Target,
    base_of,
    check_http2,
    did_you_mean,
    existing_path,
    parse_url,
    read_config,
)
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError, Place
from restproof.sources import PUBLIC, Source, expanded
from restproof.targetids import ID_PREFIXES, credential_variable, id_variable, lacking, needed_ids, typed
from restproof.untold import UNTOLD
from restproof.userfile import text_of

__all__ = [
    "FILE_NAME",
    "Config",
    "Section",
    "Target",
    "given_ids",
    "load_config",
    "resolve_address",
    "resolve_contract",
    "resolve_target",
]

FILE_NAME = "restproof.toml"
OF_USERS = ("basic", "digest")
"""The schemes whose credentials are ``user:password``."""
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""What stands for a variable of the environment in a text: ``${NAME}``."""
_SHOWN = re.compile(rf"""\b({"|".join(sorted(PUBLIC))})\s*=\s*("[^"\n]*"|'[^'\n]*')""")
"""In a configuration, what is said of a credential and is no secret."""


def load_config(cwd: Path) -> Config:
    """Reads ``restproof.toml`` from ``cwd`` or the nearest directory above it. Raises :class:`ConfigurationError`."""
    found = next((file for folder in (cwd, *cwd.parents) if (file := folder / FILE_NAME).is_file()), None)
    named = VARIABLE.findall(_SHOWN.sub("", text_of(found))) if found else []
    UNTOLD.configured(os.environ.get(name, "") for name in (*named, *map(credential_variable, CREDENTIALS)))
    return Config(root=cwd) if found is None else read_config(found)


def resolve_contract(argument: str | None, config: Config, cwd: Path) -> Path:
    """The contract file that a command means: its argument, by ``cwd``; else the configured one, the only one under
    ``contracts``, or the bundled one, by the directory of ``restproof.toml``. Raises
    :class:`ConfigurationError`."""
    if argument is not None:
        return find_contract(argument, None, cwd)
    return find_contract(None, config.contract, config.root)


def resolve_target(
    option: str | None,
    config: Config,
    contract: Contract,
    environ: Mapping[str, str] = os.environ,
    *,
    resources: Collection[str] = (),
) -> Target | None:
    """The target that ``option`` (a name of ``restproof.toml`` or a URL), else the configuration, names; ``None``
    is the embedded sandbox.

    A URL with the scheme, host and port of a section uses that section. Any other takes its credentials from
    ``RESTPROOF_FULL``, ``RESTPROOF_READ_ONLY``, ``RESTPROOF_FOREIGN`` and ``RESTPROOF_THROTTLED``, ids from
    ``RESTPROOF_ID_<NAME>`` (``RESTPROOF_ID_OTHER_COMPANY``), and a CA from ``RESTPROOF_CA_BUNDLE``.

    ``resources``: those of which a run is, if not of all. Raises :class:`ConfigurationError`, for all that is missing
    at once.
    """
    wanted = option or config.target
    if wanted is None or (wanted == "sandbox" and "sandbox" not in config.sections):
        return None
    section = _section(wanted, config, contract, None if option else config.place("target"))
    if section is None:
        return _complete(_from_environment(wanted, contract, environ), contract, None, resources)
    _check_names(section, contract)
    named = {n: VARIABLE.fullmatch(text.strip()) for n, text in section.target.credentials.items()}
    variables = {n: match[1] for n, match in named.items() if match}
    sources = _expanded_sources(section, environ)
    reached = _reached(section, environ)
    found = replace(
        reached,
        # What is obtained is known when the target is reached.
        credentials=_expanded(section, environ) | dict.fromkeys(sources, ""),
        variables=variables,
        sources=sources,
        secrets=(*(s for source in sources.values() for s in source.secrets), *reached.secrets),
    )
    return _complete(found, contract, section, resources)


def resolve_address(
    option: str | None, config: Config, contract: Contract | None, environ: Mapping[str, str] = os.environ
) -> Target:
    """The target that ``option``, else the configuration, names, and how it is reached: without its credentials and
    ids, for whoever passes on what others send, or knows no contract yet. Raises :class:`ConfigurationError`."""
    wanted = option or config.target
    if wanted is None:
        raise ConfigurationError("there is no target", hint=f"Give --target, or write target = NAME into {FILE_NAME}.")
    section = _section(wanted, config, contract, None if option else config.place("target"))
    if section is None:
        bare = _from_environment(wanted, contract, environ)
        return replace(bare, credentials={}, ids={})
    _check_files(section.target, section)
    return replace(_reached(section, environ), credentials={}, sources={}, ids={}, variables={})


def _section(wanted: str, config: Config, contract: Contract | None, place: Place | None) -> Section | None:
    """The section that a name or a URL means; ``None`` for a URL without one. Raises :class:`ConfigurationError`."""
    if "://" in wanted:
        _check_url(wanted, contract, place)
        section = _section_for(wanted, config)
        if section is None:
            return None
    elif wanted in config.sections:
        section = config.sections[wanted]
    else:
        name = wanted.rpartition("@")[2]  # before it stands a password, where a URL without its scheme was meant
        raise ConfigurationError(
            f"there is no target {name!r}{did_you_mean(name, config.sections)}",
            place=place,
            hint=f"Write [targets.{name}] into {FILE_NAME}, or give a URL.",
        )
    _check_url(section.target.base_url, contract, section.place("base_url"))
    return section


def _check_files(target: Target, section: Section) -> None:
    """Whether there are the files that the section names."""
    for word in ("ca_bundle", "client_cert", "client_key", "deviations"):
        path = getattr(target, word)
        if path is not None:
            existing_path(path, section.place(word), f"targets.{target.name}.{word}")


def _complete(target: Target, contract: Contract, section: Section | None, resources: Collection[str] = ()) -> Target:
    """The target with ids of the type that the contract says. Raises where it lacks what every run needs."""
    if section:
        _check_files(target, section)
        check_http2(section)
    missing = list(_missing(target, contract, section, resources))
    if missing:
        word, lines = missing[0][0], [line for _, _, line in missing]
        raise ConfigurationError(
            f"target {target.name}: there is " + "; ".join(what for _, what, _ in missing),
            place=section.place(word) if section else None,
            hint="\n  ".join(dict.fromkeys(lines)),
        )
    for name, value in target.credentials.items():
        if name in target.sources:
            continue
        problem = None
        if not value.isprintable() or (not value.isascii() and contract.auth.scheme not in OF_USERS):
            problem = "holds characters that no header can carry"
        elif contract.auth.scheme in OF_USERS and ":" not in value:
            problem = f"is not of the form user:password, as the {contract.auth.scheme} scheme needs it"
        if problem:
            raise ConfigurationError(
                f"target {target.name}: credential `{name}` {problem}",
                place=section.place(f"credentials.{name}") if section else None,
            )
    ids = {name: typed(name, value, contract, section) for name, value in target.ids.items()}
    return replace(target, ids=ids)


def _missing(
    target: Target, contract: Contract, section: Section | None, resources: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """What every run of the resources (of all, where none is named) needs and the target does not have: the word of
    its section, what it is, and the line that says it."""
    if contract.auth.scheme != "none" and "full" not in target.credentials:
        if variable := target.variables.get("full"):
            line = f"The environment variable {variable} is empty: export {variable}=…"
        elif section:
            line = f'Write full = "${{VARIABLE}}" under [targets.{target.name}.credentials].'
        else:
            line = "Set RESTPROOF_FULL in the environment."
        yield "credentials", "no credential `full`", line
    needed = {name for r in resources for name in needed_ids(contract, contract.resources[r])}
    for resource, line in lacking(target, contract, section):
        if resource in needed or not resources:
            yield "ids", f"no id for {resource}, and no operation can create one", line


def lacking_ids(
    option: str | None, config: Config, contract: Contract, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Resources whose ids the target that ``option``, else the configuration, names must give and does not, each with
    the line that gives one. Raises :class:`ConfigurationError`."""
    wanted = option or config.target
    if wanted is None or (wanted == "sandbox" and "sandbox" not in config.sections):
        return {}
    section = _section(wanted, config, contract, None if option else config.place("target"))
    target = section.target if section else _from_environment(wanted, contract, environ)
    return dict(lacking(target, contract, section))


def _check_names(section: Section, contract: Contract) -> None:
    """Whether ``forbid`` and ``ids`` name what the contract has."""
    operations = [f"{r.name}.{operation}" for r in contract for operation in r.operations]
    for operation in sorted(section.target.forbid):
        if operation not in operations:
            raise ConfigurationError(
                f"forbid: the contract has no operation {operation!r}{did_you_mean(operation, operations)}",
                place=section.place("forbid"),
            )
    names = [prefix + r.name for r in contract for prefix in ID_PREFIXES]
    for name in section.target.ids:
        if name not in names:
            raise ConfigurationError(
                f"ids: the contract has no resource for {name!r}{did_you_mean(name, names)}",
                place=section.place(f"ids.{name}"),
                hint="An id is named <resource>, other_<resource>, foreign_<resource>, or writable_<resource> where "
                "the run may change what it names.",
            )


def _from_environment(url: str, contract: Contract | None, environ: Mapping[str, str]) -> Target:
    bundle = environ.get("RESTPROOF_CA_BUNDLE")
    credentials = {n: environ.get(credential_variable(n), "") for n in CREDENTIALS}
    return Target(
        name=urlsplit(url).netloc,
        base_url=base_of(url),
        credentials={n: v for n, v in credentials.items() if v},
        ids=_ids_from_environment(contract, environ) if contract else {},
        ca_bundle=existing_path(Path(bundle), None, "RESTPROOF_CA_BUNDLE") if bundle else None,
    )


def given_ids(contract: Contract, environ: Mapping[str, str]) -> dict[str, int | str]:
    """The ids of given parents that the environment names (``RESTPROOF_ID_<NAME>``), of the contract's types. Raises
    :class:`ConfigurationError`."""
    return {n: typed(n, v, contract, None) for n, v in _ids_from_environment(contract, environ).items()}


def _ids_from_environment(contract: Contract, environ: Mapping[str, str]) -> dict[str, int | str]:
    names = [prefix + r.name for r in contract for prefix in ID_PREFIXES]
    return {n: environ[id_variable(n)] for n in names if environ.get(id_variable(n))}


def _expanded(section: Section, environ: Mapping[str, str]) -> dict[str, str]:
    """The credentials with their variables filled in. One that becomes empty counts as absent: that is how CI
    systems pass secrets that are not set."""
    texts = section.target.credentials.items()
    found = {name: _filled(text, name, section, environ) for name, text in texts}
    return {name: value for name, value in found.items() if value}


def _expanded_sources(section: Section, environ: Mapping[str, str]) -> dict[str, Source]:
    """The sources with their variables filled in."""
    sources = section.target.sources.items()
    return {
        name: expanded(source, partial(_filled, name=name, section=section, environ=environ))
        for name, source in sources
    }


def _reached(section: Section, environ: Mapping[str, str]) -> Target:
    """The target with what leads there filled in: its proxy, and what opens the key of its certificate."""
    proxy = _proxy(section, environ)
    password = _filled(section.target.client_password, "client_password", section, environ)
    secrets = (*_secrets_of(proxy), *((password,) if password else ()))
    return replace(section.target, proxy=proxy, client_password=password, secrets=secrets)


def _proxy(section: Section, environ: Mapping[str, str]) -> str | None:
    """The URL of the proxy: as it is written, or with ``environment`` as the variables of the environment say for the
    target. Raises ``ConfigurationError``."""
    said, place = section.target.proxy, section.place("proxy")
    if said is None:
        return None
    if said == "environment":
        parts = urlsplit(section.target.base_url)
        name = f"{parts.scheme}_proxy"
        if _is_spared(parts.hostname or "", environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
            return None
        found = environ.get(name) or environ.get(name.upper())
        return None if not found else _checked_proxy(found, place)
    if "@" in said and "${" not in said:
        raise ConfigurationError(
            "the user of the proxy is written into this file",
            place=place,
            hint='Write proxy = "http://${PROXY_USER}:${PROXY_PASSWORD}@HOST:PORT".',
        )
    user, at, rest = said.rpartition("@")
    scheme, _, user = user.rpartition("//")
    # What is a user or a password may hold any character; a variable may hold both, or the whole URL.
    safe = "" if ":" in VARIABLE.sub("", user) else ":"
    user = VARIABLE.sub(lambda match: quote(_filled(match[0], "proxy", section, environ), safe=safe), user)
    found = f"{scheme}//{user}{at}" if at else ""
    return _checked_proxy(f"{found}{_filled(rest, 'proxy', section, environ)}", place)


def _checked_proxy(found: str, place: Place) -> str:
    """The URL of a proxy, if it is one; no message quotes it."""
    try:
        parts = urlsplit(found)
        is_right = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right:
        raise ConfigurationError("proxy is http://HOST:PORT, or environment", place=place)
    return found


def _is_spared(host: str, spared: str) -> bool:
    """Whether the variable ``no_proxy`` spares a host: names and the domains above them, apart by commas."""
    names = [name.strip().lstrip(".").lower() for name in spared.split(",") if name.strip()]
    return any(name == "*" or host == name or host.endswith(f".{name}") for name in names)


def _secrets_of(proxy: str | None) -> tuple[str, ...]:
    """The password in the URL of a proxy."""
    password = urlsplit(proxy).password if proxy else None
    return (unquote(password),) if password else ()


def _filled(text: str, name: str, section: Section, environ: Mapping[str, str]) -> str:
    texts = {name: text, **section.target.credentials}
    unset = [(n, v) for n, found in texts.items() for v in VARIABLE.findall(found) if v not in environ]
    if any(n == name for n, _ in unset):
        exports = " ".join(dict.fromkeys(f"{variable}=…" for _, variable in unset))
        raise ConfigurationError(
            "; ".join(f"credential `{n}`: the environment variable {variable} is not set" for n, variable in unset),
            place=section.place(f"credentials.{name}"),
            hint=f"export {exports}, or take the line{'s' if len(unset) > 1 else ''} out.",
        )
    return VARIABLE.sub(lambda match: environ[match[1]], text)


def _section_for(url: str, config: Config) -> Section | None:
    asked = urlsplit(url)
    found = [s for s in config.sections.values() if _same(asked, urlsplit(s.target.base_url))]
    if len(found) > 1:
        names = " and ".join(s.target.name for s in found)
        raise ConfigurationError(
            f"{url} is the target of {names}", place=found[0].place(), hint="Give the name of one."
        )
    return found[0] if found else None


def _same(asked: SplitResult, section: SplitResult) -> bool:
    """Whether a URL means a section's server: scheme, host and port, and the path where the URL has one."""
    path = asked.path.rstrip("/")
    return _origin(asked) == _origin(section) and path in ("", section.path.rstrip("/"))


def _origin(url: SplitResult) -> tuple[str, str | None, int]:
    return url.scheme, url.hostname, url.port or (443 if url.scheme == "https" else 80)


def _check_url(url: str, contract: Contract | None, place: Place | None) -> None:
    parts = parse_url(url, place)
    if contract is None:
        return
    # The host is shown and the credentials are not: a URL with user information is quoted nowhere.
    base = contract.base_path.rstrip("/")
    if base and parts.path.rstrip("/").endswith(base):
        raise ConfigurationError(
            f"{url} ends with the contract's base path {base}, which is added to it",
            place=place,
            hint=f"Write {url.rstrip('/').removesuffix(base)}.",
        )
    if contract.transport == "https" and parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"{url}: the contract promises https, and credentials are not sent in the clear",
            place=place,
            hint="Use https (plain http is accepted for the local machine only).",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
