"""Where a fault shows: under which contract, and in how small a run."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.sandbox.faults import Fault, catalogue

from .server import ROOT

HERE = Path(__file__).parent
BUNDLED = "procore"
POLICIES = str(HERE / "contracts" / "policies")
"""Declares what the bundled contract does not: PUT, ETag, idempotency keys, Location, HEAD, secrets, closed schemas."""
WORDS = str(HERE / "contracts" / "words")
"""Says what only some servers do to what they are sent: normal forms, and what goes with them."""
SHOWN_ON_WORDS: tuple[str, ...] = (
    "form-kept-as-sent",
    "forms-told-apart",
    "condition-unchecked",
    "frozen-unchecked",
    "alternatives-unchecked",
)
SHOWN_ON_WORDS += (
    "touch-needs-change",
    "copied-default-lost",
    "referring-left",
    "inner-references-unchecked",
    "mixed-referents-accepted",
    "comparison-ignored",
    "comparison-drops-one",
    "stale-version-accepted",
    "stale-version-stored",
    "version-not-required",
    "version-stays",
)
WAYS = str(HERE / "contracts" / "ways")
"""Is asked as only some servers are: media types, merge patches, fields deep inside a body."""
SHOWN_ON_WAYS = (
    "merge-patch-replaces",
    "merge-patch-null-ignored",
    "usual-media-type",
    "second-key-ignored",
    "one-way-for-all-keys",
    "unknown-id-says-success",
    "criteria-ignored",
    "precondition-not-required",
    "unconditional-write-stored",
    "remaining-untold",
    "operation-never-throttled",
    "form-text-cut",
    "all-cut",
    "all-refused",
    "more-for-ever",
    "more-untold",
    "job-never-ends",
    "job-names-nothing",
    "receipt-misses-member",
    "range-off-by-one",
    "range-untold",
    "id-passed-over",
    "list-keyed-by-place",
    "rename-copies",
    "rename-over-another",
)
SHOWN_BY = {"list-keyed-by-place": "shelf"}
"""Resources that alone show a fault of every exchange."""
ON_POLICIES: tuple[str, ...] = (
    "auth.public",
    "replace.",
    "conditional.",
    "idempotency.",
    "create.location",
    "protocol.head",
    "robust.latency",
)
ON_POLICIES += ("robust.hostile-bytes", "delete.keeps-referenced")
ON_POLICIES += (
    "shape.write-only",
    "shape.no-undeclared",
    "error.problem-json",
    "protocol.no-body",
    "list.default-size",
)
#: What shows only where a response has the value itself: arrays that are no references, references that are no objects.
SHOWN_ON_POLICIES = (
    "first-entry-checked",
    "key-by-first-member",
    "part-of-key-unchecked",
    "immutable-updated",
    "array-keeps-two",
    "array-sorted",
    "references-dangle",
    "deleted-still-replaced",
    "offset-in-whole-pages",
    "orphans-stay",
    "replace-moves-to-parent",
)
#: Rules that judge every exchange need exchanges of others.
OBSERVING = (
    "shape.",
    "error.",
    "protocol.",
    "robust.no-",
    "limit.headers",
    "auth.challenge",
    "robust.classes",
    "retry.",
)
OWN_TRAFFIC = ("protocol.unsupported-verb", "protocol.head")
SAMPLE_RESOURCE = {BUNDLED: "department", POLICIES: "article", WORDS: "payment", WAYS: "document"}


@cache
def loaded(contract: str) -> Contract:
    """One of the two contracts."""
    return load(ROOT / "contracts" / contract if contract == BUNDLED else Path(contract))


def has(contract: str, resource: str) -> bool:
    """Whether a contract has a resource."""
    return resource in loaded(contract).resources


def contract_of(fault: Fault) -> str:
    """The contract under which a fault shows."""
    if fault.name in SHOWN_ON_WORDS or fault.requirement.startswith("quota."):
        return WORDS
    if fault.name in SHOWN_ON_WAYS:
        return WAYS
    elsewhere = fault.requirement.startswith(ON_POLICIES) or fault.name in SHOWN_ON_POLICIES
    return POLICIES if elsewhere else BUNDLED


def narrowed(fault: Fault, resource: str = "") -> dict[str, Any]:
    """The options that run no more than what the rule needs, and not on when it has failed."""
    named = fault.requirement
    if named.startswith(OBSERVING) and named not in OWN_TRAFFIC:
        if named == "shape.formats" and not resource:  # a format that only some resource has
            return {"only": [named, "create"]}
        return {"resource": [SHOWN_BY.get(fault.name) or resource or SAMPLE_RESOURCE[contract_of(fault)]]}
    return {"only": [named], "stop_at": named, **({"resource": [resource]} if resource else {})}


def sample(count: int, seed: int = 1) -> list[tuple[Fault, str]]:
    """Faults that show under the bundled contract, each with a resource of it, which is not the first."""
    chance = random.Random(seed)
    resources = [r.name for r in loaded(BUNDLED) if r.operations][1:]
    faults = [f for f in catalogue().values() if contract_of(f) == BUNDLED]
    chance.shuffle(faults)
    return [(fault, chance.choice(resources)) for fault in faults[:count]]
