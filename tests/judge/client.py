"""A client of the bundled contract that goes about its business, and makes some mistakes; and what it sent, as HAR."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

import restproof
from restproof.sandbox.stub import Stub
from restproof.wire.message import Exchange

BEGAN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


class Client:
    """Sends requests to a stub. ``company``: whose resources it works on."""

    def __init__(self, api: Stub, company: str = "company") -> None:
        self.api = api
        self.company = api.ids[company]
        self.session = requests.Session()
        self.session.headers.update(api.headers("full", company=self.company))

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.api.base_url + path, timeout=5, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.send("GET", path, params={"company_id": self.company, **query})

    def write(self, method: str, path: str, envelope: str, fields: Any) -> requests.Response:
        return self.send(method, path, json={"company_id": self.company, envelope: fields})

    def delete(self, path: str) -> requests.Response:
        return self.send("DELETE", path, params={"company_id": self.company})

    def made(self, path: str, envelope: str, **fields: Any) -> str:
        """Create and read back; the path of the new resource."""
        found = f"{path}/{self.id_of(self.write('POST', path, envelope, fields))}"
        self.get(found)
        return found

    def id_of(self, made: requests.Response) -> Any:
        """The id in an answer; 1 where a faulty server shows none."""
        try:
            return made.json()["id"]
        except (ValueError, TypeError, KeyError):
            return 1


def offices(client: Client) -> None:
    berlin = client.made("/offices", "office", name="Berlin")
    hamburg = client.made(
        "/offices", "office", name="Hamburg", city=" Hamburg ", address="<b>Elbe</b> & 1", zip="20095"
    )
    client.get(berlin)
    client.get("/offices")
    client.get("/offices", per_page=1)
    client.get("/offices", per_page=1, page=2)
    client.get("/offices", **{"filters[id]": hamburg.rpartition("/")[2]})
    client.get("/offices", sort="-name")
    client.write("PATCH", berlin, "office", {"city": "Berlin", "address": "Spree 1"})
    client.get(berlin)
    client.write("PATCH", berlin, "office", {"address": None})
    client.get(berlin)
    client.write("PATCH", berlin, "office", {"name": "Hamburg"})
    client.get(berlin)
    client.write("POST", "/offices", "office", {"name": "Hamburg"})
    client.delete(hamburg)
    client.get(hamburg)
    client.delete(hamburg)
    client.get(berlin)
    client.get("/offices")


def projects(client: Client) -> None:
    office = client.id_of(client.write("POST", "/offices", "office", {"name": "Site"}))
    departments = [
        client.id_of(client.write("POST", "/departments", "department", {"name": name})) for name in ("Roads", "Rails")
    ]
    path = client.made("/projects", "project", name="Bridge", office_id=office, department_ids=departments)
    client.made("/projects", "project", name="Tunnel", estimated_start_date="2026-01-01")
    client.write("PATCH", path, "project", {"department_ids": departments[:1], "active": False})
    client.get(path)
    client.write("PATCH", path, "project", {"project_number": "7"})
    client.get(path)
    client.get("/projects", **{"filters[by_status]": "Active"})
    client.get("/projects", **{"filters[name]": "Bridge"})
    dates = {"estimated_start_date": "2026-02-01", "estimated_completion_date": "2026-01-01"}
    client.write("POST", "/projects", "project", {"name": "Late", **dates})
    client.write("PATCH", path, "project", {**dates, "address": "nowhere"})
    client.get(path)


def mistakes(client: Client) -> None:
    office = client.made("/offices", "office", name="Mistaken")
    for fields in (
        {"name": "A", "nmae": "B"},
        {"city": "no name"},
        {"name": 5},
        {"name": None},
        {"name": "x" * 3000},
        {"name": ""},
        {"name": "C", "id": 5},
    ):
        client.write("POST", "/offices", "office", fields)
    client.write("PATCH", office, "office", {"name": ["x"]})
    client.get(office)
    plain = {"Content-Type": "application/json"}
    client.send("POST", "/offices", data='{"office": ', headers=plain)
    client.send("POST", "/offices", json=[{"company_id": client.company, "office": {"name": "In a list"}}])
    client.send("POST", "/offices", json={"company_id": client.company, "name": "No envelope"})
    client.send("POST", "/offices", json={"office": {"name": "No parent"}})
    client.write("PUT", office, "office", {"name": "Put"})
    client.get("/offices", page=0)
    client.get("/offices", sort="colour")
    client.get("/offices", **{"filters[colour]": "red"})
    client.get("/offices/4000000000")
    client.session.headers.pop("Authorization")
    client.get("/offices")
    client.session.headers.update(client.api.headers())


def elsewhere(client: Client, other: Client) -> None:
    there = other.made("/offices", "office", name="Berlin")
    client.get(there)
    client.get("/offices")
    other.get("/offices")


def a_day(api: Stub) -> None:
    """All of it."""
    client, other = Client(api), Client(api, "other_company")
    client.get("/companies")
    for part in (offices, projects, mistakes):
        part(client)
    elsewhere(client, other)


def traffic(*faults: str) -> list[Exchange]:
    """What the client's day looks like with the faults."""
    with restproof.stub("procore", faults=faults) as api:
        a_day(api)
    return api.requests


def text_of(data: bytes | None) -> dict[str, Any]:
    if not data:
        return {}
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


def entry(exchange: Exchange, number: int = 0) -> dict[str, Any]:
    """One entry of a HAR, as a proxy would write it: one every 20 ms."""
    answer = exchange.response
    headers = [{"name": n, "value": v} for n, v in exchange.request.headers]
    shown: list[dict[str, str]] = [{"name": n, "value": v} for n, v in answer.headers] if answer else []
    media = next((h["value"] for h in shown if h["name"] == "Content-Type"), "")
    found: dict[str, Any] = {
        "startedDateTime": (BEGAN + timedelta(milliseconds=20 * number)).isoformat(timespec="milliseconds"),
        "time": 5.0,
        "request": {"method": exchange.request.method, "url": exchange.url, "headers": headers, "bodySize": -1},
        "response": {
            "status": answer.status if answer else 0,
            "statusText": answer.reason if answer else "",
            "headers": shown,
            "content": {
                "mimeType": media,
                "size": len(answer.body) if answer else 0,
                **text_of(answer.body if answer else None),
            },
        },
    }
    if exchange.request.body:
        found["request"]["postData"] = {"mimeType": "application/json", **text_of(exchange.request.body)}
    return found


def har(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    entries = [entry(exchange, number) for number, exchange in enumerate(exchanges)]
    return {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": entries}}


def har_text(*faults: str) -> str:
    return json.dumps(har(traffic(*faults)))
