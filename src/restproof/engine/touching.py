"""Which resources an item may write to, its own set-up included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from restproof.contract.model import Resource
from restproof.engine.items import Item


def touched(resources: Mapping[str, Resource], item: Item) -> frozenset[str]:
    """What an item on a resource may write to: it, all that it lives under and refers to, and theirs; where it deletes,
    or its rule says so, what refers to it or lives under it too, for that is made to see what becomes of it. Nobody
    writes to what no operation creates, but for the resource itself; and a list whose rule writes nothing wants no more
    than what it lives under."""
    resource = item.resource
    if resource is None:
        return frozenset()
    if is_undisturbed(item):
        return needed(resources, resource) - {resource.name}
    begin = [resource.name]
    if item.operation == "delete" or item.proof.referred:
        begin += [other.name for other in resources.values() if resource.name in _named(other)]
    found = _closure(resources, begin, _named)
    return frozenset(name for name in found if name == resource.name or resources[name].creatable)


def is_undisturbed(item: Item) -> bool:
    """Whether an item judges a list, and what others write to it meanwhile makes no difference."""
    return item.operation == "list" and item.proof.undisturbed


def needed(resources: Mapping[str, Resource], resource: Resource) -> frozenset[str]:
    """What has to be made so that an instance of a resource can be: it, what it lives under and has to refer to, and
    theirs."""
    return frozenset(n for n in _closure(resources, [resource.name], _required) if resources[n].creatable)


def whole(resources: Mapping[str, Resource], resource: Resource) -> frozenset[str]:
    """What has to be made for an instance of a resource that holds all it may: as :func:`needed`, and all that it
    refers to."""
    return frozenset(n for n in _closure(resources, [resource.name], _named) if resources[n].creatable)


def _closure(
    resources: Mapping[str, Resource], begin: Iterable[str], step: Callable[[Resource], Iterable[str]]
) -> set[str]:
    found: set[str] = set()
    left = list(begin)
    while left:
        name = left.pop()
        if name not in found and name in resources:
            found.add(name)
            left += step(resources[name])
    return found


def _above(resource: Resource) -> list[str]:
    return [parent.resource for parent in resource.parents]


def _named(resource: Resource) -> list[str]:
    to = [reference.to for reference in resource.references.values()]
    return [*_above(resource), *to, *resource.inner_references.values()]


def _required(resource: Resource) -> list[str]:
    asked = resource.shapes.create.get("required", ())
    to = [reference.to for name, reference in resource.references.items() if name in asked]
    return [*_above(resource), *to, *resource.inner_references.values()]
