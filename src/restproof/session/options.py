"""The options of a run, as ``restproof run`` and ``pytest suites`` share them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

DEFAULT_SEED = 1


@dataclass(frozen=True)
class Options:
    """What the user asked for. Everything that narrows a run makes it incomplete (``selection``)."""

    contract: str | None = None
    target: str | None = None
    profile: str = "ci"
    seed: int = DEFAULT_SEED
    only: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    case: str | None = None
    plan: bool = False
    read_only: bool = False
    max_requests: int | None = None
    max_wait: float = 5.0
    rate: float | None = None
    shard: str | None = None
    deviations: str | None = None
    fail_on: str = "must"
    out: str | None = None
    baseline: str | None = None
    evidence: Literal["failures", "sample", "all"] = "sample"
    stubs: str | None = None
    against: str | None = None
    faults: tuple[str, ...] = ()

    @property
    def selection(self) -> dict[str, Any]:
        """The narrowing options that are set, as the run file's header holds them."""
        narrowing = ("only", "resource", "case", "read_only", "max_requests", "shard")
        return {name: _plain(value) for name, value in asdict(self).items() if name in narrowing and value}

    def arguments(self) -> list[str]:
        """These options as pytest arguments (for the plugin)."""
        found: list[str] = []
        for field in fields(self):
            value, flag = getattr(self, field.name), f"--{field.name.replace('_', '-')}"
            if field.name == "faults":
                flag = "--fault"
            if value is True:
                found.append(flag)
            elif isinstance(value, tuple):
                found += [f"{flag}={v}" for v in value]
            elif value is not None and value is not False:
                found.append(f"{flag}={value}")
        return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
