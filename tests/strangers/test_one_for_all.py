"""What there is one of below each parent is one for all on some servers: what others have there stays as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.ledger import Ledger
from restproof.wire.message import About, Exchange, Headers, Request
from restproof.wire.reads import Reads
from restproof.wire.singles import Singles
from restproof.wire.stop import STOP
from restproof.wire.tidying import clean_up_all

from .bench import Bench
from .harness import Plan, begin, run, write_contract
from .server import CONTRACT, Answer, Asked, Server, listening

THEIRS = {"theme": "theirs", "rows": 7}
KINDS: dict[str, tuple[type, ...]] = {"theme": (str,), "rows": (int, type(None))}
SETTINGS = """\
  settings:
    path: /offices/{office}/settings
    schema: settings.json
    id: none
    operations: [%s]
"""
SCHEMA = {
    "type": "object",
    "properties": {"theme": {"type": "string", "maxLength": 80}, "rows": {"type": ["integer", "null"]}},
}


class Settings(Server):
    """``one``: all offices have the same."""

    def __init__(self, one: bool) -> None:
        super().__init__()
        self.one = one
        self.kept: dict[int, dict[str, Any]] = {key: dict(THEIRS) for key in self.rows["office"]}
        self.fresh = THEIRS if one else {"theme": "grey", "rows": None}
        self.writes: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        steps = asked.path.removeprefix("/v1/").split("/")
        if len(steps) != 3 or (steps[0], steps[2]) != ("offices", "settings"):
            return super().answer(asked)
        with self.lock:
            key = int(steps[1]) if steps[1].isdecimal() else 0
            return self.settings(asked, key) if key in self.rows["office"] else Answer(404, {"error": "no such office"})

    def settings(self, asked: Asked, office: int) -> Answer:
        key = 1 if self.one else office
        held = self.kept.setdefault(key, dict(self.fresh))
        if asked.method == "GET":
            return Answer(200, dict(held))
        if asked.method not in ("PATCH", "PUT"):
            return Answer(405)
        self.writes.append(f"{asked.method} {office}")
        sent = asked.body
        if not isinstance(sent, dict) or not all(type(sent[name]) in KINDS[name] for name in KINDS.keys() & sent):
            return Answer(422, {"error": "not of that kind"})
        whole = {} if asked.method == "PATCH" else {"theme": "", "rows": None}
        held.update({**whole, **{name: sent[name] for name in KINDS.keys() & sent}})
        return Answer(200, dict(held))

    def changed(self) -> list[Any]:
        return [kept for key, kept in self.kept.items() if key in self.others["office"] and kept != THEIRS]


def contract(folder: Path, operations: str) -> Contract:
    place = write_contract(folder, CONTRACT + SETTINGS % operations)
    (folder / "schemas" / "strangers" / "settings.json").write_text(json.dumps(SCHEMA))
    return load(place)


@contextmanager
def begun(server: Settings, folder: Path, operations: str = "read, update", workers: int = 1) -> Iterator[list[Bench]]:
    plan = Plan(contract(folder, operations), "smoke")
    said: dict[str, Any] = {"prefix": "rponefall", "common": folder / "common"}
    with listening(server) as url:
        made = [Bench(server, begin(plan, url, folder, worker=n, **said), plan) for n in range(workers)]
        for number, one in enumerate(made):
            one.tokens = 1000 * number
        yield made


def send(made: Bench, case: int, method: str, office: int, body: Any = None, headers: Headers = ()) -> Exchange:
    data = None if body is None else json.dumps(body).encode()
    request = Request(method, f"/v1/offices/{office}/settings", (), headers, data)
    operation = {"GET": "read", "PUT": "replace"}.get(method, "update")
    return made.run.session.send(request, About("settings", operation, f"item{case}", f"item{case}#1"), None)


TOLD = {
    f"{rule}[settings-{operation}]"
    for operation in ("update", "replace")
    for rule in (f"{operation}.answers-ok", "update.only-named", "replace.siblings", "input.type", "input.null")
}
CHANGES = {
    "read, update": ("PATCH", {"rows": 5}),
    "read, replace": ("PUT", {"theme": "blue", "rows": 5}),
}


@pytest.mark.parametrize("operations", CHANGES)
def test_what_is_one_for_all_is_put_back_and_written_to_no_more(tmp_path: Path, operations: str) -> None:
    method, body = CHANGES[operations]
    server = Settings(one=True)
    with begun(server, tmp_path, operations) as (made,):
        office, other = made.office(), made.office()
        assert (send(made, 1, method, office, body).status or 0) < 300
        assert server.changed(), "the item goes on with what it has written"
        assert send(made, 1, "GET", office).status == 200
        made.run.guard.close()
        assert server.changed() == []
        with pytest.raises(NotProven, match="settings is one for all"):
            send(made, 3, method, office, body)
        # A case that looks at what is below another parent will tell of it.
        send(made, 4, "GET", other)
        assert (send(made, 4, method, office, body).status or 0) < 300
        assert server.changed()
        made.run.guard.close()
        assert (server.changed(), made.clean_up()) == ([], [])


class Demanding(Settings):
    """Every write names the state that it changes, the office in its body, and what its body is."""

    def settings(self, asked: Asked, office: int) -> Answer:
        held = self.kept.setdefault(1, dict(self.fresh))
        tag = f'"{held["theme"]} {held["rows"]}"'
        if asked.method in ("PATCH", "PUT"):
            if asked.headers.get("if-match") != tag:
                return Answer(428 if "if-match" not in asked.headers else 412)
            if asked.headers.get("content-type") != "application/vnd.api+json":
                return Answer(415)
        found = super().settings(asked, office)
        return Answer(found.status, found.body, {"ETag": tag}) if asked.method == "GET" else found


@pytest.mark.parametrize("operations", CHANGES)
def test_what_is_put_back_is_asked_for_as_any_write(tmp_path: Path, operations: str) -> None:
    method, body = CHANGES[operations]
    server = Demanding(one=True)
    words = "conditional: {etag: true, required: true}\n    media: {request: application/vnd.api+json}"
    with begun(server, tmp_path, f"{operations}]\n    {words}\n    # [") as (made,):
        media = (("Content-Type", "application/vnd.api+json"),)
        assert (send(made, 1, method, made.office(), body, media).status or 0) < 300
        assert server.changed()
        made.run.guard.close()
        assert (server.changed(), made.clean_up()) == ([], [])


@pytest.mark.parametrize("operations", CHANGES)
def test_what_is_apart_is_written_to_as_ever(tmp_path: Path, operations: str) -> None:
    method, body = CHANGES[operations]
    server = Settings(one=False)
    with begun(server, tmp_path, operations) as (made,):
        offices = [made.office() for _ in range(4)]
        for case, office in enumerate(offices):
            assert (send(made, case, method, office, body).status or 0) < 300
        made.run.guard.close()
        assert server.writes == [f"{method} {office}" for office in offices]
        assert (server.changed(), made.clean_up()) == ([], [])


def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    server = Settings(one=True)
    with begun(server, tmp_path) as (made,):
        office = made.office()
        assert send(made, 1, "PATCH", office, {"rows": "many"}).status == 422
        assert send(made, 2, "PATCH", office, {"rows": 5}).status == 200
        made.run.guard.close()
        assert server.writes == [f"PATCH {office}"] * 3
        assert server.changed() == []


def test_where_nothing_is_read_elsewhere_it_is_put_back_all_the_same(tmp_path: Path) -> None:
    """A server that shows the settings of an office to who has made it alone."""
    server = Settings(one=True)
    honest = server.settings

    def settings(asked: Asked, office: int) -> Answer:
        return Answer(403) if office in server.others["office"] else honest(asked, office)

    server.settings = settings  # type: ignore[method-assign]
    with begun(server, tmp_path) as (made,):
        office = made.office()
        for case in range(2):
            assert send(made, case, "PATCH", office, {"rows": case}).status == 200
        made.run.guard.close()
        assert server.changed() == []


@pytest.mark.parametrize("status", [403, 404])
def test_what_cannot_be_read_any_more_says_not_that_it_is_apart(tmp_path: Path, status: int) -> None:
    server = Settings(one=True)
    with begun(server, tmp_path) as (made,):
        ours, _ = made.office(), made.office()
        assert send(made, 1, "PATCH", ours, {"rows": 5}).status == 200
        honest = server.settings

        def settings(asked: Asked, office: int) -> Answer:
            return honest(asked, office) if office == ours else Answer(status)

        server.settings = settings  # type: ignore[method-assign]
        made.run.guard.close()
        assert server.changed() == []


def test_what_cannot_be_read_is_not_written_to(tmp_path: Path) -> None:
    server = Settings(one=True)
    honest = server.settings

    def settings(asked: Asked, office: int) -> Answer:
        return Answer(503) if asked.method == "GET" else honest(asked, office)

    server.settings = settings  # type: ignore[method-assign]
    with begun(server, tmp_path) as (made,):
        with pytest.raises(NotProven, match="no read shows what there is of settings"):
            send(made, 1, "PATCH", made.office(), {"rows": 5})
        assert server.changed() == []


def test_who_is_interrupted_puts_it_back_at_the_end(tmp_path: Path) -> None:
    server = Settings(one=True)
    with begun(server, tmp_path) as (made,):
        assert send(made, 1, "PATCH", made.office(), {"rows": 5}).status == 200
        STOP.is_asked = True
        try:
            with pytest.raises(KeyboardInterrupt):
                made.run.guard.close()
        finally:
            STOP.forget()
        assert server.changed()
        made.run.guard.close()
        assert server.changed() == []


def test_who_has_waited_in_vain_lets_nobody_else_in(tmp_path: Path) -> None:
    server = Settings(one=True)
    with begun(server, tmp_path, workers=3) as workers:
        offices = [one.office() for one in workers]
        assert send(workers[0], 1, "PATCH", offices[0], {"rows": 5}).status == 200
        for one, office in zip(workers[1:], offices[1:], strict=True):
            with pytest.raises(NotProven, match="another worker is seeing whether settings is one for all"):
                send(one, 1, "PATCH", office, {"rows": 6})
        workers[0].run.guard.close()
        assert server.changed() == []


def test_who_dies_meanwhile_lets_others_in(tmp_path: Path) -> None:
    said = (
        "import sys; from pathlib import Path; from restproof.wire.hearsay import Hearsay;"
        "print(Hearsay(Path(sys.argv[1])).claim('settings'), flush=True); sys.stdin.read()"
    )
    server = Settings(one=True)
    with begun(server, tmp_path) as (made,):
        office = made.office()
        command = [sys.executable, "-c", said, str(tmp_path / "common")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"True\n"
            with pytest.raises(NotProven, match="another worker is seeing whether settings is one for all"):
                send(made, 1, "PATCH", office, {"rows": 5})
            other.kill()
            other.wait()
            assert send(made, 2, "PATCH", office, {"rows": 5}).status == 200


def test_who_cannot_look_lets_others_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(*_: object) -> None:
        raise NotSent("the server takes no connection")

    server = Settings(one=True)
    with begun(server, tmp_path, workers=2) as (one, other):
        offices = one.office(), other.office()
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(Reads, "shown", shown)
            with pytest.raises(NotSent, match="takes no connection"):
                send(one, 1, "PATCH", offices[0], {"rows": 5})
        assert send(other, 1, "PATCH", offices[1], {"rows": 5}).status == 200


def test_the_other_workers_wait_and_hear_of_it(tmp_path: Path) -> None:
    server = Settings(one=True)
    with begun(server, tmp_path, workers=2) as (one, other):
        first, second = one.office(), other.office()
        assert send(one, 1, "PATCH", first, {"rows": 5}).status == 200
        with pytest.raises(NotProven, match="another worker is seeing whether settings is one for all"):
            send(other, 1, "PATCH", second, {"rows": 6})
        one.run.guard.close()
        with pytest.raises(NotProven, match="settings is one for all"):
            send(other, 2, "PATCH", second, {"rows": 6})
        assert server.changed() == []


def test_the_other_workers_hear_that_it_is_apart(tmp_path: Path) -> None:
    server = Settings(one=False)
    with begun(server, tmp_path, workers=2) as (one, other):
        offices = one.office(), other.office()
        assert send(one, 1, "PATCH", offices[0], {"rows": 5}).status == 200
        one.run.guard.close()
        assert send(other, 1, "PATCH", offices[1], {"rows": 5}).status == 200
        assert server.writes == [f"PATCH {office}" for office in offices]


@pytest.mark.parametrize("why", ["killed", "refused"])
def test_what_is_not_put_back_is_told(tmp_path: Path, why: str) -> None:
    server = Settings(one=True)
    with begun(server, tmp_path) as (made,):
        office = made.office()
        assert send(made, 1, "PATCH", office, {"rows": 5}).status == 200
        honest = server.settings

        def settings(asked: Asked, office: int) -> Answer:
            return Answer(500) if asked.method == "PATCH" else honest(asked, office)

        server.settings = settings  # type: ignore[method-assign]
        if why == "refused":
            made.run.guard.close()
        ledger = Ledger(made.run.ledger.path)
        told = clean_up_all([ledger], made.run.session, made.plan.contract, "rponefall")[1]
    assert told == [
        f"settings /v1/offices/{office}/settings: changed by this run, as it seems, "
        "and it may be others': what was there before could not be put back"
    ]


def test_what_was_not_alike_before_is_told_and_left(tmp_path: Path) -> None:
    """A write changes those of all offices, which have one each."""
    server = Settings(one=False)
    honest = server.settings

    def settings(asked: Asked, office: int) -> Answer:
        found = honest(asked, office)
        for kept in server.kept.values() if asked.method == "PATCH" else ():
            kept.update(asked.body)
        return found

    server.settings = settings  # type: ignore[method-assign]
    with begun(server, tmp_path) as (made,):
        office = made.office()
        send(made, 1, "PATCH", office, {"rows": 5})
        with pytest.raises(NotProven, match="settings is one for all"):
            send(made, 2, "PATCH", office, {"rows": 6})
        assert len(server.writes) == 1
        assert "could not be put back" in " ".join(made.clean_up())


@pytest.mark.parametrize("operations", ["read, update", "read, replace"])
@pytest.mark.parametrize("workers", [1, 4])
def test_whole_runs_leave_it_as_it_was_and_tell_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int, operations: str
) -> None:
    whole = Plan.of(contract(tmp_path, operations), "ci")
    whole.items = [item for item in whole.items if item.id in TOLD]
    for one in (False, True):
        server, folder = Settings(one), tmp_path / f"run-{one}"
        folder.mkdir()
        told = run(whole, server, folder, workers=workers)
        assert (server.harm(), server.changed(), told.left) == ([], [], [])
        assert (told.outcomes["fail"], told.outcomes["pass"] > 1) == (int(one), not one), told.reasons
    monkeypatch.setattr(Singles, "check", lambda *_: None)
    server, folder = Settings(one=True), tmp_path / "without"
    folder.mkdir()
    run(whole, server, folder, workers=workers)
    assert server.changed(), "nothing came to harm without it: this test proves nothing"
