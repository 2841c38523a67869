"""What there is just one of under each parent: an update of it leaves that of the other parents as it is."""

from __future__ import annotations

from pathlib import Path

from tests.generated.running import run
from tests.openapi.honest import Json, Refused, Request, Service, serving

CONTRACT = Path(__file__).parent / "contracts" / "singles"


def _shop(service: Service, request: Request) -> dict[str, Json]:
    found = service.store("shops").get(request.path["shop"])
    if found is None:
        raise Refused(404, "no such shop")
    return found


def _create(service: Service, request: Request) -> tuple[int, Json]:
    number = service.number("shops")
    made = service.store("shops")[str(number)] = {"id": number, "name": request.body()["name"]}
    service.store("settings")[number] = {"theme": "grey", "rows": None}
    return 201, made


def _read(service: Service, request: Request) -> tuple[int, Json]:
    return 200, _shop(service, request)


def _delete(service: Service, request: Request) -> tuple[int, Json]:
    del service.store("shops")[str(_shop(service, request)["id"])]
    return 204, None


def _settings(service: Service, request: Request) -> tuple[int, Json]:
    return 200, service.store("settings")[_shop(service, request)["id"]]


def _update(service: Service, request: Request) -> tuple[int, Json]:
    shop, change = _shop(service, request)["id"], request.body()
    for number, held in service.store("settings").items():
        if number == shop or "shared" in service.faults:
            held.update(change)
    return 200, service.store("settings")[shop]


ROUTES = {
    ("POST", "/shops"): _create,
    ("GET", "/shops/{shop}"): _read,
    ("DELETE", "/shops/{shop}"): _delete,
    ("GET", "/shops/{shop}/settings"): _settings,
    ("PATCH", "/shops/{shop}/settings"): _update,
}


def told(faults: frozenset[str], folder: Path) -> set[str]:
    with serving(Service(ROUTES, faults)) as url:
        ended = run(CONTRACT, folder, "--target", url, "--only", "update.only-named")
    assert ended.summary["counts"]["pass"] + ended.summary["counts"]["fail"] == 1
    return set(ended.requirements("fail"))


def test_settings_of_each_shop_are_left_in_peace(tmp_path: Path) -> None:
    assert told(frozenset(), tmp_path / "run") == set()


def test_settings_that_all_shops_share_are_told(tmp_path: Path) -> None:
    assert told(frozenset({"shared"}), tmp_path / "run") == {"update.only-named"}
