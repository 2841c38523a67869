"""Faults: each can be switched on, breaks what it says, and never a resource that it was not meant for."""

from __future__ import annotations

import re

import pytest

from restproof.errors import ConfigurationError
from restproof.sandbox.faults import catalogue

from .client import Construction

MADE_ELSEWHERE = ("advice",)
"""Where factories of faults for several families stand."""


def test_every_fault_installs_and_leaves_a_server_that_answers() -> None:
    for name in catalogue():
        api = Construction((name,))
        statuses = [
            api("GET", "/companies").status,
            api("POST", "/offices", {"company_id": api.company, "office": {"name": "North"}}).status,
            api("GET", "/offices", company_id=api.company).status,
        ]
        assert all(s < 500 for s in statuses), name


def test_names_and_requirements_are_well_formed() -> None:
    for name, fault in catalogue().items():
        assert name == fault.name
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", fault.requirement)
        assert fault.summary


def test_an_unknown_fault_or_resource_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no fault 'nonsense'"):
        Construction(("nonsense",))
    with pytest.raises(ConfigurationError, match="no resource 'nonsense'"):
        Construction(("create-answers-200:nonsense",))


def test_a_fault_can_be_kept_to_one_resource() -> None:
    api = Construction(("create-answers-200:office",))
    assert api("POST", "/offices", {"company_id": api.company, "office": {"name": "x"}}).status == 200
    assert api("POST", "/projects", {"company_id": api.company, "project": {"name": "x"}}).status == 201


def test_a_fault_of_one_resource_spares_the_others_before_the_route_is_found() -> None:
    api = Construction(("missing-credential-accepted:office",))
    assert api("GET", "/offices", credential=None, company_id=api.company).status == 200
    assert api("GET", "/companies", credential=None).status == 401


def test_a_fault_can_be_kept_to_one_field() -> None:
    for fault in ("text-cut-at-255", "text-cut-at-255:office", "text-cut-at-255:office.address"):
        office = Construction((fault,)).office("North", address="y" * 256, city="z" * 256)
        spared = fault.endswith(".address")
        assert (office["address"], office["city"]) == ("y" * 255, "z" * (256 if spared else 255)), fault


