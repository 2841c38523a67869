"""Which refusal wins where several apply to one request: the one that the contract's ``order`` names first."""

from dataclasses import replace as with_

from restproof.suite import Ground, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases, fields_of, reference, wrong_type_bodies
from restproof.suite.operations import needs_credential
from restproof.suite.refused import without_effect_if_refused
from restproof.suite.scopes import absent_id
from restproof.suite.setup import written
from restproof.suite.target import must_have_credential
from restproof.suite.values import is_valid

WRITES = ("create", "update")
ON_ITEMS = ("read", "update", "delete")
#: The case whose place in the order a flaw has, where it is another one.
RANKS = {"absent_parent": "absent", "reference": "rule"}
#: What a body that is no JSON cannot hold.
INSIDE = {"unknown_field", "invalid", "reference", "conflict"}


def flaws_of(ground: Ground) -> list[str]:
    """What can be wrong with a request of the operation, in the contract's order."""
    bodies, operation, resource = ground.bodies, ground.operation, ground.resource
    way = resource.operation(operation)
    closed = ground.contract.auth.scheme != "none" and needs_credential(way)
    found = ["missing_credential"] if closed else []
    if operation in (*WRITES, "delete"):
        found += ["forbidden"] if closed else []
    if operation in ON_ITEMS:
        found.append("absent")
    if operation in WRITES:
        if operation == "create" and way.parents:
            found.append("absent_parent")
        found.append("malformed")
        if not resource.status("unknown_field").accepted:
            found.append("unknown_field")
        found += ["invalid"] if wrong_value(ground) else []
        found += ["reference"] if referring(ground) else []
        found += ["conflict"] if bodies.unique_fields and bodies.unique_fields <= set(fields_of(ground)) else []
    order = ground.contract.order
    return sorted(found, key=lambda flaw: order.index(RANKS.get(flaw, flaw)))


def wrong_value(ground: Ground) -> Body:
    """One field with a value of another type; not a unique one, which another flaw may need."""
    for case in wrong_type_bodies(ground):
        name, value = case["field"], case["body"][case["field"]]
        # A symbol that may stand for text is no wrong value of a field that takes text.
        free = name not in ground.bodies.unique_fields and not is_valid(ground.resource.properties[name], value)
        if free and case["status"] == "invalid":
            return {name: value}
    return {}


def referring(ground: Ground) -> Body:
    """One reference that names nothing."""
    for name, ref in ground.resource.references.items():
        if name in fields_of(ground) and name not in wrong_value(ground):
            symbol = reference(ref.to, "none")
            return {name: [symbol] if ref.many else symbol}
    return {}


def together(ground: Ground, first: str, second: str) -> bool:
    """Whether one request can have both flaws, and its answer tells which of them won."""
    pair = {first, second}
    if pair == {"missing_credential", "forbidden"} or ("malformed" in pair and pair & INSIDE):
        return False
    held = ground.resource.operation(ground.operation).parents_in("body")
    if held and "malformed" in pair and pair & {"absent", "absent_parent"}:
        # Where the body holds the parent, a body that is none says nothing of what is asked for.
        return False
    winner, loser = ground.resource.status(first), ground.resource.status(second)
    return not winner.accepted and not any(code in winner for code in loser.codes) and not loser.classes


def pairs(ground: Ground) -> Cases:
    """Each flaw with one that comes later: with a body that is no JSON where a request can have both, since that is
    what servers look at too early, else with the next."""
    flaws = flaws_of(ground)
    for at, first in enumerate(flaws):
        others = [second for second in flaws[at + 1 :] if together(ground, first, second)]
        for second in sorted(others, key=lambda flaw: flaw != "malformed")[:1]:
            yield {"flaws": [first, second], "wrong": wrong_value(ground), "reference": referring(ground)}


@requirement("refusal.order", on=("read", "delete", *WRITES), when=lambda c, r: "refusal.order" in c.policies)
@for_each(pairs, apart=True)
def test_the_first_refusal_of_the_order_wins(
    subject: Subject, operation: str, flaws: list[str], wrong: Body, reference: Body
) -> None:
    watched = subject.target().id if operation in ("update", "delete") and subject.spec.creatable else None
    reply = without_effect_if_refused(
        subject, watched, lambda: flawed(subject, operation, set(flaws), wrong, reference)
    )
    must.be_refused(reply, flaws[0], because=f"{flaws[0]} goes before {flaws[1]}")


def flawed(subject: Subject, operation: str, flaws: set[str], wrong: Body, reference: Body) -> Reply:
    """The request with exactly these flaws."""
    credential: str | None = subject.credential
    if "missing_credential" in flaws:
        credential = None
    elif "forbidden" in flaws:
        credential = must_have_credential(subject, "read_only")
    scope = subject.scope("none" if "absent_parent" in flaws else "main")
    creatable = subject.spec.creatable
    absent = "absent" in flaws or not creatable
    id = absent_id(subject) if absent else subject.target().id
    if operation == "read":
        return subject.read(id, credential=credential, scope=scope)
    if operation == "delete":
        return subject.delete(id, credential=credential, scope=scope)
    body = subject.bodies.minimal() if operation == "create" else dict(subject.bodies.whole_change())
    if "conflict" in flaws:
        taken = subject.shared().sent
        body |= {n: taken[n] for n in subject.bodies.unique_fields if n in taken}
    body |= {"restproof_unknown_field": "restproof"} if "unknown_field" in flaws else {}
    body |= wrong if "invalid" in flaws else {}
    body |= reference if "reference" in flaws else {}
    if "malformed" not in flaws:
        if operation == "create":
            return subject.create(body, credential=credential, scope=scope)
        return subject.update(id, body, credential=credential, scope=scope)
    usual = subject.request(operation, id=id, body=written(subject, operation, body), scope=scope)
    return subject.send(
        with_(usual, body=(usual.body or b"")[:-1]),
        operation,
        credential=credential,
        asked_id=None if operation == "create" else id,
        scope=scope,
    )
