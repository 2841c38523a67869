"""What requests and responses of a document say apart: an honest server that keeps both is never accused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Kind, numbers
from tests.openapi.honest import Refused, Request, Service, When, whole
from tests.openapi.shares import Subject, promised, wrong
from tests.openapi.unsaid import BOX, LABEL, NUMBER, SENT, TEXT, Document, boxes, call, resource

from restproof.semantics.alignment import in_the_order_of
from restproof.semantics.state import differences

Item = dict[str, Any]
OBJECT: Document = {"type": "object", "properties": {"metres": NUMBER}}
NAMED: Document = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}


def accused(folder: Path, paths: Document, service: Callable[[], Service]) -> list[str]:
    """What is said, from the document alone, against the server behind it."""
    document = {"openapi": "3.1.0", "info": {"title": "Boxes", "version": "1"}, "paths": paths}
    (folder / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    subject = Subject("boxes", folder / "boxes.json", service)
    return wrong(promised(subject, folder).run(service(), folder / "run", "smoke"))


def sent_and_shown(size_sent: Document, size_shown: Document) -> Document:
    """The paths of boxes whose ``size`` is not sent as it is shown."""
    sent = {**SENT, "properties": {**LABEL, "size": size_sent}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, "size": size_shown}}
    refused = {"400": {"description": "wrong"}}
    return boxes(call(shown, sent, 201, others=refused), get=call(shown, others={"404": refused["400"]}))


def measured(item: Item) -> Item:
    """A box whose size is sent as a number, and shown with its unit."""
    return {**item, "size": {"metres": item["size"]}} if "size" in item else item


def honest(**more: Any) -> Kind:
    """Boxes of a label, a note and a size."""
    text = When(lambda v: isinstance(v, str))
    fields = {"label": text, "note": text, "size": whole(-(10**30), 10**30)}
    return Kind("boxes", "/boxes", "/boxes/{id}", fields, ("label",), numbers("boxes"), **more)


def of(kind: Kind, **answers: Callable[[Item], Any]) -> Service:
    """A service that makes, changes and reads; ``answers``: what a method shows of its own."""
    shown = {m: replace(kind, shown=answers.get(m, kind.shown)).routes() for m in ("POST", "GET", "PATCH")}
    return Service({way: routes[way] for m, routes in shown.items() for way in routes if way[0] == m})


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(NUMBER, OBJECT), ({"anyOf": [NUMBER, OBJECT]}, {"anyOf": [TEXT, {"type": "array", "items": NUMBER}]})],
    ids=["types", "alternatives"],
)
def test_what_is_sent_as_one_thing_and_shown_as_another_is_not_said_to_be_hidden(
    sent: Document, shown: Document, tmp_path: Path
) -> None:
    found = resource(tmp_path, "box", sent_and_shown(sent, shown))
    assert "box: size, of which responses show something else" in (tmp_path / "contract/contract.yaml").read_text()
    assert found.properties["size"]["x-restproof-shown"] == "open"
    assert "size" in found.shapes.request("create")["properties"]


def test_a_server_that_shows_it_so_is_not_accused(tmp_path: Path) -> None:
    assert accused(tmp_path, sent_and_shown(NUMBER, OBJECT), lambda: of(honest(shown=measured))) == []


def test_what_is_only_read_is_as_responses_have_it(tmp_path: Path) -> None:
    paths = sent_and_shown(NUMBER, OBJECT)
    del paths["/boxes"]["post"]["requestBody"]
    found = resource(tmp_path, "box", paths)
    assert not found.properties["size"].get("writeOnly")


NOTED: Document = {**TEXT, "default": "none"}


def noted(answer: Document, *, read: Document) -> Document:
    """The paths of boxes with a note, which a create and an update answer as ``answer``."""
    wrong = {"400": {"description": "wrong"}}
    sent = {**SENT, "properties": {**LABEL, "note": NOTED}}
    change = {"type": "object", "properties": {**LABEL, "note": TEXT}}
    got = call(read, others={"404": wrong["400"]})
    return boxes(call(answer, sent, 201, others=wrong), get=got, patch=call(answer, change, others=wrong))


def without_note(item: Item) -> Item:
    return {n: v for n, v in item.items() if n != "note"}


WITH_NOTE: Document = {**BOX, "required": ["id", "label", "note"], "properties": {"id": NUMBER, **LABEL, "note": NOTED}}


def test_what_a_read_has_no_member_for_is_not_looked_for_in_one(tmp_path: Path) -> None:
    paths = noted(WITH_NOTE, read=BOX)
    kind = honest(defaults={"note": "none"})
    assert accused(tmp_path, paths, lambda: of(kind, GET=without_note)) == []
    assert "box: note, of which a read shows nothing" in (tmp_path / "c/contract.yaml").read_text()


def test_what_only_a_read_shows_is_not_asked_of_the_answers_to_writes(tmp_path: Path) -> None:
    paths = noted(BOX, read=WITH_NOTE)
    kind = honest(defaults={"note": "none"})
    assert accused(tmp_path, paths, lambda: of(kind, POST=without_note, PATCH=without_note)) == []


SET: Document = {"type": "array", "items": TEXT, "uniqueItems": True}
SETS: Document = {"tags": SET, "kept": {"type": "object", "properties": {"tags": {"anyOf": [SET, {"type": "null"}]}}}}


def as_sets(value: Any) -> Any:
    """What a framework shows that keeps arrays as sets: each entry once, in an order of its own."""
    if isinstance(value, dict):
        return {n: as_sets(v) for n, v in value.items()}
    return sorted(set(value), reverse=True) if isinstance(value, list) else value


def sets() -> Service:
    def texts(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)

    kept = When(lambda v: isinstance(v, dict) and texts(v.get("tags", [])))
    fields = {"label": When(lambda v: isinstance(v, str)), "tags": When(texts), "kept": kept}
    return of(replace(honest(shown=as_sets), fields=fields))


def test_sets_are_compared_without_order_and_may_be_sent_an_entry_twice(tmp_path: Path) -> None:
    wrong = {"400": {"description": "wrong"}}
    sent = {**SENT, "properties": {**LABEL, **SETS}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, **SETS}}
    made = call(shown, sent, 201, others=wrong)
    assert accused(tmp_path, boxes(made, get=call(shown, others={"404": wrong["400"]})), sets) == []


def test_an_entry_of_a_set_that_is_lost_is_seen(tmp_path: Path) -> None:
    sent = {**SENT, "properties": {**LABEL, **SETS}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, **SETS}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    held = {"tags": ["a", "b"], "kept": {"tags": ["a", "b"]}}
    assert not [*differences(held, in_the_order_of(found, held, {"tags": ["b", "a"], "kept": {"tags": ["b", "a"]}}))]
    assert len([*differences(held, in_the_order_of(found, held, {"tags": ["b"], "kept": {"tags": ["b", "c"]}}))]) > 1


DAYS: Document = {"type": "array", "items": {"type": "string", "enum": ["mo", "tu", "we"]}}
OPEN: Document = {"days": DAYS, "shifts": {"type": "array", "items": {"type": "object", "properties": {"days": DAYS}}}}


def test_several_of_a_few_values_may_be_kept_as_a_set(tmp_path: Path) -> None:
    """No word of a document says so: a column of flags has no order, and each value once."""
    sent = {**SENT, "properties": {**LABEL, **OPEN}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, **OPEN}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    held = {"days": ["we", "mo", "mo"], "shifts": [{"days": ["tu", "mo"]}, {"days": ["we"]}]}

    def told(days: list[str], *shifts: list[str]) -> int:
        back = {"days": days, "shifts": [{"days": some} for some in shifts]}
        return len([*differences(held, in_the_order_of(found, held, back))])

    assert told(["mo", "we"], ["mo", "tu"], ["we"]) == 0
    assert told(["mo", "tu"], ["mo", "tu"], ["we"]) > 0
    assert told(["mo", "we"], ["mo"], ["we"]) > 0
    assert told(["mo", "we"], ["mo", "tu"], ["we", "mo"]) > 0


LIST: Document = {"type": "array", "items": TEXT}
BESIDE: Document = {"type": "object", "properties": {"tags": SET, "uniqueItems": TEXT}}


@pytest.mark.parametrize(
    ("sent", "shown", "is_set"),
    [
        (LIST, SET, True),
        (SET, LIST, True),
        (LIST, LIST, False),
        ({**LIST, "uniqueItems": False, "items": SET}, {**LIST, "uniqueItems": False, "items": SET}, True),
        (BESIDE, BESIDE, True),
    ],
    ids=["shown", "sent", "neither", "inside", "beside a member of that name"],
)
def test_a_set_is_one_wherever_it_is_said(sent: Document, shown: Document, is_set: bool, tmp_path: Path) -> None:
    found = resource(tmp_path, "box", sent_and_shown(sent, shown))
    assert found.unordered == (("size",) if is_set else ())


@pytest.mark.parametrize(
    "size",
    [
        {"type": "object", "additionalProperties": SET},
        {"oneOf": [{"type": "object", "properties": {"a": NUMBER}}, {"type": "object", "properties": {"x": SET}}]},
    ],
    ids=["map", "alternatives"],
)
def test_sets_in_maps_and_in_any_alternative_are_compared_without_order(size: Document, tmp_path: Path) -> None:
    found = resource(tmp_path, "box", sent_and_shown(size, size))
    wanted = {"size": {"x": ["a", "b"]}}
    assert not [*differences(wanted, in_the_order_of(found, wanted, {"size": {"x": ["b", "a"]}}))]
    assert [*differences(wanted, in_the_order_of(found, wanted, {"size": {"x": ["b", "c"]}}))]


HIDDEN = {**SENT, "properties": {**LABEL, "size": NUMBER, "password": TEXT}}
PART = boxes(call(BOX, HIDDEN, 201), get=call(BOX))


def showing(*names: str) -> Service:
    kind = honest()
    fields = {**kind.fields, "password": kind.fields["label"]}
    every = {"id", "label", *names}
    return of(replace(kind, fields=fields, shown=lambda item: {n: v for n, v in item.items() if n in every}))


@pytest.mark.parametrize(
    ("shown", "is_wrong"), [(("size",), False), (("size", "password"), True)], ids=["no secret", "a secret"]
)
def test_answers_may_show_more_than_what_they_are_described_by_and_no_secret(
    shown: tuple[str, ...], is_wrong: bool, tmp_path: Path
) -> None:
    assert any("password" in said for said in accused(tmp_path, PART, lambda: showing(*shown))) is is_wrong
    assert not [said for said in accused(tmp_path, PART, lambda: showing(*shown)) if "size" in said]


SECRET: Document = {"type": "string", "minLength": 1}


@pytest.mark.parametrize("member", ["password", "label2"], ids=["by its name", "by its format"])
@pytest.mark.parametrize("habit", ["as asterisks", "not at all", "as it was sent"])
def test_a_secret_need_not_be_shown_as_it_was_sent(member: str, habit: str, tmp_path: Path) -> None:
    secret = SECRET if member == "password" else {**SECRET, "format": "password"}
    required = ["label", member]
    sent = {**SENT, "required": required, "properties": {**LABEL, member: secret}}
    shown = {**BOX, "required": ["id", *required], "properties": {"id": NUMBER, **LABEL, member: secret}}
    kind = honest()

    def show(item: dict[str, Any]) -> dict[str, Any]:
        hidden = {"as asterisks": {member: "********"}, "not at all": {}}
        others = {n: v for n, v in item.items() if n != member}
        return {**others, **hidden.get(habit, {member: item[member]})}

    kind = replace(kind, fields={**kind.fields, member: kind.fields["label"]}, required=("label", member), shown=show)
    paths = boxes(call(shown, sent, 201), get=call(shown), patch=call(shown, {**sent, "required": []}))
    assert accused(tmp_path, paths, lambda: of(kind)) == []
    assert f"box: {member}, called as a secret" in (tmp_path / "c/contract.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("member", "closed", "is_open"),
    [(TEXT, False, True), ({**TEXT, "writeOnly": True}, False, False), (TEXT, True, False)],
    ids=["not said", "said", "closed"],
)
def test_what_is_said_to_be_hidden_is(member: Document, closed: bool, is_open: bool, tmp_path: Path) -> None:
    shown = {**BOX, **({"additionalProperties": False} if closed else {})}
    sent = {**SENT, "properties": {**LABEL, "note": member}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    assert found.properties["note"]["writeOnly"]
    assert (found.properties["note"].get("x-restproof-shown") == "open") is is_open


@pytest.mark.parametrize("told", [TEXT, NUMBER, {"type": "boolean"}, {"type": ["string", "null"]}])
@pytest.mark.parametrize(("is_lost", "is_wrong"), [(False, False), (True, True)], ids=["kept", "lost"])
def test_an_update_that_answers_with_a_word_is_judged_by_what_a_read_shows(
    told: Document, is_lost: bool, is_wrong: bool, tmp_path: Path
) -> None:
    kind = honest()
    said = {"string": "updated", "integer": 1, "boolean": True}.get(str(told["type"]), "updated")

    def patch(service: Service, request: Request) -> tuple[int, Any]:
        item = kind.found(service, request)
        body = kind.valid(service, request, ())
        item.update({} if is_lost else body)
        return 200, said

    paths = boxes(call(BOX, SENT, 201), patch=call(told, SENT, others={"404": {"description": "none"}}))
    service = Service({**kind.routes(), ("PATCH", "/boxes/{id}"): patch})
    assert bool(accused(tmp_path, paths, lambda: service)) is is_wrong
    assert "its answer is" not in (tmp_path / "c/contract.yaml").read_text(encoding="utf-8")


def test_a_create_that_answers_with_a_word_leads_to_no_id(tmp_path: Path) -> None:
    listed = boxes(call(TEXT, SENT, 201))
    listed["/boxes"]["get"] = call({"type": "array", "items": BOX})
    assert "id" in resource(tmp_path / "listed", "box", listed).open
    assert resource(tmp_path / "alone", "box", boxes(call(TEXT, SENT, 201))).operations == ("read",)


BELOW: Document = {"name": "shelf_id", "in": "path", "required": True, "schema": NUMBER}


def on_shelves(sent: Document, shown: Document) -> Document:
    """Shelves, and boxes below them."""
    found = {path.replace("boxes", "shelves"): said for path, said in boxes(call(BOX, SENT, 201)).items()}
    below = boxes(call(shown, sent, 201), get=call(shown, others={"404": {"description": "none"}}))
    for path, said in below.items():
        found[f"/shelves/{{shelf_id}}{path}"] = {**said, "parameters": [*said.get("parameters", ()), BELOW]}
    return found


def test_what_the_path_names_is_not_named_anew_in_the_body(tmp_path: Path) -> None:
    """A service that takes the shelf from the path, whatever stands in a body."""
    also = {**LABEL, "shelf_id": NUMBER}
    paths = on_shelves({**SENT, "properties": also}, {**BOX, "properties": {"id": NUMBER, **also}})
    kind = honest()
    shelves = replace(kind, name="shelves", path="/shelves", one="/shelves/{id}", made=numbers("shelves"))
    box = replace(kind, path="/shelves/{shelf_id}/boxes", one="/shelves/{shelf_id}/boxes/{id}")

    def on(service: Service, request: Request) -> int:
        at = request.path["shelf_id"]
        if not at.isdecimal() or int(at) not in service.store("shelves"):
            raise Refused(404, "no such shelf")
        return int(at)

    def make(service: Service, request: Request) -> tuple[int, Any]:
        item = {**box.valid(service, request, ("label",)), "shelf_id": on(service, request)}
        service.store("boxes")[item.setdefault("id", service.number("boxes"))] = item
        return 201, item

    def show(service: Service, request: Request) -> tuple[int, Any]:
        at = on(service, request)
        item = box.found(service, request)
        if item["shelf_id"] != at:
            raise Refused(404, "it is on another shelf")
        return 200, item

    routes = {w: h for w, h in shelves.routes().items() if w[0] != "DELETE"}
    service = lambda: Service({**routes, ("POST", box.path): make, ("GET", box.one): show})  # noqa: E731
    assert accused(tmp_path, paths, service) == []
    assert "box: shelf_id, of which it is not said" in (tmp_path / "c/contract.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("holds", "is_sent"), [(None, False), (TEXT, True)], ids=["anything", "texts"])
def test_an_array_that_a_mapper_of_objects_writes_is_not_sent(
    holds: Document | None, is_sent: bool, tmp_path: Path
) -> None:
    lids = {"type": "array", **({"items": holds} if holds else {})}
    one: Document = {"type": "object", "required": ["label"], "properties": {"id": NUMBER, **LABEL, "lids": lids}}
    found = resource(tmp_path, "box", boxes(call(one, one, 201), get=call(one), patch=call(one, one)))
    assert ("lids" in found.shapes.request("create")["properties"]) is is_sent


FLAG = {"type": "boolean"}


def flagged(change: Document, **shown: Document) -> Document:
    """The paths of boxes that a change alone seals; ``shown``: members beside."""
    members = {"id": NUMBER, **LABEL, "sealed": FLAG, **shown}
    box = {"type": "object", "required": ["id", "label", "sealed"], "properties": members}
    wrong = {"400": {"description": "wrong"}}
    return boxes(call(box, SENT, 201, others=wrong), get=call(box), patch=call(box, change, others=wrong))


def sealing(service: Service, body: Item) -> Item:
    return {"id": service.number("boxes"), "sealed": False}


def unsealed(service: Service, item: Item) -> None:
    item["sealed"] = False


@pytest.mark.parametrize("needed", [[], ["sealed"]], ids=["may hold", "must hold"])
def test_what_is_true_or_false_and_only_a_change_takes_is_sent_by_changes(needed: list[str], tmp_path: Path) -> None:
    paths = flagged({"type": "object", "required": needed, "properties": {**LABEL, "sealed": FLAG}})
    shapes = resource(tmp_path / "read", "box", paths).shapes
    assert "sealed" in shapes.request("update")["properties"]
    assert "sealed" not in shapes.request("create")["properties"]
    box = replace(honest(), fields={**honest().fields, "sealed": When(lambda v: isinstance(v, bool))}, made=sealing)
    assert accused(tmp_path, paths, lambda: of(replace(box, needs=tuple(needed)))) == []
    lost = accused(tmp_path / "read", paths, lambda: of(replace(box, needs=tuple(needed), changed=unsealed)))
    assert [said for said in lost if "sealed" in said], lost


def test_a_state_a_version_or_a_flag_that_hides_is_left_out_where_only_a_change_takes_it(tmp_path: Path) -> None:
    more: Document = {"state": {"type": "string", "enum": ["open", "shut"]}, "version": NUMBER}
    more |= dict.fromkeys(("isDeleted", "archived", "active", "disabled", "visible", "eliminado"), FLAG)
    paths = flagged({"type": "object", "properties": {**LABEL, **more}}, **more)
    assert resource(tmp_path, "box", paths).shapes.request("update")["properties"].keys() == {"label"}
