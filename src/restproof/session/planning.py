"""The plan of a run: which items it holds, in their order, and what is shown of it."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from restproof.bundle import REGISTER
from restproof.contract.hints import closest
from restproof.engine.items import Item, items_of, sampled
from restproof.engine.loading import tests_of
from restproof.engine.marks import Proof
from restproof.engine.order import in_plan_order
from restproof.errors import ConfigurationError
from restproof.garbage import uncollected
from restproof.oracle.finding import an
from restproof.plan.bodies import unmarked
from restproof.record.jsontext import allow_long_integers
from restproof.report.text import plural
from restproof.session.promise import Promise
from restproof.session.run import Run
from restproof.session.soundings import bound_of


def lines_of(promise: Promise, suite: Path) -> Iterator[str]:
    """The plan of the suite in one folder as text, without pytest: to count the cases of a hundred thousand items takes
    no nodes for them. Raises ``ConfigurationError`` where the options leave nothing of it, or name what is not
    there."""
    allow_long_integers()
    with uncollected():
        run = Run.planned(promise, suite / REGISTER, {}, None)
        chosen = [item for _, item in planned(run, [*_collected(run, suite)])]
    if not chosen:
        raise nothing_selected()
    yield from plan_lines(run, chosen)


def _collected(run: Run, suite: Path) -> Iterator[Item]:
    """The items of a suite whose rules are asked for, with the number of their cases and none of their inputs."""
    for file in sorted(suite.glob("test_*.py")):
        for _, test, proof in tests_of(file):
            if run.options.selects_rule(proof.requirement):
                for item in items_for(run, proof, test):
                    item.forget_inputs()
                    yield item


def items_for(run: Run, proof: Proof, test: Callable[..., None]) -> Iterator[Item]:
    """The items that a test makes of the resources that are asked for."""
    wanted = run.options.selects_resource
    return items_of(proof, test, run.contract, run.profile, run.bodies, run.recorded, wanted)


def planned(run: Run, items: Sequence[Item]) -> list[tuple[int, Item]]:
    """What the plan holds of the items, in its order, each with its place among them. Raises ``ConfigurationError``
    where an option names what is not there."""
    _check_rules(run)
    places = [at for at, item in enumerate(items) if run.selected(item)]
    found = list(sampled([items[at] for at in places], run.register))
    place = {id(item): at for at, item in zip(places, found, strict=True)}
    chosen = in_plan_order(found, run.register)
    if run.options.shard:
        part, whole = _shard(run.options.shard)
        # What observes has to see every exchange, whichever part sends it; `merge` brings together what each has seen.
        sending = [i for i in chosen if not i.proof.observes]
        chosen = [*sending[part - 1 :: whole], *(i for i in chosen if i.proof.observes)]
    return [(place[id(item)], item) for item in chosen]


def _check_rules(run: Run) -> None:
    """Raise where a rule or family that was asked for is none: what else was asked for would hide that."""
    for only in run.options.only:
        name = only.removesuffix(".*")
        if not any(f"{rule}.".startswith(f"{name}.") for rule in run.register):
            guess = closest(name, [*run.register, *{r.family for r in run.register.values()}])
            hint = f"did you mean '{guess}'?" if guess else "restproof rules lists them."
            hint = "give --only once for each of them" if "," in name else hint
            raise ConfigurationError(f"--only {only}: there is no such rule", hint=hint)


def _shard(text: str) -> tuple[int, int]:
    part, slash, whole = text.partition("/")
    if not (slash and part.isdecimal() and whole.isdecimal() and 1 <= int(part) <= int(whole)):
        raise ConfigurationError(f"--shard {text}: that is no part of a run", hint="Write K/N, with 1 ≤ K ≤ N.")
    return int(part), int(whole)


class NothingSelected(ConfigurationError):
    """The options leave no item."""


def nothing_selected() -> NothingSelected:
    """What is said where the options leave no item."""
    hint = "Check --only, --resource, --case and -k; restproof run --plan lists the items."
    return NothingSelected("nothing is selected: no item of the plan is left", hint=hint)


def plan_lines(run: Run, items: Sequence[Item]) -> Iterator[str]:
    """The plan as text, line by line: the items in order with their cases and requests."""
    yield f"{'requests':>8}  {'cases':>5}  item"
    total = 0
    for item in items:
        total += item.cost
        yield f"{item.cost:>8}  {item.count:>5}  {item.id}"
    yield f"{total:>8}  about, without shared set-up, in {len(items)} items"
    for name, count in _lasting(items).items():
        kept = f"make {an(name)}, which no operation can delete (--max-creates N bounds them)"
        yield f"{count:>8}  of them, about, {kept}"
    yield from _soundings(run)
    for name, proof in unmarked(run.bodies.values()):
        yield f"{name}: no text can hold the token of the run; {proof}"


def _soundings(run: Run) -> Iterator[str]:
    """What may be sent before the plan is made, where a target is named: none but the user's count is kept by them."""
    options, named = run.options, run.options.target or run.promise.config.target
    if run.promise.recorded is not None or named in (None, "sandbox") or options.max_requests is not None:
        return
    sounded, creates = bound_of(run.contract, (), options)
    if sounded:
        yield f"{creates:>8}  creates at most come before them, as soundings of {plural(len(sounded), 'resource')}"


def write_out(lines: Iterable[str]) -> None:
    """Print the lines, as far as somebody reads them."""
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads it has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lasting(items: Sequence[Item]) -> Counter[str]:
    """About how many of each resource without a delete the items make: one for each case of a create, and one for each
    other item."""
    found: Counter[str] = Counter()
    for item in items:
        resource = item.resource
        if resource is not None and not resource.supports("delete") and resource.creatable:
            found[resource.name] += item.count if item.operation in ("create", "replace") else min(1, item.count)
    return found
