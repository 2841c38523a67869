"""GETs that do something: HTTP calls them safe, some servers stop, delete or log out at them, and their documents say
so."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.openapi.acting import acts

from .honest import Handler, Json, Request, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call


def _asked(path: str, summary: str, *others: str, has: str = "", **more: str) -> bool:
    entry = {"get": {"summary": summary, **more}, **{method: {} for method in others}}
    return acts(path, entry, lambda form: form == has)


@pytest.mark.parametrize(
    ("path", "summary"),
    [
        ("/irc/stop/", "Stop IRC connections"),
        ("/server/restart", ""),
        ("/logout", "Log out"),
        ("/session/logOut", "Session"),
        ("/users/{id}/delete", ""),
        ("/delete/{id}", ""),
        ("/deleteEverything", ""),
        ("/jobs/{id}/run", "Run a job"),
        ("/jobs/{id}/run", ""),
        ("/maintenance/now", "Restarts the server"),
        ("/maintenance/later", "Deletes all pads"),
        ("/maintenance/never", "Update your account"),
    ],
)
def test_a_get_acts_by_its_path_or_its_words(path: str, summary: str) -> None:
    assert _asked(path, summary)


@pytest.mark.parametrize(
    ("path", "summary"),
    [
        ("/stops", "List stops"),
        ("/stop", "Stops of the line"),
        ("/trips/{id}/start", "Start of the trip"),
        ("/trips/{id}/start", "Get the start"),
        ("/orders/{id}/cancel", "Show whether it can be cancelled"),
        ("/cancel-reasons", ""),
        ("/cancel-reasons", "Cancel reasons"),
        ("/email/confirm", "Show the page of the confirmation"),
        ("/update", "Update history"),
        ("/publish/status", ""),
        ("/{id}", "Delete markers"),
        ("/{id}", ""),
    ],
)
def test_a_get_that_names_a_thing_is_a_read(path: str, summary: str) -> None:
    assert not _asked(path, summary)


def test_what_another_method_does_is_read_by_get() -> None:
    assert not _asked("/jobs/{id}/run", "", "post")


def test_a_collection_and_its_items_may_be_called_after_a_deed() -> None:
    assert not _asked("/run", "", has="/run/{}")
    assert not _asked("/disable/{id}", "", has="/disable")


def test_by_their_words_they_act_whatever_is_below() -> None:
    assert _asked("/cache/clear", "Clear the cache", has="/cache/clear/{}")
    assert _asked("/cache/clear/{key}", "Clears a key of the cache", has="/cache/clear")


def _paths() -> Document:
    shown = object_of(["id", "title"], id={**NUMBER, "readOnly": True}, title={**TEXT, "maxLength": 60})
    body = object_of(["title"], title={**TEXT, "maxLength": 60})
    said = object_of([], message=TEXT)
    item = {"get": call(shown, others={"404": NO["404"]}), "delete": {"responses": {"204": {"description": "gone"}}}}
    return {
        "/boxes": {"get": call({"type": "array", "items": shown}), "post": call(shown, body, 201)},
        "/boxes/{id}": {"parameters": [ITEM], **item},
        "/boxes/{id}/wipe": {"parameters": [ITEM], "get": call(said)},
        "/server/restart": {"get": call(said)},
        "/server/status": {"get": call(said)},
    }


def test_a_get_that_acts_is_never_sent_and_is_told(tmp_path: Path) -> None:
    asked: list[str] = []

    def does(name: str) -> Handler:
        def answer(service: Service, request: Request) -> tuple[int, Json]:
            asked.append(name)
            return 200, {"message": "done"}

        return answer

    routes = crud("box", "/boxes", {"title": Text(60)}, required=("title",), operations="list create read delete")
    more = {("GET", path): does(path) for path in ("/boxes/{id}/wipe", "/server/restart", "/server/status")}
    with serving(Service({**routes, **more})) as url:
        ended = run_document(written(tmp_path, _paths()), url, tmp_path / "run")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert set(asked) == {"/server/status"}
    assert "GET /server/restart: by its words it does something" in ended.stdout
