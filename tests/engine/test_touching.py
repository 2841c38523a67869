"""Which resources an item may write to, as a whole run has it."""

from __future__ import annotations

from tests.kill.place import BUNDLED, loaded
from tests.kill.server import ROOT
from tests.miniatures.bench import rules

from restproof.engine.items import items_of
from restproof.engine.touching import touched
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.record.reader import read


def test_no_item_writes_to_what_it_is_not_known_to_touch() -> None:
    contract = loaded(BUNDLED)
    bodies = {r.name: Bodies(contract, r) for r in contract}
    found = [i for proof, test in rules() for i in items_of(proof, test, contract, PROFILES["ci"], bodies)]
    known = {item.id: touched(contract.resources, item) for item in found if item.resource}
    run = read(ROOT / "contracts" / BUNDLED / "recordings" / "sandbox.jsonl.gz")
    stored = [e for e in run.exchanges if e.request.method != "GET" and e.response and e.response.status < 300]
    written = {(str(e.item), str(e.resource)) for e in stored if e.item in known}
    assert len(written) > 100
    assert [(item, resource) for item, resource in written if resource not in known[item]] == []