def test_a_field_can_be_singled_out_of_checks_coercions_filters_and_order() -> None:
    api = Construction(("max-length-off-by-one:office.name",))
    for fields, status in (({"name": "n" * 256}, 201), ({"name": "x", "city": "c" * 65_536}, 400)):
        assert api("POST", "/offices", {"company_id": api.company, "office": fields}).status == status
    api = Construction(("coerces-integers:project.square_feet", "sort-ignored:project.name"))
    assert api.project(name="b", square_feet="5")["square_feet"] == 5
    api.clock.now += 1
    api.project(name="a")
    assert [p["name"] for p in api("GET", "/projects", company_id=api.company, sort="name").json] == ["b", "a"]
    assert [p["name"] for p in api("GET", "/projects", company_id=api.company, sort="-created_at").json] == ["a", "b"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("update-not-stored:office.nonsense", "the resource 'office' has no field 'nonsense'"),
        ("no-date:office.name", "cannot be kept to the field 'name'"),
    ],
)
def test_a_field_that_cannot_be_singled_out_is_refused(fault: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Construction((fault,))


def test_each_fault_stands_in_the_module_of_the_family_of_its_requirement() -> None:
    for fault in catalogue().values():
        module = fault.install.__module__.rpartition(".")[2]
        assert (module in MADE_ELSEWHERE) or module.partition("_")[0] == fault.requirement.partition(".")[0], fault.name


def test_create_not_stored() -> None:
    api = Construction(("create-not-stored",))
    project = api.project()
    assert api("GET", f"/projects/{project['id']}", company_id=api.company).status == 404


def test_update_resets_unnamed() -> None:
    api = Construction(("update-resets-unnamed",))
    project = api.project(city="Bern")
    assert api.patch(project, name="x").json["city"] is None


def test_null_ignored() -> None:
    api = Construction(("null-ignored",))
    assert api.patch(api.project(city="Bern"), city=None).json["city"] == "Bern"


def test_coercion() -> None:
    api = Construction(("coerces-integers",))
    assert api.project(square_feet="5")["square_feet"] == 5


def test_max_length_off_by_one() -> None:
    api = Construction(("max-length-off-by-one",))
    assert api.office("x" * 256)["name"] == "x" * 256
    assert api("POST", "/offices", {"company_id": api.company, "office": {"name": "x" * 257}}).status == 400


def test_enum_unchecked_on_update() -> None:
    api = Construction(("enum-unchecked-on-update",))
    assert api.patch(api.project(), flag="Blue").json["flag"] == "Blue"
    body = {"company_id": api.company, "project": {"name": "b", "flag": "Blue"}}
    assert api("POST", "/projects", body).status == 400


def test_read_only_settable() -> None:
    api = Construction(("server-field-settable",))
    assert api.project(logo_url="mine")["logo_url"] == "mine"


def test_unknown_field_ignored() -> None:
    api = Construction(("unknown-field-ignored",))
    assert "zzz" not in api.project(zzz=1)


def test_rule_and_reference_unchecked() -> None:
    api = Construction(("rule-unchecked-on-update", "reference-unchecked"))
    dates = {"estimated_start_date": "2024-02-01", "estimated_completion_date": "2024-01-01"}
    assert api.patch(api.project(), office_id=7, **dates).status == 200


def test_uniqueness_faults() -> None:
    api = Construction(("rename-unchecked",))
    api.office("North")
    south = api.office("South")
    body = {"company_id": api.company, "office": {"name": "North"}}
    assert api("PATCH", f"/offices/{south['id']}", body).status == 200
    assert api("POST", "/offices", body).status == 409
    api = Construction(("duplicate-accepted",))
    assert api.office("North")["id"] != api.office("North")["id"]


def test_delete_faults() -> None:
    api = Construction(("delete-stays-listed",))
    office = api.office()
    api("DELETE", f"/offices/{office['id']}", company_id=api.company)
    assert api("GET", "/offices", company_id=api.company).json == [office]
    api = Construction(("second-delete-500",))
    office = api.office()
    where = f"/offices/{office['id']}"
    assert [api("DELETE", where, company_id=api.company).status for _ in range(2)] == [200, 500]


def test_access_faults() -> None:
    api = Construction(("read-only-deletes", "foreign-reads", "no-challenge"))
    office = api.office()
    where = f"/offices/{office['id']}"
    assert api("GET", where, credential="foreign", company_id=api.company).json == office
    assert api("DELETE", where, credential="read_only", company_id=api.company).status == 200
    assert "www-authenticate" not in api("GET", where, credential=None).headers


def test_limit_faults() -> None:
    api = Construction(("no-retry-after",))
    last = [api("GET", "/companies", credential="throttled") for _ in range(6)][-1]
    assert last.status == 429
    assert "retry-after" not in last.headers
    assert "x-rate-limit-reset" not in last.headers


def test_list_faults() -> None:
    api = Construction(("page-skips-one", "total-of-page", "link-drops-query"))
    for n in range(5):
        api.office(f"o{n}")
    page = api("GET", "/offices", company_id=api.company, per_page=2, page=2)
    assert [o["name"] for o in page.json] == ["o3", "o4"]
    assert page.headers["total"] == "6"
    assert "company_id" not in page.headers["link"]


def test_foreign_bodies_and_verbs() -> None:
    api = Construction(("xml-accepted", "put-accepted"))
    raw = f"<r><company_id>{api.company}</company_id><name>From XML</name></r>".encode()
    reply = api("POST", "/offices", raw=raw, headers={"content-type": "application/xml"})
    assert (reply.status, reply.json["name"]) != (201, None)
    assert reply.status == 201
    body = {"company_id": api.company, "office": {"name": "by PUT"}}
    assert api("PUT", f"/offices/{reply.json['id']}", body).json["name"] == "by PUT"


def test_tenants_limits_and_sizes() -> None:
    api = Construction(("lists-every-tenant", "never-throttled", "long-uri-500"))
    assert api.ids["foreign_company"] in [c["id"] for c in api("GET", "/companies").json]
    assert {api("GET", "/companies", credential="throttled").status for _ in range(9)} == {200}
    assert api("GET", "/offices?x=" + "y" * 9000, company_id=api.company).status == 500


def test_bodies_and_names_taken_too_loosely_or_too_strictly() -> None:
    body = {"company_id": 0, "office": {"name": "north"}}
    api = Construction(("array-body-accepted",))
    assert api("POST", "/offices", [{**body, "company_id": api.company}]).status == 201
    api = Construction(("unique-ignores-case",))
    api.office("North")
    assert api("POST", "/offices", {**body, "company_id": api.company}).status == 409


def test_a_refused_duplicate_changes_the_original() -> None:
    api = Construction(("duplicate-replaces",))
    office = api.office("North", city="Bern")
    body = {"company_id": api.company, "office": {"name": "North", "city": "Basel"}}
    assert api("POST", "/offices", body).status == 409
    assert api("GET", f"/offices/{office['id']}", company_id=api.company).json["city"] == "Basel"
