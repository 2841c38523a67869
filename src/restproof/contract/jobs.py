"""What an operation that is only accepted (RFC 9110 §15.3.3) says of how it goes on: where its job is asked for, in
which states it has ended, and where it names what was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from restproof.contract.urls import parts_of
from restproof.frozen import frozen
from restproof.pointer import member

ACCEPTED = 202
SEE_OTHER = 303
OWN = "job"
"""The placeholder of a job's own id in its path."""
Headers = Callable[[str], str | None]


@frozen
class Job:
    """``path``: below the base path, with ``{job}`` for its id and the ancestors by name. ``at``: where the answer to
    the operation names it; ``made``: where the job names what was made: a header, or a JSON pointer into the body.
    ``state``: the pointer to its state; ``done`` and ``failed``: the states in which it has ended; a 303 (RFC
    9110 §15.4.4) says so without one. ``within``: seconds until then, at most."""

    path: str
    done: tuple[Any, ...] = ()
    failed: tuple[Any, ...] = ()
    at: str = "Location"
    state: str = "/status"
    made: str | None = None
    within: float = 30.0

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The resources above, that its path names."""
        return tuple(name for name in re.findall(r"\{(\w+)\}", self.path) if name != OWN)

    def named(self, header: Headers, body: Any) -> str | None:
        """The id of the job that an answer names, by itself or at the end of a URL; ``None`` where it names none."""
        said = value_at(self.at, header, body)
        if isinstance(said, bool) or not isinstance(said, str | int) or said == "":
            return None
        steps = re.split(r"\{\w+\}", self.path)
        ids = re.findall(r"\{(\w+)\}", self.path)
        path = parts_of(str(said)).path.rstrip("/") if "/" in str(said) else str(said)
        known = "".join(f"{re.escape(s)}([^/]+)" for s in steps[:-1]) + re.escape(steps[-1].rstrip("/"))
        found = re.search(f"{known}$", path)
        text = found.group(ids.index(OWN) + 1) if found else path.rpartition("/")[2]
        return unquote(text) or None

    def state_of(self, body: Any) -> Any:
        """The state that the body of its answer tells; ``None`` where it tells none."""
        return member(body, self.state)


def job_of(said: Mapping[str, Any] | None) -> Job | None:
    """The job that a contract describes."""
    if said is None:
        return None
    several = {word: tuple(v if isinstance(v, list) else [v]) for word, v in said.items() if word in ("done", "failed")}
    return Job(**{**said, **several})


def value_at(place: str, header: Headers, body: Any) -> Any:
    """What stands at a header, or in the body at a pointer; ``None`` where nothing does."""
    return member(body, place) if place.startswith("/") else header(place)
