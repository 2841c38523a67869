"""What the controller of pytest-xdist and its workers tell each other. It travels over a pipe, never to disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from restproof.config import Target
from restproof.contract.given import GivenValues
from restproof.session.options import Options

HANDED = "restproof"
"""The key of what the controller tells a worker, and a worker the controller at its end."""
_PATHS: tuple[str, ...] = ("ca_bundle", "client_cert", "client_key", "socket", "deviations")


@dataclass(frozen=True)
class Handed:
    """What a worker needs to take part."""

    options: Options
    target: Target
    prefix: str
    directory: Path
    deviations: list[dict[str, Any]]
    shared: tuple[str, str] | None = None
    given: GivenValues = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As builtin types, which are all that the pipe takes."""
        target = {n: str(v) if isinstance(v, Path) else v for n, v in vars(self.target).items()}
        return {
            "options": asdict(self.options),
            # A worker obtains no credentials: it asks the controller.
            "target": {
                **target,
                "credentials": dict(self.target.credentials),
                "ids": dict(self.target.ids),
                "variables": dict(self.target.variables),
                "sources": {},
            },
            "prefix": self.prefix,
            "directory": str(self.directory),
            "deviations": self.deviations,
            "shared": self.shared,
            "given": {r: {n: list(v) for n, v in fields.items()} for r, fields in self.given.items()},
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Handed:
        """What :meth:`plain` gave."""
        target: dict[str, Any] = {n: Path(v) if n in _PATHS and v else v for n, v in data["target"].items()}
        return cls(
            Options.said(data["options"]),
            Target(**target),
            data["prefix"],
            Path(data["directory"]),
            data["deviations"],
            data["shared"],
            data["given"],
        )


@dataclass(frozen=True)
class Tally:
    """What a worker tells at its end."""

    narrowed: bool

    def plain(self) -> dict[str, Any]:
        """As builtin types."""
        return {"narrowed": self.narrowed}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Tally:
        """What :meth:`plain` gave."""
        return cls(data["narrowed"])
