"""The sandbox in the foreground, for people."""

from __future__ import annotations

import json
import re
import signal
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from restproof.contract.model import Contract
from restproof.record.disk import write_whole
from restproof.sandbox.app import Application
from restproof.sandbox.server import bind, in_front, new_certificate, server, write_authority

_SECTION = re.compile(r"^\[targets\.sandbox(?:\.[^\]]*)?\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)


def serve(
    contract: Contract,
    *,
    port: int = 0,
    tls: bool = True,
    db: str | Path | None = None,
    faults: Iterable[str] = (),
    write_target: str | Path | None = None,
    out: TextIO | None = None,
) -> None:
    """Serve a contract on 127.0.0.1 until interrupted; prints where, the credentials and the ids.

    ``write_target``: a ``restproof.toml`` that gets (or has replaced) the section ``[targets.sandbox]`` with all a
    run needs; the credentials in it are worthless elsewhere. Raises ``ConfigurationError``.
    """
    application = Application(contract, db=str(db) if db else None, faults=faults)
    certificate = new_certificate() if tls else None
    listening = bind(port)
    base_url = f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    secrets = {name: c.secret for name, c in application.credentials.items()}
    with tempfile.TemporaryDirectory(prefix="restproof-serve-") as folder:
        bundle = write_authority(certificate, Path(folder) / "ca.pem") if certificate else None

        def ready() -> None:
            if write_target is not None:
                write_section(Path(write_target), base_url, bundle, secrets, application.ids)
            for line in _greeting(contract, base_url, bundle, secrets, application.ids):
                print(line, file=out, flush=True)

        if threading.current_thread() is threading.main_thread():
            # uvicorn raises the signal again when it has shut down; as an exception it lets the files go too.
            signal.signal(signal.SIGTERM, _terminated)
        try:
            server(application, certificate, ready).run(sockets=[in_front(application, certificate, listening)])
        except KeyboardInterrupt:
            return
        finally:
            application.close()


def _terminated(signum: int, frame: object) -> None:
    raise SystemExit(128 + signum)


def _greeting(
    contract: Contract, base_url: str, bundle: Path | None, secrets: dict[str, str], ids: dict[str, Any]
) -> list[str]:
    lines = [f"{contract.title} at {base_url}{contract.base_path}"]
    lines += [f"  certificate authority: {bundle}"] if bundle else []
    lines += [f"  credential {name}: {secret}" for name, secret in secrets.items()]
    lines += [f"  {name}: {id}" for name, id in ids.items()]
    return [*lines, "Press Ctrl-C to stop."]


def target_section(base_url: str, bundle: Path | None, secrets: dict[str, str], ids: dict[str, Any]) -> str:
    """The TOML of ``[targets.sandbox]``."""
    lines = ["[targets.sandbox]", f"base_url = {json.dumps(base_url)}"]
    lines += [f"ca_bundle = {json.dumps(str(bundle))}"] if bundle else []
    if secrets:
        lines += ["[targets.sandbox.credentials]", *(f"{n} = {json.dumps(s)}" for n, s in secrets.items())]
    if ids:
        lines += ["[targets.sandbox.ids]", *(f"{n} = {json.dumps(i)}" for n, i in ids.items())]
    return "\n".join(lines) + "\n"


def write_section(path: Path, base_url: str, bundle: Path | None, secrets: dict[str, str], ids: dict[str, Any]) -> None:
    """Put the section into a ``restproof.toml``: an earlier one is replaced, all else stays as it is."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rest = _SECTION.sub("", text).rstrip("\n")
    section = target_section(base_url, bundle, secrets, ids)
    write_whole(path, f"{rest}\n\n{section}" if rest else section)
