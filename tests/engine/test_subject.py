"""What a subject sends and how it reads the answer: paths, parents, headers, envelopes, ids, pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Auth, Learned
from restproof.engine.failure import NotTested
from restproof.engine.paging import links
from restproof.suite import Reply, SetUpFailed, Subject
from restproof.suite.race import must_be_promised
from restproof.suite.target import headers_as_sent
from restproof.wire.message import Request, encode
from restproof.wire.paging import MOST_PAGES

from .conftest import CONTRACT, Answer, Bench

MakeBench = Callable[..., Bench]


def creator(request: Request) -> Answer:
    """Makes whatever is asked for, with ids from 41."""
    creator.made += 1  # type: ignore[attr-defined]
    return 201, {"id": 40 + creator.made, "data": {"id": 40 + creator.made}}  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def from_41() -> None:
    creator.made = 0  # type: ignore[attr-defined]


# --------------------------------------------------------------------------------------------------------- requests


@pytest.mark.parametrize(("scheme", "asked"), [("none", "None"), ("bearer", "full")])
def test_below_http_too_an_api_without_credentials_is_asked_without_one(scheme: Any, asked: str) -> None:
    session = SimpleNamespace(headers_for=lambda _, credential: (("As", str(credential)),))
    subject: Any = SimpleNamespace(contract=SimpleNamespace(auth=Auth(scheme)), world=SimpleNamespace(session=session))
    assert headers_as_sent(subject, Request("GET", "/"), "full") == (("As", asked),)


def test_a_parent_in_the_path_is_filled_in(bench: MakeBench) -> None:
    shelf = bench().subject("shelf")
    assert shelf.request("list").target == "/v1/teams/5/shelves"
    assert shelf.request("read", id=7).target == "/v1/teams/5/shelves/7"
    assert shelf.request("read", id="a/../b c").target == "/v1/teams/5/shelves/a%2F..%2Fb%20c"
    assert shelf.request("list", scope=shelf.scope("other")).target == "/v1/teams/6/shelves"
    assert "/teams/5/" not in shelf.request("list", scope=shelf.scope("none")).target


def test_a_parent_that_is_a_parameter_goes_where_it_belongs(bench: MakeBench) -> None:
    book = bench(creator).subject("book")
    assert book.scope() == {"team": 5, "shelf": 41}
    assert book.request("list").target == "/v1/books?shelf_id=41"
    assert book.request("delete", id=1, query=(("x", "y"),)).target == "/v1/books/1?shelf_id=41&x=y"
    created = book.request("create", body={"name": "a"})
    assert created.target == "/v1/books"
    assert json.loads(created.body or b"") == {"shelf_id": 41, "book": {"name": "a"}}
    updated = book.request("update", id=1, body={})
    assert json.loads(updated.body or b"") == {"shelf_id": 41, "book": {}}


def test_a_parent_can_be_left_out_or_given_otherwise(bench: MakeBench) -> None:
    book = bench(creator).subject("book")
    assert book.request("list", without=["shelf_id"]).target == "/v1/books"
    assert book.request("list", query=(("shelf_id", ""),)).target == "/v1/books?shelf_id="
    body = book.request("create", body={}, without=["shelf_id"], beside={"shelf_id": "x", "more": 1}).body
    assert json.loads(body or b"") == {"shelf_id": "x", "more": 1, "book": {}}


def test_a_parent_stands_beside_the_fields_where_there_is_no_envelope(bench: MakeBench) -> None:
    note = bench().subject("note")
    assert json.loads(note.request("create", body={"name": "a"}).body or b"") == {"team_id": 5, "name": "a"}


def test_headers_are_filled_in_by_the_scope(bench: MakeBench) -> None:
    made = bench(creator)
    assert made.subject("team").request("list").headers == ()
    assert made.subject("shelf").request("list").headers == (("X-Team", "5"),)
    assert dict(made.subject("book").request("list").headers) == {"X-Team": "5", "X-Shelf": "41"}
    own = made.subject("shelf").request("list", headers=(("x-team", "9"), ("Accept", "text/html")))
    assert own.headers == (("x-team", "9"), ("Accept", "text/html"))


def test_a_client_that_chooses_the_id_creates_by_put(bench: MakeBench) -> None:
    made = bench(lambda _: (201, {"text": "a"}))
    label = made.subject("label")
    reply = label.create({"text": "a"}, id="mine")
    assert (reply.exchange.request.method, reply.exchange.request.path) == ("PUT", "/v1/labels/mine")
    assert reply.id == "mine"


def test_symbols_are_resolved_in_what_is_sent(bench: MakeBench) -> None:
    made = bench(creator)
    reply = made.subject("shelf").create({"name": "{run} a", "pages": "{ref:team:0}"})
    assert reply.sent["name"].startswith("rpabcdef")
    assert reply.sent["name"].endswith(" a")
    assert reply.sent["pages"] == 5
    assert json.loads(reply.exchange.request.body or b"") == reply.sent


def test_text_is_sent_as_itself() -> None:
    assert encode({"a": "é😀"}) == '{"a":"é😀"}'.encode()
    assert encode({"a": "\ud800"}) == b'{"a":"\\ud800"}'


# ----------------------------------------------------------------------------------------------------------- answers


def reply_to(made: Bench, name: str, operation: str = "read", **options: Any) -> Reply:
    subject = made.subject(name)
    return subject.send(subject.request(operation, id=1), operation, **options)


@pytest.mark.parametrize(
    ("body", "entity"),
    [
        ({"data": {"id": 1}}, {"id": 1}),
        ({"id": 1}, None),
        ({"data": [1]}, None),
        ([{"id": 1}], None),
        (b"<html>", None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (None, None),
    ],
)
def test_an_entity_is_taken_out_of_its_envelope(body: Any, entity: Any, bench: MakeBench) -> None:
    made = bench(lambda request: (200, body) if "books" in request.path else (201, {"id": 3}))
    assert reply_to(made, "book").entity == entity


def test_entries_are_taken_out_of_their_envelope(bench: MakeBench) -> None:
    made = bench(lambda request: (200, {"items": [1]}) if "books" in request.path else (201, {"id": 3}))
    assert reply_to(made, "book", "list").entries == [1]
    assert reply_to(made, "shelf", "list").entries is None
    assert reply_to(bench(lambda _: (200, [1, 2])), "shelf", "list").entries == [1, 2]


def test_no_answer_has_nothing(bench: MakeBench) -> None:
    reply = reply_to(bench(lambda _: "timeout"), "shelf")
    assert (reply.status, reply.ok, reply.json, reply.entity, reply.header("X")) == (0, False, None, None, None)


@pytest.mark.parametrize(
    ("answer", "id"),
    [
        ((201, {"id": 9}), 9),
        ((201, {"name": "a"}, (("Location", "https://h/v1/teams/5/shelves/12"),)), 12),
        ((201, None, (("Location", "/v1/teams/5/shelves/12/"),)), 12),
        ((201, None, (("location", "/v1/shelves/abc"),)), "abc"),
        ((201, None), None),
        ((201, {"id": None}, (("Location", "/1"),)), None),
    ],
)
def test_an_id_is_found_wherever_the_answer_names_it(answer: Answer, id: Any, bench: MakeBench) -> None:
    assert bench(lambda _: answer).subject("shelf").create({"name": "a"}).id == id


def test_an_id_in_a_body_that_may_not_say_it_is_none(contract_of: Callable[[str], Any], bench: MakeBench) -> None:
    either = "    id: {type: integer, chosen_by: either}\n    operations: [list, create, read, replace]\n"
    contract = contract_of(CONTRACT.replace("    unique: [name]\n", either))
    answer: Answer = (201, None, (("Location", "/v1/teams/5/shelves/12"),))
    assert bench(lambda _: answer, contract=contract).subject("shelf").create({"name": "a", "id": 7}).id == 12


def test_links_are_read(bench: MakeBench) -> None:
    header = '</a?page=2>; rel="next", </a?page=9>; rel="last alternate"'
    reply = reply_to(bench(lambda _: (200, [], (("Link", header),))), "shelf", "list")
    assert links(reply) == {"next": "/a?page=2", "last": "/a?page=9", "alternate": "/a?page=9"}
    assert links(reply_to(bench(lambda _: (200, [])), "shelf", "list")) == {}


# --------------------------------------------------------------------------------------------------------- instances


def test_a_shared_instance_is_made_once(bench: MakeBench) -> None:
    made = bench(creator)
    assert made.subject("shelf").shared().id == made.subject("shelf").shared().id == 41
    assert made.subject("shelf").shared("1").id == 42
    assert [e.about.setup for e in made.session.exchanges] == ["shelf:0", "shelf:1"]


def test_a_shared_instance_that_could_not_be_made_is_not_tried_again(bench: MakeBench) -> None:
    made = bench(lambda _: (500, None))
    for _ in range(2):
        with pytest.raises(SetUpFailed, match="the create of a shelf answered 500"):
            made.subject("shelf").shared()
    assert [e.request.method for e in made.session.exchanges] == ["POST", "GET"]  # has it spoilt the list?


def test_a_throttle_that_cannot_be_waited_for_is_no_failure_and_what_it_was_for_is_tried_again(
    bench: MakeBench,
) -> None:
    answers = iter([429, 429])
    made = bench(lambda request: creator(request) if (status := next(answers, 0)) == 0 else (status, None))
    shelf = made.subject("shelf")
    with pytest.raises(NotTested, match="throttles"):
        shelf.list()
    with pytest.raises(NotTested, match="throttles"):
        shelf.shared()
    assert shelf.shared().id == 41


def test_what_was_seen_of_one_after_another_is_not_asked_of_several_at_once(bench: MakeBench) -> None:
    shelf = bench(creator).subject("shelf")
    must_be_promised(shelf, "unique")
    shelf.contract = replace(shelf.contract, learned=(Learned("shelf", "unique", "2026-11-28"),))
    with pytest.raises(NotTested, match="one request after another"):
        must_be_promised(shelf, "unique")
    shelf.contract = replace(shelf.contract, learned=(Learned("book", "unique", "2026-11-28"),))
    must_be_promised(shelf, "unique")


def test_a_parent_that_nobody_can_create_is_the_given_one(bench: MakeBench) -> None:
    made = bench()
    assert made.world.instances.get("team", "0").id == 5
    assert made.world.instances.get("team", "1").id == 6
    with pytest.raises(NotTested, match="the target names no id `foreign_team`"):
        made.subject("shelf").scope("foreign")
    assert made.session.exchanges == []


def test_a_given_parent_lives_in_the_given_one_above_it(bench: MakeBench, tmp_path: Path) -> None:
    own: dict[str, Any] = {"schema": "thing.json", "operations": ["list"]}
    paths = {"team": "/teams", "shelf": "/teams/{team}/shelves", "book": "/teams/{team}/shelves/{shelf}/books"}
    resources = {name: {**own, "path": path} for name, path in paths.items()}
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "places", "resources": resources}))
    (tmp_path / "thing.json").write_text(json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}}))
    ids = {"team": 5, "other_team": 6, "shelf": 7, "other_shelf": 8}
    made = bench(contract=load(tmp_path / "contract.yaml"), ids=ids)
    assert made.world.instances.get("shelf", "0").scope == {"team": 5}
    assert made.world.instances.get("shelf", "other").scope == {"team": 6}


def test_what_lies_in_what_it_refers_to_is_made_below_the_usual_parent(bench: MakeBench, tmp_path: Path) -> None:
    own: dict[str, Any] = {"schema": "thing.json", "operations": ["create", "read"]}
    country = {**own, "path": "/teams/{team}/countries"}
    city = {**own, "path": "/teams/{team}/cities", "references": {"of": {"to": "country"}}}
    references = {"of": {"to": "country"}, "in": {"to": "city", "within": "of"}}
    house = {**own, "path": "/teams/{team}/houses", "references": references}
    team = {"path": "/teams", "schema": "thing.json", "operations": ["list"]}
    resources = {"team": team, "country": country, "city": city, "house": house}
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "places", "resources": resources}))
    ids = {n: {"type": ["integer", "null"]} for n in ("of", "in")}
    properties = {"id": {"type": "integer", "readOnly": True}, **ids}
    (tmp_path / "thing.json").write_text(json.dumps({"type": "object", "properties": properties}))
    made = bench(creator, contract=load(tmp_path))
    assert made.world.instances.get("city", "apart").scope == {"team": 5}
    assert (
        json.loads(made.session.exchanges[-1].request.body or b"")["of"] == made.world.instances.get("country", "1").id
    )


def test_an_instance_of_its_own_lasts_for_an_item(bench: MakeBench) -> None:
    made = bench(creator)
    shelf = made.world.contract.resources["shelf"]
    first, again, other = (Subject(made.world, shelf, token=made.world.values.next_token(), item=i) for i in "aab")
    assert first.own().id == again.own().id
    assert other.own().id != first.own().id


# ------------------------------------------------------------------------------------------------------------- lists


def test_a_list_with_tokens_is_walked_to_its_end(bench: MakeBench) -> None:
    def server(request: Request) -> Answer:
        if "books" not in request.path:
            return 201, {"id": 3}
        after = int(dict(request.query).get("after", "0"))
        following = str(after + 2) if after < 4 else None
        return 200, {"items": [{"id": after}, {"id": after + 1}], "meta": {"next": following}}

    made = bench(server)
    book = made.subject("book")
    assert book.lists.ids(book.lists.walk((("kept", "1"),), size=2)) == [0, 1, 2, 3, 4, 5]
    asked = [e.request.query for e in made.session.exchanges if "books" in e.request.path]
    assert [dict(q).get("after") for q in asked] == [None, "2", "4"]
    assert all(dict(q)["kept"] == "1" and dict(q)["limit"] == "2" and dict(q)["shelf_id"] == "3" for q in asked)
    assert all(len(dict(q)) == len(q) for q in asked)


@pytest.mark.parametrize("following", ["/v1/books?after=2&shelf_id=3", "https://h/v1/books?shelf_id=3&after=2", "2"])
def test_a_next_page_is_a_link_or_a_token(following: str, bench: MakeBench) -> None:
    def server(request: Request) -> Answer:
        if "books" not in request.path:
            return 201, {"id": 3}
        last = "after" in dict(request.query)
        return 200, {"items": [{"id": 2 if last else 1}], "meta": {"next": None if last else following}}

    book = bench(server).subject("book")
    assert book.lists.ids(book.lists.walk()) == [1, 2]


def test_a_list_that_never_ends_is_left(bench: MakeBench) -> None:
    def server(request: Request) -> Answer:
        return (200, {"items": [{"id": 1}], "meta": {"next": "again"}}) if "books" in request.path else (201, {"id": 3})

    made = bench(server)
    made.subject("book").lists.walk()
    assert len(made.session.exchanges) < 500


def test_a_list_with_more_pages_than_one_walks_says_nothing(bench: MakeBench) -> None:
    def server(request: Request) -> Answer:
        if "books" not in request.path:
            return 201, {"id": 3}
        at = int(dict(request.query).get("after", "0"))
        return 200, {"items": [{"id": at}], "meta": {"next": str(at + 1)}}

    made = bench(server)
    for _ in range(2):  # the second time it is known
        with pytest.raises(NotTested, match=f"more than {MOST_PAGES} pages"):
            made.subject("book").lists.walk()
    assert len(made.session.exchanges) == 1 + MOST_PAGES  # the shelf, and one walk


@pytest.mark.parametrize(
    ("heeded", "asked"), [(True, [("id", "5")]), (False, [("id", "5"), ("after", "2"), ("after", "4")])]
)
def test_what_no_read_shows_is_looked_for_by_its_id_first(
    heeded: bool, asked: list[tuple[str, str]], contract_of: Callable[[str], Any], bench: MakeBench
) -> None:
    def server(request: Request) -> Answer:
        if "books" not in request.path:
            return 201, {"id": 3}
        query = dict(request.query)
        if heeded and "id" in query:
            return 200, {"items": [{"id": int(query["id"])}], "meta": {"next": None}}
        after = int(query.get("after", "0"))
        following = str(after + 2) if after < 4 and "id" not in query else None
        return 200, {"items": [{"id": after}, {"id": after + 1}], "meta": {"next": following}}

    own = "    path: /books\n    filters: {id: equals}\n    operations: [list, create, update]\n"
    made = bench(server, contract=contract_of(CONTRACT.replace("    path: /books\n", own)))
    found, _ = made.subject("book").lists.find(5)
    assert found is not None
    assert found["id"] == 5
    queries = [q for e in made.session.exchanges if "books" in e.request.path for q in e.request.query]
    assert [q for q in queries if q[0] in ("id", "after")] == asked


def test_a_page_without_entries_is_no_list(bench: MakeBench) -> None:
    with pytest.raises(SetUpFailed, match="without its entries"):
        bench(lambda _: (200, {"oops": 1})).subject("shelf").lists.walk()


def test_a_replace_leaves_what_never_changes_as_it_is(contract_of: Callable[[str], Any], bench: MakeBench) -> None:
    lasting = contract_of(CONTRACT + "    lenient: [text]\n    immutable: [text]\n")
    plain = bench(contract=lasting).subject("label").bodies.plain("text")
    label = bench(lambda _: (200, {"id": "x", "text": plain}), contract=lasting).subject("label")
    assert label.replace("x", {"text": plain}).sent == {"text": plain}, "no token in it"
    assert label.token in label.create({"text": plain}).sent["text"]


def test_a_replace_repeats_what_never_changes_as_requests_have_it(
    contract_of: Callable[[str], Any], bench: MakeBench
) -> None:
    lasting = contract_of(CONTRACT + "    immutable: [text]\n")
    label = bench(lambda _: (200, {"id": "x", "text": {"value": "there"}}), contract=lasting).subject("label")
    label.spec = replace(label.spec, reads_as={"text": "text.value"})
    assert label.replace("x", {"text": "here"}).sent == {"text": "there"}


ONCE = """
contract: shop
statuses: {malformed_id: 400, unknown_field: 406}
resources:
  shelf:
    path: /shelves
    schema: shelf.json
    operations: [create, read, replace]
    create_only: [pages]
    immutable: [name]
"""


def test_a_replace_does_not_hold_what_only_a_create_takes(contract_of: Callable[[str], Any], bench: MakeBench) -> None:
    made = bench(lambda _: (200, {"id": 7, "name": "a", "pages": 1}), contract=contract_of(ONCE))
    assert made.subject("shelf").replace(7, {"name": "a", "pages": 2}).sent == {"name": "a"}
    assert made.subject("shelf").replace(7, {"name": "a", "pages": 2}, as_is=True).sent == {"name": "a", "pages": 2}


def test_an_id_that_can_be_none_names_nothing(contract_of: Callable[[str], Any], bench: MakeBench) -> None:
    """A replace repeats what is immutable, which nothing shows under such an id; another 400 is no answer to that."""
    shelf = bench(lambda _: (400, {}), contract=contract_of(ONCE)).subject("shelf")
    assert shelf.observe("restproof").absent
    assert shelf.replace("restproof", {"name": "a"}).status == 400
    with pytest.raises(SetUpFailed):
        shelf.observe(7)
