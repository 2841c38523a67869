"""Which part of a plan a run is to prove, where the CI system that began it in parallel says so."""

from __future__ import annotations

from collections.abc import Mapping

from restproof.errors import ConfigurationError
from restproof.frozen import frozen

AUTO = "auto"


@frozen
class _Parallel:
    """The variables by which a CI system numbers jobs that run in parallel: from ``first`` on, out of ``total``
    (``None``: nothing says how many there are)."""

    name: str
    index: str
    total: str | None
    first: int


_SYSTEMS = (
    _Parallel("GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
    _Parallel("CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
    _Parallel("Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    _Parallel("Azure Pipelines", "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1),
    # The last, since the jobs of the others may run in a pod of such a job.
    _Parallel("Kubernetes", "JOB_COMPLETION_INDEX", None, 0),
)


def shard_of(said: str, environ: Mapping[str, str]) -> str:
    """What ``--shard`` means as ``K/N``: ``auto`` is the part that the environment names, ``auto/N`` one of N. Raises
    ``ConfigurationError`` where the environment does not say which."""
    word, slash, whole = said.partition("/")
    if word != AUTO:
        return said
    for system in _SYSTEMS:
        index = environ.get(system.index, "")
        total = whole or environ.get(system.total or "", "")
        if not index:
            continue
        if not total:
            raise ConfigurationError(
                f"--shard {said}: {system.index} says which part this is, and nothing of how many",
                hint=f"Give their number: --shard {AUTO}/N.",
            )
        numbers = index.isdecimal() and total.isdecimal()
        if not numbers or (slash and not whole) or not system.first <= int(index) < int(total) + system.first:
            raise ConfigurationError(
                f"--shard {said}: {system.index} is {index!r}, of {total!r}",
                hint=f"{system.name} counts from {system.first}.",
            )
        return f"{int(index) - system.first + 1}/{total}"
    known = ", ".join(f"{s.index} ({s.name})" for s in _SYSTEMS)
    raise ConfigurationError(
        f"--shard {said}: no variable of the environment says which part this is",
        hint=f"Give --shard K/N, or set one of {known}.",
    )
