"""Documents in styles that few write: what is read of each, and that an honest server behind it is never accused. By
default what is written is looked at, and one server is asked a little; with ``DOCUMENTS=all`` (``tox -e documents``)
all of them in both profiles, and their faults are seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import serving
from tests.openapi.running import run_document
from tests.openapi.unusual import UNUSUAL

from restproof.contract.load import check
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.written import write

FOLDER = Path(__file__).parent / "unusual"
WHOLE = os.environ.get("DOCUMENTS") == "all"
FAULTS = {
    "depots": "loses put-lost keeps foreign odd-state types required",
    "rooms": "forgets no-location odd-open clears types required",
    "seats": "default keeps types",
    "rpc": "user-shape item-shape health types",
    "albums": "skips open leaks",
    "forms": "loses keeps types",
    "orders": "update-lost skips types",
    "hal": "loses put-lost",
    "notebooks": "loses put-lost keeps foreign",
    "volumes": "skips loses put-lost",
    "products": "total loses put-lost types required",
    "vehicles": "skips loses keeps types",
    "salons": "loses put-lost keeps clears types open",
    "calls": "loses put-lost keeps types required",
    "asked": "loses put-lost keeps types required",
    "verbs": "loses put-lost keeps types required",
    "places": "loses put-lost keeps skips stars types required",
    "deeds": "put-lost keeps types required",
    "chosen": "elsewhere put-lost keeps types required",
}
"""What each service can do wrong and is seen from its document alone."""
FORM = "application/x-www-form-urlencoded"


def read(name: str) -> Imported:
    return imported(FOLDER / f"{name}.yaml", name)


def resources(name: str) -> dict[str, Any]:
    found: dict[str, Any] = read(name).contract["resources"]
    return found


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_written_lints(name: str, tmp_path: Path) -> None:
    assert check(write(read(name), tmp_path, f"{name}.yaml")) == []


def test_what_is_said_by_reference_and_by_all_of_several_is_read() -> None:
    found = read("depots")
    assert found.contract["base_path"] == "/live/v1"
    assert found.contract["resources"]["depot"]["operations"].keys() == {"list", "create", "read", "replace", "delete"}
    schema = found.schemas["depot.json"]
    assert set(schema["properties"]) == {"id", "createdAt", "name", "city", "docks"}
    assert schema["properties"]["createdAt"]["readOnly"] is True
    assert "name" in schema["required"]
    assert found.contract["resources"]["parcel"]["path"] == "/depots/{depot}/parcels"


def test_a_parameter_that_names_no_resource_is_filled_in() -> None:
    found = resources("seats")
    assert found["hall"]["path"] == "/v1/halls"
    assert found["guest"]["path"] == "/v1/halls/{hall}/guests"
    assert found["guest"]["id"] == {"field": "guest", "chosen_by": "client"}


def test_an_answer_by_default_alone_is_read_and_a_put_that_may_replace_is_no_update() -> None:
    found = resources("notebooks")
    assert found["notebook"]["operations"].keys() == {"list", "create", "read", "replace", "delete"}
    assert found["notebook"]["volatile"] == ["version"]
    assert "replace" in found["notebook"]["open"]
    assert found["page"]["path"] == "/notebooks/{notebook}/pages"


def test_entries_of_another_parent_are_seen_where_numbers_begin_anew_below_each(tmp_path: Path) -> None:
    only = ("--profile", "smoke", "--resource", "page", "--only", "list.own-scope")
    with serving(UNUSUAL["notebooks"](frozenset(["foreign"]))) as url:
        told = run_document(FOLDER / "notebooks.yaml", url, tmp_path / "run", *only)
    assert told.returncode == 1, told.stdout + told.stderr


@pytest.mark.parametrize(("fault", "rule"), [("keeps", "delete.siblings"), ("put-lost", "replace.siblings")])
def test_whoever_writes_first_where_no_path_names_it_tells_what_came_of_it(
    fault: str, rule: str, tmp_path: Path
) -> None:
    only = ("--profile", "smoke", "--only", rule)
    with serving(UNUSUAL["asked"](frozenset([fault]))) as url:
        told = run_document(FOLDER / "asked.yaml", url, tmp_path / "run", *only)
    assert told.returncode == 1, told.stdout + told.stderr


def test_forms_are_forms_and_a_post_that_changes_is_an_update() -> None:
    ticket = resources("forms")["ticket"]
    assert ticket["operations"]["create"]["media"] == {"request": FORM, "nested": "dots"}
    assert ticket["operations"]["update"]["media"] == {"request": FORM, "nested": "dots"}
    assert ticket["methods"] == {"update": "POST"}


def test_what_may_be_missing_is_left_out_and_an_answer_without_members_is_a_receipt() -> None:
    found = resources("salons")
    assert found.keys() == {"client", "visit", "photo", "remark"}
    assert {"it opens a WebSocket", "its words say that it depends on how the service is set up"} <= {
        one.what.partition(": ")[2] for one in read("salons").left_out
    }
    assert found["client"]["operations"]["update"]["returns"] == "minimal"
    assert "text" in read("salons").schemas["remark.json"]["required"]


def test_an_honest_server_whose_records_stand_inside_of_others_is_not_accused(tmp_path: Path) -> None:
    rules = ("create.answers-created", "create.reads-back", "update.answers-ok", "read.answers-ok")
    conforms("salons", tmp_path / "run", "--profile", "smoke", *(word for rule in rules for word in ("--only", rule)))


def test_a_search_is_the_list_of_a_collection_that_has_no_other() -> None:
    order = resources("orders")["order"]
    assert order["operations"]["list"]["path"] == "/orders/search"
    assert order["methods"] == {"list": "POST"}
    assert order["envelope"] == {"list": "items"}
    assert order["paging"] == {
        "style": "token",
        "token": "cursor",
        "next_field": "next_cursor",
        "size": "limit",
        "default": 25,
        "max": 100,
        "over_max": "unspecified",
    }


def test_what_else_an_item_has_by_post_stays_beside_a_search(tmp_path: Path) -> None:
    text = (FOLDER / "orders.yaml").read_text(encoding="utf-8")
    poked = "    post: {summary: Poke it, responses: {'204': {description: done}}}"
    file = tmp_path / "orders.yaml"
    file.write_text(text.replace("    patch:\n", f"{poked}\n    patch:\n", 1), encoding="utf-8")
    order = imported(file, "orders").contract["resources"]["order"]
    assert order["methods"] == {"list": "POST"}
    assert order["other_methods"] == {"item": ["POST"]}


def test_entries_stand_in_an_object_beside_links_and_pages() -> None:
    book = resources("hal")["book"]
    assert book["envelope"] == {"list": "/_embedded/books", "empty_list": "absent"}
    assert book["paging"]["total_field"] == "/page/totalElements"


def test_answers_that_hold_a_resource_in_several_places_are_each_opened() -> None:
    found = resources("places")
    assert found["place"]["envelope"] == {
        "request": "place",
        "response": "place",
        "list": "places",
        "empty_list": "absent",
    }
    assert found["place"]["operations"]["create"]["envelope"] == {"response": ""}
    assert found["visit"]["operations"]["create"]["envelope"] == {"response": "visit"}
    assert found["visit"]["references"] == {"placeId": {"to": "place"}}
    assert read("places").schemas["visit.json"]["properties"]["place"]["readOnly"] is True


def test_an_honest_server_whose_answers_differ_in_their_envelopes_is_not_accused(tmp_path: Path) -> None:
    rules = ("create.answers-created", "read.answers-ok", "create.reads-back", "delete.is-gone")
    conforms("places", tmp_path / "run", "--profile", "smoke", *(word for rule in rules for word in ("--only", rule)))


def test_a_form_holds_no_objects_where_nothing_says_how(tmp_path: Path) -> None:
    text = (FOLDER / "forms.yaml").read_text(encoding="utf-8")
    csv = "{name: tags, in: formData, type: array, items: {type: string}}"
    several = "{name: seen_by, in: formData, type: array, collectionFormat: multi, items: {type: string}}"
    first = "        - {name: subject, in: formData, type: string, required: true"
    file = tmp_path / "forms.yaml"
    file.write_text(text.replace(first, f"        - {csv}\n        - {several}\n{first}"), encoding="utf-8")
    sent = imported(file, "forms").schemas["ticket-request.json"]["properties"]
    assert "tags" not in sent
    assert sent["seen_by"]["type"] == "array"


def test_an_honest_server_that_is_searched_is_not_accused_of_its_creates(tmp_path: Path) -> None:
    conforms("orders", tmp_path / "run", "--profile", "smoke", "--only", "create.is-listed")


def conforms(name: str, out: Path, *options: str) -> None:
    with serving(UNUSUAL[name](frozenset())) as url:
        told = run_document(FOLDER / f"{name}.yaml", url, out, *options)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="tox -e documents runs them all")
@pytest.mark.parametrize("profile", ["smoke", "ci"])
@pytest.mark.parametrize("name", UNUSUAL)
def test_an_honest_server_is_not_accused(name: str, profile: str, tmp_path: Path) -> None:
    conforms(name, tmp_path / "run", "--profile", profile)


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="tox -e documents runs them all")
@pytest.mark.parametrize(("name", "fault"), [(n, f) for n, some in FAULTS.items() for f in some.split()])
def test_what_a_server_does_wrong_is_seen(name: str, fault: str, tmp_path: Path) -> None:
    with serving(UNUSUAL[name](frozenset([fault]))) as url:
        told = run_document(FOLDER / f"{name}.yaml", url, tmp_path / "run", "--profile", "smoke")
    assert told.returncode == 1, told.stdout + told.stderr


def test_a_create_names_the_id_that_it_chooses_in_its_path_or_its_query() -> None:
    found = resources("chosen")
    assert found["user"]["id"] == {"field": "name", "chosen_by": "client", "pattern": "[a-z][a-z0-9]{2,40}"}
    assert found["user"]["operations"]["create"]["path"] == "/users/{id}"
    assert found["book"]["id"]["chosen_by"] == "client"
    assert found["book"]["operations"]["create"]["query"] == {"bookId": "{id}"}
