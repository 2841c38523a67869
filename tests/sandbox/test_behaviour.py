"""The bundled contract's behaviour over several requests (specification §4 and §5)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from .client import Construction


def test_a_project_shows_what_it_names(api: Construction) -> None:
    office, other = api.office(), api.office("South")
    project = api.project(office_id=office["id"], project_number="A-1")
    assert project["display_name"] == "A-1 - Harbour"
    assert project["office"] == {"id": office["id"], "name": "North"}
    body = {"company_id": api.company, "office": {"name": "Far North"}}
    api("PATCH", f"/offices/{office['id']}", body)
    assert api.read(project)["office"]["name"] == "Far North"
    changed = api.patch(project, office_id=other["id"], project_number="").json
    assert changed["office"]["id"] == other["id"]
    assert changed["display_name"] == "Harbour"
    assert api.patch(project, office_id=None).json["office"] is None


def test_departments_are_replaced_whole(api: Construction) -> None:
    made = [
        api.create("/departments", {"company_id": api.company, "department": {"name": n}})["id"]
        for n in ("a", "b", "c")
    ]
    project = api.project(department_ids=made[:2])
    assert [d["id"] for d in project["departments"]] == made[:2]
    assert [d["name"] for d in api.patch(project, department_ids=[made[2]]).json["departments"]] == ["c"]
    assert api.patch(project, department_ids=[]).json["departments"] == []


def test_an_update_changes_the_named_fields_only(api: Construction) -> None:
    project = api.project(city="Zürich", description="d")
    api.clock.now += 2
    changed = api.patch(project, city=None).json
    same = {n: v for n, v in project.items() if n not in ("city", "updated_at")}
    assert {n: changed[n] for n in same} == same
    assert changed["city"] is None
    assert changed["updated_at"] > project["updated_at"]
    api.clock.now += 2
    assert api.patch(project).json == changed
    assert api.patch(project, city=None).json == changed
    assert api.read(project) == changed


def test_a_refused_update_changes_nothing(api: Construction) -> None:
    project = api.project()
    assert api.patch(project, city="Bern", flag="Blue").status == 400
    assert api.patch(project, city="Bern", office_id=77).status == 422
    assert api.read(project) == project


def test_rules_look_at_the_state_after_the_update(api: Construction) -> None:
    project = api.project(estimated_start_date="2024-03-01")
    assert api.patch(project, estimated_completion_date="2024-02-29").status == 422
    assert api.patch(project, estimated_completion_date="2024-03-01").status == 200
    assert api.patch(project, estimated_start_date="2024-03-02").status == 422
    assert api.patch(project, estimated_start_date=None).status == 200


def test_references_name_resources_of_the_same_company(api: Construction) -> None:
    other = api.ids["other_company"]
    office = api.create("/offices", {"company_id": other, "office": {"name": "Far"}})
    project = api.project()
    assert api.patch(project, office_id=office["id"]).status == 422
    assert api.patch(project, department_ids=[77]).status == 422
    assert api.patch(project, office_id=0).status in (400, 422)
    assert api("GET", f"/offices/{office['id']}", company_id=api.company).status in (403, 404)


def test_unique_names(api: Construction) -> None:
    first, second = api.office("North"), api.office("South")
    body = {"company_id": api.company, "office": {"name": "North"}}
    assert api("POST", "/offices", body).status == 409
    assert api("PATCH", f"/offices/{second['id']}", body).status == 409
    assert api("PATCH", f"/offices/{first['id']}", body).status == 200
    assert api("POST", "/offices", {**body, "company_id": api.ids["other_company"]}).status == 201
    assert api("POST", "/offices", {**body, "office": {"name": "north"}}).status == 201
    api("DELETE", f"/offices/{first['id']}", company_id=api.company)
    assert api("POST", "/offices", body).status == 201


def test_a_deleted_resource_is_gone_everywhere(api: Construction) -> None:
    office, sibling = api.office(), api.office("South")
    project = api.project(office_id=office["id"])
    where = f"/offices/{office['id']}"
    assert api("DELETE", where, company_id=api.company).status in (200, 204)
    body = {"company_id": api.company, "office": {"name": "x"}}
    for reply in (
        api("GET", where, company_id=api.company),
        api("DELETE", where, company_id=api.company),
        api("PATCH", where, body),
    ):
        assert reply.status == 404
    assert api("GET", "/offices", company_id=api.company).json == [sibling]
    assert api.read(project)["office"] is None


def test_an_rfi_belongs_to_its_project(api: Construction) -> None:
    project, other = api.project(), api.project(name="Other")
    path = f"/projects/{project['id']}/rfis"
    rfi = api.create(path, {"rfi": {"subject": "Beam", "question": {"body": "How long?"}}})
    assert rfi["status"] == "draft"
    assert [q["body"] for q in rfi["questions"]] == ["How long?"]
    assert "question" not in rfi
    assert api("GET", f"{path}/{rfi['id']}").json == rfi
    assert api("GET", f"/projects/{other['id']}/rfis/{rfi['id']}").status in (403, 404)
    asked = {"rfi": {"question": {"body": "again?"}}}
    assert api("PATCH", f"{path}/{rfi['id']}", asked).status == 406
    assert api("PATCH", f"{path}/{rfi['id']}", {"rfi": {"status": "closed"}}).status == 200
    assert api("PATCH", f"{path}/{rfi['id']}", {"rfi": {"status": "draft"}}).status == 422
    assert api("PATCH", f"{path}/{rfi['id']}", {"rfi": {"status": "open"}}).status == 200


def _links(header: str) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', header)}


def test_pages_partition_a_list(api: Construction) -> None:
    made = [api.office(f"office {n}")["id"] for n in range(7)]
    seen: list[Any] = []
    query: dict[str, Any] = {"company_id": str(api.company), "per_page": "3", "sort": "-name", "x": "kept & told"}
    for _ in range(10):
        reply = api("GET", "/offices", **query)
        assert reply.headers["total"] == "7"
        assert reply.headers["per-page"] == "3"
        links = _links(reply.headers["link"])
        seen += [o["id"] for o in reply.json]
        assert ("prev" in links) == (query.get("page", "1") != "1")
        if "next" not in links:
            break
        query = dict(parse_qsl(links["next"].partition("?")[2]))
        assert query["x"] == "kept & told"
    assert seen == made[::-1]
    past = api("GET", "/offices", company_id=api.company, page=9, per_page=3)
    assert (past.status, past.json) == (200, [])


def test_bad_pages_are_400(api: Construction) -> None:
    for query in ("page=0", "page=-1", "page=x", "page=", "per_page=0", "per_page=1001", "per_page=1.5"):
        assert api("GET", f"/offices?{query}", company_id=api.company).status == 400, query
    assert api("GET", "/offices?per_page=1000", company_id=api.company).status == 200


def test_filters_and_sorting(api: Construction) -> None:
    names = ["b", "B", "é", "a", "\U0001f3d7", "\uffee"]
    projects = [api.project(name=n, active=n != "a") for n in names]

    def listed(query: str) -> list[str]:
        return [p["name"] for p in api("GET", f"/projects?{query}", company_id=api.company).json]

    assert listed("sort=name") == sorted(names)
    assert listed("sort=-name") == sorted(names, reverse=True)
    assert listed("filters[name]=b") == ["b"]
    assert listed(f"filters[id]={projects[2]['id']}") == ["é"]
    assert listed("filters[id]=7") == []
    assert listed("filters[by_status]=Inactive") == ["a"]
    assert listed("filters[by_status]=All") == names
    assert api("GET", "/projects?filters[id]=x", company_id=api.company).status == 400
    assert api("GET", "/projects?filters[by_status]=active", company_id=api.company).status == 400
