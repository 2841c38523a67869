"""Documents as tools emit them: what is read of each, and that an honest server behind it is never accused. By default
some of them in a hurry; with ``DOCUMENTS=all`` (``tox -e documents``) all, at ``ci``, and with what was
learned of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted import EMITTED
from tests.openapi.shares import Subject, measured, promised, subjects, wrong
from tests.openapi.spoilt import FAULTS, Spoilt

from restproof.contract.load import check
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.written import write

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
    assert resource(name)["operations"].keys() >= {"list", "read", "delete"}


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
