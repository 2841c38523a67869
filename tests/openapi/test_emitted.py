"""Documents as tools emit them: what is read of each, and that an honest server behind it is never accused. By default
some of them in a hurry; with ``DOCUMENTS=all`` (``tox -e documents``) all, at ``ci``, and with what was
learned of them."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted import EMITTED
from tests.openapi.honest import Answer, Service, serving
from tests.openapi.running import run_document
from tests.openapi.shares import Subject, measured, promised, subjects, wrong
from tests.openapi.spoilt import FAULTS, Spoilt
from tests.openapi.test_sharing import shop

from restproof.contract.load import check
from restproof.contract.openapi.answers import shown_by
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.keywords import modern, plain
from restproof.contract.openapi.written import write
from restproof.contract.shapes import is_nullable

WHOLE = os.environ.get("DOCUMENTS") == "all"
SUBJECTS = {subject.name: subject for subject in subjects()}


def read(name: str) -> Imported:
    return imported(SUBJECTS[name].document, name)


def resource(name: str) -> dict[str, Any]:
    [found] = read(name).contract["resources"].values()
    return dict(found)


@pytest.mark.parametrize("name", EMITTED)
def test_what_is_written_lints(name: str, tmp_path: Path) -> None:
    found = read(name)
    assert check(write(found, tmp_path, name)) == []
    assert {*resource(name)["operations"]} >= {"list", "read", "delete"}


@pytest.mark.parametrize("name", EMITTED if WHOLE else ("azure", "discovery", "goa"))
def test_an_honest_server_is_not_accused(name: str, tmp_path: Path) -> None:
    profile = "ci" if WHOLE else "smoke"
    verdict = promised(SUBJECTS[name], tmp_path).run(EMITTED[name](), tmp_path / "run", profile)
    assert wrong(verdict) == []


def test_two_flows_of_one_kind_of_credential_are_one(tmp_path: Path) -> None:
    assert read("discovery").contract["auth"] == "bearer"


def test_what_words_say_of_a_member_that_only_the_server_sets_is_taken_at_its_word() -> None:
    properties = read("discovery").schemas["note.json"]["properties"]
    assert {n for n, s in properties.items() if s.get("readOnly")} == {"kind", "id", "etag", "size", "updated"}


def test_a_patch_that_takes_less_than_a_put_has_a_schema_of_its_own() -> None:
    schema = resource("azure")["schema"]
    assert schema == {"request": "widget-request.json", "update": "widget-update.json", "response": "widget.json"}
    assert list(read("azure").schemas["widget-update.json"]["properties"]) == ["tags"]


@pytest.mark.parametrize("name", ["hydra", "tsoa"])
def test_of_a_list_that_is_cut_in_an_unknown_way_the_first_page_is_judged(name: str) -> None:
    assert "paging" not in resource(name)
    assert "list" in resource(name)["open"]


def test_pages_are_counted_from_0_where_that_is_the_default() -> None:
    paging = resource("minimal")["paging"]
    assert (paging["page"], paging["first"], paging["size"]) == ("pageIndex", 0, "pageSize")
    assert resource("strapi")["paging"]["size"] == "pagination[pageSize]"


def test_a_variable_of_the_server_may_begin_with_a_slash() -> None:
    assert read("apigateway").contract["base_path"] == "/prod"


@pytest.mark.parametrize("name", ["nswag", "minimal"])
def test_a_put_that_needs_more_than_a_create_has_a_schema_of_its_own(name: str) -> None:
    found = resource(name)["schema"]
    needed = {side: {*read(name).schemas[file].get("required", ())} for side, file in found.items()}
    assert needed["replace"] > needed["request"]


def test_a_create_that_answers_nothing_is_one_where_the_client_chooses_the_id() -> None:
    task = resource("ktor")
    assert (task["id"]["field"], "create" in task["operations"]) == ("name", True)


class Nameless:
    """A service whose answer to a create leads to no id, or to it by a member of which its document says nothing; and
    whose list may show nothing, either."""

    def __init__(self, service: Service, *, shows: bool, is_listed: bool = True) -> None:
        self.service, self.shows, self.is_listed, self.made = service, shows, is_listed, 0

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Any, list[str]]:
        status, body, known = self.service.answer(method, target, headers, text)
        if (method, status) == ("POST", 201):
            self.made += 1
            id = body.headers["Location"].rpartition("/")[2]
            body = Answer({"id": id} if self.shows else None)
        if (method, status) == ("GET", 200) and "items" in body.body and not self.is_listed:
            body = Answer({"items": [], "total": 0})
        return status, body, known


@pytest.mark.parametrize(("shows", "is_listed"), [(True, True), (False, True), (False, False)])
def test_a_create_may_lead_to_the_id_where_the_document_is_silent(shows: bool, is_listed: bool, tmp_path: Path) -> None:
    assert resource("quarkus")["open"] == ["unique", "rules", "replace", "id", "totals"]
    service = Nameless(EMITTED["quarkus"](), shows=shows, is_listed=is_listed)
    verdict = promised(SUBJECTS["quarkus"], tmp_path).run(service, tmp_path / "run", "smoke")  # type: ignore[arg-type]
    assert wrong(verdict) == []
    told = {r.requirement: r for r in verdict.results if r.operation == "create"}
    assert told["create.answers-created"].outcome == ("pass" if is_listed else "not tested")
    assert is_listed or "leads to no id" in told["create.answers-created"].message
    assert is_listed is (service.made > 1)


def test_what_a_create_does_not_name_is_found_and_taken_away(tmp_path: Path) -> None:
    service = EMITTED["quarkus"]()
    nameless = Nameless(service, shows=False)
    silent = replace(service, routes=service.routes)
    silent.answer = nameless.answer  # type: ignore[method-assign]
    with serving(silent) as url:
        ran = run_document(SUBJECTS["quarkus"].document, url, tmp_path / "run", "--profile", "smoke")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (nameless.made > 1, service.store("fruit")) == (True, {})


def test_that_other_answers_have_a_body_is_no_promise_to_refuse_what_is_wrong() -> None:
    assert read("encore").contract["statuses"]["invalid"] == ["2xx", "4xx"]
    assert "invalid" not in resource("encore").get("statuses", {})
    assert "invalid" not in resource("encore")["operations"]["create"].get("statuses", {})


def test_what_an_example_shows_to_be_null_may_be_null_where_it_is_shown() -> None:
    files = {side: read("scribe").schemas[file]["properties"] for side, file in resource("scribe")["schema"].items()}
    assert files["response"]["published_at"]["type"] == ["string", "null"]
    assert files["response"]["title"]["type"] == files["request"]["title"]["type"] == "string"


TEXT = {"type": "string"}
EXAMPLES = [
    ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": None}, "a"),
    ({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}}, [{}, {"a": None}], "a"),
    ({"type": "object", "properties": {"a": {"type": ["string", "null"]}}}, {"a": None}, ""),
    ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "", "b": None}, ""),
]


@pytest.mark.parametrize(("schema", "example", "marked"), EXAMPLES)
def test_an_example_beside_a_schema_shows_null_too(schema: dict[str, Any], example: Any, marked: str) -> None:
    for found in (shown_by(schema, [example]), shown_by({**schema, "examples": [example]}, [])):
        inner = found.get("items", found)["properties"]
        assert [n for n, s in inner.items() if "x-restproof-null" in s] == [*marked]


def test_of_a_text_whose_default_is_null_nothing_is_said_of_null() -> None:
    assert modern_and_plain({"type": "string", "default": None})["x-restproof-null"] == "open"
    assert "x-restproof-null" not in modern_and_plain({"type": "string", "nullable": True, "default": None})


@pytest.mark.parametrize("parts", [{"allOf": [TEXT]}, {"oneOf": [TEXT, {"type": "integer"}]}])
def test_of_what_is_said_in_parts_neither(parts: dict[str, Any], tmp_path: Path) -> None:
    document = shop()
    document["components"]["schemas"]["Order"]["properties"]["tag"] = {**parts, "default": None}
    (tmp_path / "shop.json").write_text(json.dumps(document), encoding="utf-8")
    found = imported(tmp_path / "shop.json", "shop").schemas
    asked, shown = (found[file]["properties"]["tag"] for file in ("order-request.json", "order.json"))
    assert (asked["x-restproof-null"], is_nullable(shown)) == ("open", True)


def modern_and_plain(schema: dict[str, Any]) -> dict[str, Any]:
    return plain(modern(schema))[0]


def test_decimals_are_written_as_all_write_them_where_they_may_be_null_too() -> None:
    files = {side: read("yasg").schemas[file] for side, file in resource("yasg")["schema"].items()}
    assert files["request"]["properties"]["price"]["pattern"]


@pytest.mark.parametrize("fault", [*FAULTS][:3])
def test_a_fault_is_seen_from_the_document_alone(fault: str, tmp_path: Path) -> None:
    spoilt = Spoilt(EMITTED["springdoc"](), fault)
    assert wrong(promised(SUBJECTS["springdoc"], tmp_path).run(spoilt, tmp_path / "run", "smoke"))
    assert spoilt.did


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="tox -e documents tries it")
@pytest.mark.parametrize("number", range(len(SUBJECTS)), ids=list(SUBJECTS))
def test_healthy_services_are_not_accused_of_what_was_learned_of_them(number: int, tmp_path: Path) -> None:
    accused, _ = measured(list[Subject](SUBJECTS.values())[number], number * 7, tmp_path)
    assert accused == []
