"""Documents whose ids are inside of a member, or stand in a whole name or an IRI: an honest server behind one is not
accused, a broken one is, and what others have there is touched by no run."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench, kinds_inside, kinds_names
from tests.miniatures.server import Shop

from restproof.contract.load import load
from restproof.contract.openapi.written import write
from restproof.wire.message import Request

from .honest import Answer, Json, Service, serving
from .running import run_document
from .unsaid import NUMBER, TEXT, Document, call, read

GONE: Document = {"404": {"description": "there is none"}}
WRONG: Document = {"400": {"description": "not valid"}, "422": {"description": "not valid"}}
DELETE: Document = {"responses": {"204": {"description": "gone"}, **GONE}}
NOTE: Document = {"type": "string", "nullable": True}
OUTPUT = "Output only. The resource name of the one. Format: `{}`"


def object_of(*needed: str, **members: Document) -> Document:
    return {"type": "object", "required": [*needed], "properties": members}


def crud(path: str, parameter: str, shown: Document, sent: Document | None = None, change: str = "patch") -> Document:
    """The paths of a collection that is listed, made, read, changed and deleted."""
    sent = sent or shown
    listed = {"type": "array", "items": shown}
    item: Document = {"parameters": [{"name": parameter, "in": "path", "required": True, "schema": TEXT}]}
    item |= {"get": call(shown, others=GONE), "delete": DELETE, change: call(shown, sent, others={**GONE, **WRONG})}
    return {path: {"get": call(listed), "post": call(shown, sent, 201, others=WRONG)}, f"{path}/{{{parameter}}}": item}


METADATA = object_of("name", name={**TEXT, "maxLength": 63, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"})
METADATA["properties"] |= {"uid": {**TEXT, "readOnly": True}}
METADATA["properties"]["labels"] = {"type": "object", "nullable": True, "additionalProperties": TEXT}
SPEC = object_of("size", size={**NUMBER, "minimum": 0, "maximum": 99}, note=NOTE)
WIDGETS = crud("/widgets", "name", object_of("metadata", "spec", metadata=METADATA, spec=SPEC), change="put")
SYS = {**object_of("id", "type", id=TEXT, type=TEXT), "readOnly": True}
ENTRIES = crud("/entries", "entryId", object_of("title", sys=SYS, title={**TEXT, "maxLength": 60}, note=NOTE))


def library(**shelf: Document) -> Document:
    """Shelves and books; ``shelf``: what a book holds of its shelf."""
    title = {**TEXT, "minLength": 1, "maxLength": 60}
    named = {n: {**TEXT, "description": OUTPUT.format(f"{n}/{{one}}")} for n in ("shelves", "books")}
    shelves = object_of("title", name=named["shelves"], title=title, note=NOTE)
    books = object_of("title", "shelf", name=named["books"], title=title, note=NOTE, **shelf)
    return crud("/shelves", "shelf", shelves) | crud("/books", "book", books)


NAMED = library(shelf={**TEXT, "description": "The shelf that it stands on, as `shelves/{shelf}`."})
OWN: Document = {"@id": {**TEXT, "readOnly": True}, "title": {**TEXT, "minLength": 1, "maxLength": 60}}
AT: Document = {**TEXT, "format": "iri-reference", "nullable": True, "example": "https://example.com/"}
IRIS = crud("/shelves", "id", object_of("title", **OWN))
IRIS |= crud(
    "/books", "id", object_of("title", "shelf", **OWN, shelf=AT, printer=AT, prints={"type": "array", "items": AT})
)


class Replacing(kinds_inside.Widgets):
    """Takes a PUT."""

    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }


class Merging(Replacing):
    """A PUT keeps the labels that it leaves out."""

    def do_replace(self, path: str, id: str, fields: dict[str, Any]) -> Any:
        labels = self.found(path, id)["metadata"]["labels"]
        answer = super().do_replace(path, id, fields)
        metadata = self.rows[path][id]["metadata"]
        metadata["labels"] = labels if metadata["labels"] is None else metadata["labels"]
        return answer


KINDS: dict[str, tuple[Document, type[Shop], type[Shop]]] = {
    "inside of metadata": (WIDGETS, Replacing, Merging),
    "in what the server sets": (ENTRIES, kinds_inside.Entries, kinds_inside.Twice),
    "names": (NAMED, kinds_names.Library, kinds_names.Elsewhere),
    "IRIs": (IRIS, kinds_names.Iris, kinds_names.Other),
}


class Spoken(Service):
    """A miniature as a service."""

    def __init__(self, shop: Shop) -> None:
        super().__init__({})
        self.shop = shop

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        with self.lock:
            status, body, shown = self.shop(Request(method, target, (), tuple(headers.items()), text or None))
        allowed = [value for name, value in shown if name == "Allow"]
        return status, Answer(json.loads(body) if body else None), allowed[0].split(", ") if allowed else []


def test_an_id_inside_of_what_is_known_of_a_record_is_read(tmp_path: Path) -> None:
    widget = read(tmp_path, WIDGETS).contract["resources"]["widget"]
    assert widget["id"] == {"field": "metadata.name", "chosen_by": "client"}
    assert "envelope" not in widget
    entry = read(tmp_path, ENTRIES).contract["resources"]["entry"]
    assert entry["id"] == {"field": "sys.id"}


def test_what_else_has_an_id_inside_is_not_taken_for_the_one_that_is_meant(tmp_path: Path) -> None:
    owned = object_of("title", title=TEXT, owner=object_of("id", id=TEXT))
    both = object_of("title", title=TEXT, meta=object_of(id=TEXT), sys=object_of(id=TEXT))
    for shown in (owned, both):
        thing = read(tmp_path, crud("/things", "id", shown)).contract["resources"]["thing"]
        assert (thing["operations"], thing["id"]) == (["list"], "none")
    beside = object_of("data", data=object_of("id", id=TEXT, title=TEXT), meta=object_of(id=TEXT))
    thing = read(tmp_path, crud("/things", "id", beside, object_of("title", title=TEXT))).contract["resources"]["thing"]
    assert (thing["envelope"]["response"], thing.get("id")) == ("data", None)


def test_a_name_that_is_said_to_be_the_path_of_the_item_is_its_id(tmp_path: Path) -> None:
    found = read(tmp_path, NAMED)
    shelf, book = (found.contract["resources"][name] for name in ("shelf", "book"))
    assert shelf["id"] == {"field": "name", "url": "shelves/{id}"}
    assert book["references"] == {"shelf": {"to": "shelf", "url": "shelves/{id}"}}
    pattern = {**TEXT, "pattern": "^users/[^/]+$"}
    user = read(tmp_path, crud("/v1/users", "user", object_of(name=pattern, title=TEXT))).contract["resources"]["user"]
    assert user["id"] == {"field": "name", "url": "users/{id}"}


def test_the_path_may_name_parents(tmp_path: Path) -> None:
    parent = {"name": "org", "in": "path", "required": True, "schema": TEXT}
    name = {**TEXT, "description": "The name, `orgs/{org}/users/{user}`."}
    paths = crud("/orgs/{org}/users", "user", object_of("title", name=name, title=TEXT))
    for path in paths.values():
        path["parameters"] = [parent, *path.get("parameters", ())]
    org = object_of("title", name={**TEXT, "description": "`orgs/{org}`"}, title=TEXT)
    resources = read(tmp_path, crud("/orgs", "org", org) | paths).contract["resources"]
    assert resources["user"]["id"] == {"field": "name", "url": "orgs/{org}/users/{id}"}


def test_an_iri_leads_to_what_its_member_is_called_after_and_no_other_is_sent(tmp_path: Path) -> None:
    found = read(tmp_path, IRIS)
    book = found.contract["resources"]["book"]
    assert book["id"] == {"link": "/@id"}
    assert book["references"] == {"shelf": {"to": "shelf", "url": "/shelves/{id}"}}
    shown = load(write(found, tmp_path / "c", "api.json")).resources["book"].shapes
    assert shown.create["properties"].keys() == {"title", "shelf"}
    told = {one.what for one in found.left_out}
    assert {f"book: {n}, of which no value is known to name one: it is not sent" for n in ("printer", "prints")} <= told


@pytest.mark.parametrize("name", KINDS)
def test_an_honest_server_is_left_in_peace_and_a_broken_one_is_not(name: str, tmp_path: Path) -> None:
    paths, honest, broken = KINDS[name]
    found = read(tmp_path, paths)
    text = write(found, tmp_path / "c", "api.json").read_text()
    for server, is_honest in ((honest, True), (broken, False)):
        verdict = bench.run(server(), text, dict(found.schemas), tmp_path / str(is_honest), profile="smoke")
        told = [f"{r.item}: {r.message}" for r in verdict.results if r.outcome in ("fail", "error")]
        assert (told == []) == is_honest, told
        passed = {r.item for r in verdict.results if r.outcome == "pass"}
        assert (
            not is_honest or {f"{rule}[{r}-{o}]" for r in found.contract["resources"] for rule, o in PROVEN} <= passed
        )


PROVEN = (("create.reads-back", "create"), ("delete.is-gone", "delete"))


@pytest.mark.parametrize("name", KINDS)
def test_what_others_have_stays_as_it_was_and_nothing_is_left(name: str, tmp_path: Path) -> None:
    paths, honest, _ = KINDS[name]
    read(tmp_path, paths)
    shop = honest()
    before = copy.deepcopy(shop.rows)
    with serving(Spoken(shop)) as url:
        done = run_document(tmp_path / "api.json", url, tmp_path / "out", "--profile", "smoke")
    assert done.returncode == 0, done.stdout + done.stderr
    assert shop.rows == before
