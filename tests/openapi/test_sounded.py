"""What a create may hold, where a document leaves that open: it is tried before the run is planned, so that what is
refused spoils no other test."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from email.message import Message
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from restproof.learning import sounding
from restproof.learning.sounding import Sounder
from restproof.plan.bodies import Bodies
from restproof.session.options import Options
from restproof.session.soundings import bound_of

from .honest import Field, Json, Of, Refused, Request, Service, Text, When, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, contract

FIELDS: Document = {
    "note": {**TEXT, "maxLength": 60},
    "owner": {**TEXT, "description": "Who answers for it."},
    "currency": {**TEXT, "example": "EUR"},
    "weight": NUMBER,
}


def paths() -> Document:
    texts: Document = {"title": {**TEXT, "maxLength": 60}, **FIELDS}
    shown = object_of(["id", "title"], id={**NUMBER, "readOnly": True}, **texts)
    item = {
        "parameters": [ITEM],
        "get": call(shown, others={"404": NO["404"]}),
        "patch": call(shown, object_of([], **texts), others={"400": NO["400"], "404": NO["404"]}),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}},
    }
    made = call(shown, object_of(["title"], **texts), 201, others={"400": NO["400"]})
    return {"/boxes": {"get": call({"type": "array", "items": shown}), "post": made}, "/boxes/{id}": item}


def shop(*faults: str) -> Service:
    """An owner must be a colleague, and a currency one of two: nothing of that stands in the document."""
    fields: dict[str, Field] = {
        "title": Text(60),
        "note": Text(60),
        "owner": When(lambda value: value == "ann"),
        "currency": When(lambda value: value in ("EUR", "USD")),
        "weight": Of(int),
    }
    routes = crud(
        "box", "/boxes", fields, required=("title",), operations="list create read update delete", changed=_changed
    )
    change = routes["PATCH", "/boxes/{id}"]

    def update(service: Service, request: Request) -> tuple[int, Json]:
        if request.body().keys() & {"id"}:
            raise Refused(400, "an id stays")
        return change(service, request)

    return Service({**routes, ("PATCH", "/boxes/{id}"): update}, frozenset(faults))


def _changed(service: Service, item: dict[str, Json]) -> None:
    if "update-clears" in service.faults:
        item.pop("weight", None)


def test_what_is_refused_in_one_field_keeps_nothing_else_from_being_tested(tmp_path: Path) -> None:
    service = shop()
    with serving(service) as url:
        ended = run_document(written(tmp_path, paths()), url, tmp_path / "run")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "box owner: a create that held it was refused, and the contract leaves open why" in ended.stdout
    told = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert [r["requirement"] for r in told["results"] if "a valid body was refused" in r["message"]] == []
    assert told["unsent"] == {"box": ["owner"]}
    assert told["left"] == []
    assert service.store("box") == {}


def test_a_field_is_to_blame_where_none_is_said_to_be_required(tmp_path: Path) -> None:
    """Bodies hold every field there, since nobody may have written down which are needed."""
    document = paths()
    made = document["/boxes"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    made["required"] = []
    service = shop()
    with serving(service) as url:
        ended = run_document(written(tmp_path, document), url, tmp_path / "run", "--profile", "smoke")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert [r["requirement"] for r in told["results"] if "a valid body was refused" in r["message"]] == []
    assert told["unsent"] == {"box": ["owner"]}
    assert service.store("box") == {}


def test_what_only_whole_bodies_show_is_told(tmp_path: Path) -> None:
    with serving(shop("update-clears")) as url:
        ended = run_document(written(tmp_path, paths()), url, tmp_path / "run", "--profile", "smoke")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "update.only-named" in ended.stdout


def test_what_the_user_counts_is_for_the_rules(tmp_path: Path) -> None:
    """The same twin: without soundings, nothing holds what it loses."""
    with serving(shop("update-clears")) as url:
        ended = run_document(written(tmp_path, paths()), url, tmp_path / "run", "--max-creates", "10000")
    assert "update.only-named" not in ended.stdout, ended.stdout + ended.stderr
    assert "a create that held it was refused" not in ended.stdout


def test_who_plans_or_replays_needs_no_credential_of_the_target(tmp_path: Path) -> None:
    """Though the contract leaves open which rules there are, and the target of the project asks for one."""
    folder = tmp_path / "contract"
    with serving(shop()) as url:
        words = ("--profile", "smoke", "--write", str(folder))
        assert run_document(written(tmp_path, paths()), url, tmp_path / "run", *words).returncode == 0
    credentials = '[targets.staging.credentials]\nfull = "${NOT_SET_ANYWHERE}"\n'
    target = '[targets.staging]\nbase_url = "http://127.0.0.1:9"\n'
    (tmp_path / "restproof.toml").write_text(f'target = "staging"\n{target}{credentials}', encoding="utf-8")
    ended = run_document(tmp_path / "api.json", None, tmp_path / "x", "--stubs", str(tmp_path / "run" / "run.jsonl.gz"))
    assert (ended.returncode, "--stubs replays a run by its contract" in ended.stderr) == (2, True), ended.stderr
    for how in (["--plan"], ["--profile", "smoke", "--stubs", str(tmp_path / "run" / "run.jsonl.gz")]):
        ended = run_document(folder, None, tmp_path / how[0].strip("-"), *how)
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_what_soundings_leave_is_told_where_the_target_is_not_reached_any_more(tmp_path: Path) -> None:
    """A create takes the server away (it loads its configuration anew, say): no run begins, and no report tells."""
    service = shop()
    usual = service.answer

    def answer(method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        if service.store("box"):
            return 403, {"error": "not while it is loading"}, []
        return usual(method, target, headers, text)

    service.answer = answer  # type: ignore[method-assign]
    with serving(service) as url:
        ended = run_document(written(tmp_path, paths()), url, tmp_path / "run")
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert len(service.store("box")) == 1
    assert "left on the target: box" in ended.stdout + ended.stderr


def test_a_run_that_is_ended_while_it_sounds_leaves_nothing(tmp_path: Path) -> None:
    service, sent = shop(), threading.Event()
    usual = service.answer

    def answer(method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        told = usual(method, target, headers, text)
        if method == "POST" and told[0] == 201:
            sent.set()
            ended.wait(20)  # the answer to the first create that is taken comes when the run was asked to end
        return told

    ended = threading.Event()
    service.answer = answer  # type: ignore[method-assign]
    with serving(service) as url:
        words = ["run", str(written(tmp_path, paths())), "--target", url, "--out", str(tmp_path / "run")]
        command = [sys.executable, "-m", "restproof", *words]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert sent.wait(20)
        process.send_signal(signal.SIGINT)
        ended.set()
        told = process.communicate(timeout=60)[0]
    assert process.returncode == 130, told
    assert service.store("box") == {}
    assert not (tmp_path / "run").exists()
    assert not list(tmp_path.glob(".restproof/*"))


def test_soundings_are_counted_apart_and_stand_in_the_plan(tmp_path: Path) -> None:
    service = shop()
    asked: list[str] = []
    usual = service.answer

    def answer(method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        asked.append(f"{method} {target}")
        return usual(method, target, headers, text)

    service.answer = answer  # type: ignore[method-assign]
    document = written(tmp_path, paths())
    with serving(service) as url:
        plan = run_document(document, url, tmp_path / "plan", "--plan")
        assert asked == []
        ended = run_document(document, url, tmp_path / "run", "--only", "read.answers-ok")
    told = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert "40  creates at most come before them, as soundings of 1 resource\n" in plan.stdout
    deleted = sum(one.startswith("DELETE") for one in asked)
    assert told["soundings"] > deleted > 1, told
    assert f" s, after {told['soundings']} requests of soundings" in ended.stdout


def test_all_resources_together_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounding, "MOST_IN_ALL", 0)
    resource = contract(tmp_path, paths()).resources["box"]
    sounder = Sounder(SimpleNamespace())  # type: ignore[arg-type]
    assert (sounder.known(resource), sounder.passed_over) == ({}, ["box"])


def test_what_leaves_a_parent_behind_is_not_sounded(tmp_path: Path) -> None:
    """A sounding makes one of its own."""
    inner = {"/halls/{hall_id}" + path: told for path, told in paths().items()}
    hall = {"name": "hall_id", "in": "path", "required": True, "schema": NUMBER}
    for told in inner.values():
        told["parameters"] = [hall, *told.get("parameters", ())]
    shown, sent = object_of(["id", "name"], id={**NUMBER, "readOnly": True}, name=TEXT), object_of(["name"], name=TEXT)
    halls: Document = {
        "/halls": {"get": call({"type": "array", "items": shown}), "post": call(shown, sent, 201)},
        "/halls/{hall_id}": {"parameters": [hall], "get": call(shown, others={"404": NO["404"]})},
    }
    gone: Document = {"delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}}
    for delete, sounded in ((gone, ["hall", "box"]), ({}, [])):
        whole = {**halls, "/halls/{hall_id}": {**halls["/halls/{hall_id}"], **delete}, **inner}
        found = bound_of(contract(tmp_path / str(bool(delete)), whole), (), Options())
        assert sorted(r.name for r in found.resources) == sorted(sounded)


class Told(Sounder):
    """Soundings of a server that refuses a create for the fields that it holds, and for their values."""

    refuses: Any

    def _is_refused(
        self, resource: Any, names: Sequence[str], instead: Mapping[str, Any] = MappingProxyType({})
    ) -> bool:
        values = {name: self._words.get(name, "two words") for name in ("title", *names)}
        return bool(self.refuses({**values, **instead}))


@pytest.mark.parametrize(
    ("refuses", "known"),
    [
        (lambda sent: False, {}),
        (lambda sent: "owner" in sent, {"owner": []}),
        (lambda sent: "owner" in sent or "note" in sent, {"note": [], "owner": []}),
        # A weight goes with a note alone; so the owner is to blame.
        (lambda sent: "owner" in sent or ("weight" in sent and "note" not in sent), {"owner": []}),
        # A weight and a note go together.
        (lambda sent: "owner" in sent or ("weight" in sent) != ("note" in sent), {"owner": []}),
        # A create without a weight is refused as well.
        (lambda sent: "owner" in sent or "weight" not in sent, {"owner": []}),
        (lambda sent: True, {}),
        (lambda sent: len(sent) == 5, {"weight": []}),  # any one of them is too many
        (lambda sent: " " in sent["title"], {"title": None}),
        (lambda sent: " " in sent["title"] or " " in sent.get("note", ""), {"title": None, "note": None}),
        (lambda sent: "owner" in sent or " " in sent.get("note", ""), {"note": None, "owner": []}),
        (lambda sent: "North" in str(sent.get("currency")), {"currency": ["EUR"]}),
    ],
)
def test_the_fields_to_blame_are_found(refuses: Any, known: dict[str, list[Any]], tmp_path: Path) -> None:
    told = contract(tmp_path, paths())
    sounder = Told(SimpleNamespace(bodies=lambda resource: Bodies(told, resource)))  # type: ignore[arg-type]
    sounder.refuses = refuses
    assert sounder.known(told.resources["box"]) == known
