"""What the processes of a run tell each other: the controller of pytest-xdist and its workers over a pipe, never by the
disk; and an error that one of them ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

import restproof.errors
from restproof.config import Target
from restproof.contract.given import GivenValues, as_json
from restproof.errors import Place, RestproofError
from restproof.frozen import frozen
from restproof.session.options import Options

HANDED = "restproof"
"""The key of what the controller tells a worker, and a worker the controller at its end."""
_PATHS: tuple[str, ...] = ("ca_bundle", "client_cert", "client_key", "socket", "deviations")


@frozen
class Handed:
    """What a worker needs to take part. ``began``: when the run did, in Unix seconds."""

    options: Options
    target: Target
    prefix: str
    directory: Path
    deviations: list[dict[str, Any]]
    began: float
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
            "began": self.began,
            "shared": self.shared,
            "given": as_json(self.given),
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
            data["began"],
            data["shared"],
            data["given"],
        )


@frozen
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


def error_as_json(error: RestproofError) -> dict[str, Any]:
    """An error as JSON."""
    place = None if error.place is None else [str(error.place.file), error.place.line]
    others = [error_as_json(other) for other in getattr(error, "others", ())]
    return {
        "error": type(error).__name__,
        "message": error.message,
        "place": place,
        "hint": error.hint,
        **({"others": others} if others else {}),
    }


def raised(answer: dict[str, Any]) -> RestproofError:
    """The error that :func:`error_as_json` told, of the same class where it is one of ``restproof.errors``."""
    kind = getattr(restproof.errors, answer["error"], RestproofError)
    place = None if answer["place"] is None else Place(Path(answer["place"][0]), answer["place"][1])
    more = {"others": tuple(map(raised, answer["others"]))} if "others" in answer else {}
    error: RestproofError = kind(answer["message"], place=place, hint=answer["hint"], **more)
    return error
