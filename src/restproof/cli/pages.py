"""Which page of the documentation tells more about an error."""

from __future__ import annotations

from traceback import walk_tb

from restproof.errors import (
    ConfigurationError,
    ContractError,
    RestproofError,
    RunFileError,
    StorageError,
    TargetError,
    TrafficError,
)
from restproof.hooks import HookFailed

_OF_PARTS = {
    "restproof.bundle": "contract",
    "restproof.cli.document": "documents",
    "restproof.cli.explain": "glossary",
    "restproof.cli.import_": "documents",
    "restproof.cli.learn": "learn",
    "restproof.cli.proxy": "traffic",
    "restproof.cli.report": "reports",
    "restproof.cli.updating": "documents",
    "restproof.deviations": "summary",
    "restproof.engine.loading": "own-rules",
    "restproof.engine.register": "own-rules",
    "restproof.fleet": "fleet",
    "restproof.hooks": "hooks",
    "restproof.report": "reports",
    "restproof.sandbox": "sandbox",
    "restproof.sandbox.stub": "client-tests",
    "restproof.session.sharding": "scaling",
    "restproof.session.stubbed": "stubs",
    "restproof.shards": "scaling",
    "restproof.sources": "credentials",
    "restproof.tracing": "hooks",
    "restproof.wire.obtain": "credentials",
    "restproof.wire.wallet": "credentials",
}
"""By what raises it: where what a user has to mend is told."""
_BY_LENGTH = sorted(_OF_PARTS, key=len, reverse=True)
_OF_KINDS: tuple[tuple[type[RestproofError], str], ...] = (
    (ContractError, "contract"),
    (HookFailed, "hooks"),
    (RunFileError, "run-file"),
    (StorageError, "reports"),
    (TrafficError, "traffic"),
    (ConfigurationError, "running"),
    (TargetError, "running"),
)


def page_of(error: RestproofError, found_by: str = "") -> str | None:
    """The page that tells how what went wrong is said right: that of the part of restproof that found it, else that of
    its kind; ``None`` where the user has nothing to mend. ``found_by``: the module of an error that was never raised.
    """
    page = next((page for kind, page in _OF_KINDS if isinstance(error, kind)), None)
    # The one that found it is the last.
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)][::-1] or [found_by]
    if page == "contract" and any(module.startswith("restproof.contract.openapi.") for module in modules):
        page = "documents"
    elif page == "running":
        parts = (part for module in modules for part in _BY_LENGTH if f"{module}.".startswith(f"{part}."))
        page = _OF_PARTS.get(next(parts, ""), page)
    return page and f"docs/{page}.md"
