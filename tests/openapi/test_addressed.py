"""Documents whose operations name the one that they are about in their query or body: what is plain is read, what is
not is told with the words that may say it, and what others have is safe where a server passes over the ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Handler, Json, Refused, Request, Service, serving
from tests.openapi.running import run_document
from tests.openapi.unusual import UNUSUAL

from restproof.contract.openapi.imported import Imported, imported

FOLDER = Path(__file__).parent / "unusual"
IN_BODY = {"constants": {"/id": "{id}"}}
WRITES = ("--profile", "smoke", "--only", "update.answers-ok", "--only", "delete.is-gone", "--only", "replace.answers")


def changed(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A document with some of its text changed."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def only(found: Imported) -> dict[str, Any]:
    (resource,) = found.contract["resources"].values()
    return dict(resource)


def test_calls_by_post_are_operations_of_what_they_are_called_after() -> None:
    task = only(imported(FOLDER / "calls.yaml", "calls"))
    assert task["path"] == "/api/tasks.list"
    assert task["methods"] == {"list": "POST", "read": "POST", "update": "POST", "delete": "POST"}
    ways = task["operations"]
    assert ways["create"]["path"] == "/api/tasks.create"
    for operation, path in (("read", "get"), ("update", "update"), ("delete", "delete")):
        assert (ways[operation]["path"], ways[operation]["envelope"]) == (f"/api/tasks.{path}", IN_BODY)


def test_a_query_names_one_beside_the_list_and_a_body_the_one_that_it_changes() -> None:
    note = only(imported(FOLDER / "asked.yaml", "asked"))
    assert note["path"] == "/notes"
    ways = note["operations"]
    assert ways["read"] == ways["delete"] == {"query": {"noteId": "{id}"}, "path": "/note"}
    assert ways["replace"] == {"envelope": IN_BODY, "path": "/notes"}


def test_verbs_below_a_collection_are_its_operations() -> None:
    member = only(imported(FOLDER / "verbs.yaml", "verbs"))
    assert member["path"] == "/team/members"
    for operation, way in member["operations"].items():
        assert way["path"] == f"/team/members/{ {'read': 'get'}.get(operation, operation) }"
        assert way.get("query") == (None if operation in ("list", "create") else {"id": "{id}"})


UNPLAIN = {
    "an optional parameter": ("asked", "noteId, in: query, required: true", "noteId, in: query", ""),
    "a parameter of another": ("asked", "name: noteId", "name: shelfId", ""),
    "no list": ("asked", 'type: array, items: {$ref: "#/components/schemas/Note"}', "type: integer", "read delete"),
    "other entries": (
        "asked",
        'items: {$ref: "#/components/schemas/Note"}',
        "items: {type: object, properties: {day: {type: string}, count: {type: integer}, mean: {type: number}}}",
        "read delete",
    ),
    "a put that may make one": ("asked", '"400": {description: wrong}\n        "404": {description: none}', "", ""),
}


@pytest.mark.parametrize(("name", "old", "new", "told"), UNPLAIN.values(), ids=UNPLAIN.keys())
def test_what_is_not_plain_is_left_out_with_the_words_that_may_say_it(
    name: str, old: str, new: str, told: str, tmp_path: Path
) -> None:
    found = imported(changed(tmp_path, name, (old, new)), name)
    for resource in found.contract["resources"].values():
        ways = resource["operations"]
        assert isinstance(ways, list) or "replace" not in ways or "read" not in ways
    lines = {line.what for line in found.left_out}
    words = {
        "read": "/note?noteId={id} may be the item_path of a list",
        "delete": 'delete: {method: DELETE, path: /note, query: {noteId: "{id}"}} may say it',
    }
    for operation in told.split():
        assert any(words[operation] in line for line in lines), lines


def newest_for(methods: tuple[str, ...], handler: Handler, method: str) -> Handler:
    """Passes over the id of some requests, and takes what was made first."""

    def asked(service: Service, request: Request) -> tuple[int, Json]:
        if method in methods and service.store("item"):
            request.query = {**request.query, "noteId": next(iter(service.store("item")))}
        return handler(service, request)

    return asked


@pytest.mark.parametrize("methods", [("GET",), ("GET", "DELETE")])
def test_nothing_of_others_is_lost_where_the_ids_of_reads_are_passed_over(
    methods: tuple[str, ...], tmp_path: Path
) -> None:
    honest = UNUSUAL["asked"](frozenset())
    routes = {(m, p): newest_for(methods, handler, m) for (m, p), handler in honest.routes.items()}
    service = Service(routes)
    others = {f"of-others-{n}": {"id": f"of-others-{n}", "title": "ours", "done": False} for n in range(3)}
    service.store("item").update({id: dict(item) for id, item in others.items()})
    with serving(service) as url:
        run_document(FOLDER / "asked.yaml", url, tmp_path / "run", *WRITES)
    assert {id: item for id, item in service.store("item").items() if id in others} == others


def test_a_success_may_say_that_there_is_none(tmp_path: Path) -> None:
    """It is not accused, and what the run has made is taken away."""

    def softly(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            try:
                return handler(service, request)
            except Refused as error:
                if error.status != 404:
                    raise
                return 200, {"ok": False}

        return asked

    error = '{schema: {$ref: "#/components/schemas/Error"}}'
    absent = f'        "404": {{description: none, content: {{application/json: {error}}}}}\n'
    always = "required: [id, title, done]\n      properties: {id:"
    document = changed(tmp_path, "calls", (absent, ""), (always, "properties: {ok: {type: boolean}, id:"))
    service = Service({place: softly(handler) for place, handler in UNUSUAL["calls"](frozenset()).routes.items()})
    with serving(service) as url:
        told = run_document(document, url, tmp_path / "run", *WRITES)
    assert told.returncode == 0, told.stdout + told.stderr
    assert service.store("item") == {}


def test_an_update_that_is_lost_is_seen_although_it_is_the_last_of_its_kind(tmp_path: Path) -> None:
    rules = ("update.answers-ok", "update.persists", "update.only-named")
    with serving(UNUSUAL["verbs"](frozenset(["put-lost"]))) as url:
        only = [word for rule in rules for word in ("--only", rule)]
        told = run_document(FOLDER / "verbs.yaml", url, tmp_path / "run", "--profile", "smoke", *only)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "must update.only-named: The state after an update" in told.stdout
