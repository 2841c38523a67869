"""The bundled contract says what its API is known to do, fact by fact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from restproof.bundle import bundled_dir
from restproof.contract.language import language_schema
from restproof.contract.load import check, load
from restproof.contract.model import ANY, Contract, DerivedAlternative
from restproof.contract.rules import Never, Ordered

ROOT = bundled_dir()
SCHEMAS = sorted((ROOT / "schemas" / "procore").glob("*.json"))
FIVE = ("list", "create", "read", "update", "delete")
FOUR = ("list", "create", "read", "update")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load(ROOT / "contracts" / "procore")


def test_it_has_no_problems() -> None:
    assert check(ROOT / "contracts" / "procore") == []


def test_it_keeps_to_the_published_schema_of_the_language() -> None:
    Draft202012Validator.check_schema(language_schema())
    said = yaml.safe_load((ROOT / "contracts" / "procore" / "contract.yaml").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(language_schema()).iter_errors(said)) == []


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda f: f.name)
def test_every_schema_is_valid_2020_12_and_described(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]


def test_no_schema_that_a_reader_sees_holds_a_ref(contract: Contract) -> None:
    for resource in contract:
        assert '"$ref"' not in json.dumps(resource.schema)
        assert "$defs" not in resource.schema


@pytest.mark.parametrize(
    ("name", "path", "operations", "envelope", "unique"),
    [
        ("company", "/companies", ("list",), None, ()),
        ("project", "/projects", FOUR, "project", (("name",),)),
        ("office", "/offices", FIVE, "office", (("name",),)),
        ("department", "/departments", FIVE, "department", (("name",),)),
        ("program", "/companies/{company}/programs", FIVE, "program", (("name",),)),
        ("project_stage", "/companies/{company}/project_stages", FIVE, "project_stage", (("name",),)),
        ("project_type", "/companies/{company}/project_types", FIVE, "project_type", (("name",),)),
        ("rfi", "/projects/{project}/rfis", FOUR, "rfi", ()),
    ],
)
def test_the_eight_resources(
    contract: Contract, name: str, path: str, operations: tuple[str, ...], envelope: str | None, unique: tuple[Any, ...]
) -> None:
    resource = contract.resources[name]
    assert len(contract.resources) == 8
    assert (resource.path, resource.operations, resource.unique) == (path, operations, unique)
    assert resource.envelope.request == envelope
    assert resource.envelope.response is None
    assert resource.envelope.list is None


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        *(("listed", {200}), ("read", {200}), ("updated", {200}), ("created", {201}), ("deleted", {200, 204})),
        *(
            ("malformed", {400}),
            ("envelope", {400}),
            ("missing_parent", {400}),
            ("invalid", {400}),
            ("bad_page", {400}),
        ),
        *(("bad_filter", {400}), ("unstorable", {400}), ("missing_credential", {401}), ("bad_credential", {401})),
        *(("forbidden", {403}), ("absent", {404}), ("malformed_id", {404}), ("absent_parent", {404})),
        *(("malformed_parent", {404}), ("mistyped_parent", {400}), ("unknown_path", {404}), ("gone", {404})),
        *(("repeat_delete", {404}), ("wrong_parent", {403, 404}), ("foreign", {403, 404}), ("unsupported", {404, 405})),
        *(
            ("unknown_field", {406}),
            ("server_set", {406}),
            ("unknown_query", {406}),
            ("conflict", {409}),
            ("rule", {422}),
        ),
        *(("reference", {422}), ("bad_reference", {400, 422}), ("throttled", {429}), ("unsupported_media", {400, 415})),
        *(("too_large", {413}), ("uri_too_long", set(range(400, 500)))),
    ],
)
def test_statuses(contract: Contract, case: str, codes: set[int]) -> None:
    for resource in contract:
        assert {c for c in range(100, 600) if c in resource.status(case)} == codes, resource.name


def test_a_parent_out_of_reach(contract: Contract) -> None:
    assert str(contract.resources["office"].status("forbidden_parent")) == "403"
    assert str(contract.resources["rfi"].status("forbidden_parent")) == "403 or 404"


def test_transport_credentials_headers_and_limits(contract: Contract) -> None:
    assert (contract.base_path, contract.transport, contract.auth.scheme) == ("/rest/v1.0", "https", "bearer")
    assert contract.headers == {"Procore-Company-Id": "{company}"}
    assert contract.ancestors(contract.resources["company"]) == ()
    assert contract.ancestors(contract.resources["rfi"]) == ("company", "project")
    assert contract.given == ("company",)
    assert contract.rate_limit is not None
    assert contract.rate_limit.reset == "X-Rate-Limit-Reset"
    assert contract.max_body == 1024 * 1024
    assert contract.order == (
        *("missing_credential", "throttled", "unsupported", "forbidden", "absent", "malformed"),
        *("unknown_field", "invalid", "rule", "conflict"),
    )
    assert "not affiliated" in contract.title


def test_lists_page_sort_and_filter(contract: Contract) -> None:
    for resource in contract:
        paging = resource.paging
        assert (paging.style, paging.page, paging.size, paging.default, paging.max) == (
            "page",
            "page",
            "per_page",
            100,
            1000,
        )
        assert (paging.over_max, paging.total, paging.size_header, paging.links) == (
            "refused",
            "Total",
            "Per-Page",
            True,
        )
        assert resource.filters["id"].field == "id"
    assert contract.resources["project"].query.filter.format(name="id") == "filters[id]"
    assert contract.resources["project"].query.descending.format(field="name") == "-name"
    project = contract.resources["project"]
    assert project.sort == ("name", "created_at", "updated_at")
    assert contract.resources["rfi"].sort == ("subject", "created_at")
    assert {r.sort for r in contract if r.name not in ("project", "rfi")} == {("name",)}
    assert set(project.filters) == {"id", "name", "by_status"}
    assert project.filters["by_status"].values == {"All": ANY, "Active": True, "Inactive": False}


def test_projects_behave(contract: Contract) -> None:
    project = contract.resources["project"]
    assert project.rules == (
        Ordered("estimated_start_date", "estimated_completion_date"),
        Ordered("actual_start_date", "projected_finish_date"),
    )
    assert project.derived == {
        "display_name": (
            DerivedAlternative("{project_number} - {name}", ("project_number",)),
            DerivedAlternative("{name}"),
        )
    }
    assert project.touched == ("updated_at",)
    assert project.immutable == ("id", "logo_url", "created_at")
    assert {f: (r.to, r.reads_as, r.many, r.on_delete) for f, r in project.references.items()} == {
        "department_ids": ("department", "departments[].id", True, "clear"),
        "office_id": ("office", "office.id", False, "clear"),
        "project_stage_id": ("project_stage", "project_stage.id", False, "clear"),
        "project_type_id": ("project_type", "project_type.id", False, "clear"),
        "program_id": ("program", "program.id", False, "clear"),
    }


def test_rfis_behave(contract: Contract) -> None:
    rfi = contract.resources["rfi"]
    assert rfi.rules == (Never("status", "closed", "draft"),)
    assert rfi.create_only == ("question",)
    assert rfi.reads_as == {"question": "questions[]"}
    assert "question" not in rfi.shapes.update["properties"]
    assert "question" not in rfi.shapes.response["properties"]


FULL_PROJECT = {
    "name": "Harbour Bridge",
    "description": "Four lanes, two footpaths",
    "address": "12 Quay Street",
    "city": "Ventura",
    "zip": "93001",
    "department_ids": [1, 2],
    "project_number": "B-7",
    "estimated_start_date": "2026-03-02",
    "estimated_completion_date": "2026-09-30",
}


@pytest.mark.parametrize(
    ("resource", "body", "valid"),
    [
        ("project", FULL_PROJECT, True),
        ("project", {}, False),
        ("project", {"name": ""}, False),
        ("project", {"name": " \t\r\n"}, False),
        ("project", {"name": "x" * 255}, True),
        ("project", {"name": "x" * 256}, False),
        ("project", {"name": "😀" * 255}, True),
        ("project", {"name": None}, False),
        ("project", {"name": "a", "phone": None, "zip": "", "square_feet": 0, "flag": None}, True),
        ("project", {"name": "a", "city": "x" * 65535}, True),
        ("project", {"name": "a", "city": "x" * 65536}, False),
        ("project", {"name": "a", "square_feet": -1}, False),
        ("project", {"name": "a", "latitude": 90, "longitude": -180}, True),
        ("project", {"name": "a", "latitude": 90.5}, False),
        ("project", {"name": "a", "longitude": 180.5}, False),
        ("project", {"name": "a", "flag": "Blue"}, False),
        ("project", {"name": "a", "active": None}, False),
        ("project", {"name": "a", "state_code": "CA", "country_code": "US"}, True),
        ("project", {"name": "a", "state_code": "ca"}, False),
        ("project", {"name": "a", "country_code": "USA"}, False),
        ("project", {"name": "a", "department_ids": [1, 1]}, False),
        ("project", {"name": "a", "department_ids": None}, False),
        ("project", {"name": "a", "office_id": None}, True),
        ("project", {"name": "a", "office_id": "1"}, False),
        ("project", {"name": "a", "id": 1}, False),
        ("project", {"name": "a", "display_name": "b"}, False),
        ("project", {"name": "a", "estimated_start_date": "2.3.2026"}, False),
        ("office", {"name": "a", "fax": None, "division": "b"}, True),
        ("department", {"name": "a", "origin_id": "1", "origin_data": None}, True),
        ("program", {"name": "a", "website": "https://www.example.com/a?b=c#d"}, True),
        ("program", {"name": "a", "website": "example.com"}, False),
        ("program", {"name": "a", "website": "https://exam ple.com"}, False),
        ("project_stage", {"name": "a", "category": "canceled", "is_bidding_stage": True}, True),
        ("project_stage", {"name": "a", "category": "none"}, False),
        ("project_type", {"name": "a", "color": "b"}, False),
        ("rfi", {"subject": "a", "question": {"body": "b"}}, True),
        ("rfi", {"subject": "a"}, False),
        ("rfi", {"subject": "a", "question": {"body": " "}}, False),
        ("rfi", {"subject": "a", "question": {"body": "b", "more": 1}}, False),
        ("rfi", {"subject": "a", "question": {"body": "b"}, "status": None}, False),
        (
            "rfi",
            {"subject": "a", "question": {"body": "b"}, "due_date": None, "reference": None, "private": True},
            True,
        ),
    ],
)
def test_create_bodies(contract: Contract, resource: str, body: dict[str, Any], valid: bool) -> None:
    validator = Draft202012Validator(
        dict(contract.resources[resource].shapes.create), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    assert validator.is_valid(body) is valid


def test_defaults(contract: Contract) -> None:
    found = {r.name: {n: p["default"] for n, p in r.properties.items() if "default" in p} for r in contract}
    assert {name: defaults for name, defaults in found.items() if defaults} == {
        "project": {"active": True, "department_ids": []},
        "project_stage": {"is_bidding_stage": False},
        "rfi": {"status": "draft", "private": False},
    }


def test_a_full_answer_matches(contract: Contract) -> None:
    short = {"id": 5, "name": "Commercial"}
    answer = {
        **dict.fromkeys(("latitude", "longitude", "state_code", "country_code", "square_feet", "flag", "phone")),
        **{k: v for k, v in FULL_PROJECT.items() if k != "department_ids"},
        **dict.fromkeys(("public_notes", "actual_start_date", "projected_finish_date")),
        "id": 90000000001,
        "logo_url": "",
        "display_name": "B-7 - Harbour Bridge",
        "active": True,
        "office": None,
        "project_stage": short,
        "project_type": short,
        "program": short,
        "departments": [short],
        "created_at": "2026-02-14T07:05:40Z",
        "updated_at": "2026-02-14T07:05:41Z",
    }
    validator = Draft202012Validator(dict(contract.resources["project"].shapes.response))
    assert list(validator.iter_errors(answer)) == []
    assert not validator.is_valid({**answer, "updated_at": "2026-02-14T07:05:41+02:00"})
    assert not validator.is_valid({k: v for k, v in answer.items() if k != "office"})
    assert validator.is_valid({**answer, "more": 1})


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"errors": "no"}, True),
        ({"errors": ["no"]}, True),
        ({"errors": {"name": ["is taken"]}}, True),
        ({"errors": {"name": "is taken"}}, False),
        ({"message": "no"}, True),
        ({"error": "no"}, True),
        ({}, False),
        ({"detail": "no"}, False),
        ("no", False),
    ],
)
def test_error_bodies(contract: Contract, body: object, valid: bool) -> None:
    assert contract.errors is not None
    assert Draft202012Validator(dict(contract.errors)).is_valid(body) is valid
