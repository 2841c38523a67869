"""Ids that clients choose, and that hold no token: a create may name what somebody has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven

from .bench import Bench
from .harness import Plan, begin, run, write_contract
from .server import CONTRACT, Answer, Asked, Server, listening, shown

CHOSEN = CONTRACT.replace(
    "id: {field: slug, type: string, chosen_by: either}",
    "id: {field: slug, type: string, chosen_by: client}\n    values: {slug: [SLUGS]}",
)
SLUGS = [f"{kind}-{number}" for number in range(1, 13) for kind in ("tag", "free")]
"""Each other one is somebody's."""


def planned(folder: Path, slugs: list[str]) -> Plan:
    whole = Plan.of(load(write_contract(folder / "contract", CHOSEN.replace("SLUGS", ", ".join(slugs)))))
    return replace(whole, items=[item for item in whole.items if item.label.startswith("tag")])


def overwriting() -> Server:
    """A create puts what it holds in the place of what has the id."""
    server = Server()

    def create(asked: Asked) -> Answer:
        known = isinstance(asked.body, dict) and asked.body.get("slug") in server.rows["tag"]
        if not known or server.refused(asked) is not None:
            return server.create_honestly(asked)
        row = server.rows["tag"][asked.body["slug"]]
        row.update(server.fields(asked))
        return Answer(201, shown(row))

    server.create = create
    return server


@pytest.mark.parametrize("slugs", [SLUGS, SLUGS[::2]], ids=["some are taken", "all are taken"])
def test_a_create_puts_nothing_in_the_place_of_what_others_have(tmp_path: Path, slugs: list[str]) -> None:
    server = overwriting()
    told = run(planned(tmp_path, slugs), server, tmp_path)
    assert (server.harm(), told.outcomes["error"]) == ([], 0)
    assert told.outcomes["pass"] > told.outcomes["not tested"]
    assert bool(server.ours()) == bool(told.left)


def test_an_id_without_a_token_is_looked_at_before_its_create(tmp_path: Path) -> None:
    plan, server = planned(tmp_path, SLUGS), overwriting()
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        for slug in ("tag-3", " tag-3", "TAG-3"):
            with pytest.raises(NotProven):
                made.send("POST", "/tags", {"slug": slug, "colour": made.token()})
        for _ in range(2):  # the second time it is ours
            assert made.send("POST", "/tags", {"slug": "free-3", "colour": made.token()}).status == 201
        server.log.clear()
        assert made.send("POST", "/tags", {"slug": made.token(), "colour": "red"}).status == 201
        assert [line.split()[0] for line in server.log] == ["POST"]
        assert made.clean_up() == []
    assert (server.harm(), server.ours()) == ([], {})


@pytest.mark.parametrize("slug", ["x" * 4000, "tag-9"])
def test_where_no_read_tells_of_an_id_the_list_does(tmp_path: Path, slug: str) -> None:
    plan, server = planned(tmp_path, SLUGS), overwriting()
    server.read = lambda asked: Answer(400, {"error": "what is that?"})
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        if slug in server.rows["tag"]:
            with pytest.raises(NotProven):
                made.send("POST", "/tags", {"slug": slug, "colour": made.token()})
        else:
            assert made.send("POST", "/tags", {"slug": slug, "colour": made.token()}).response is not None
    assert server.harm() == []


def test_a_list_that_need_not_hold_all_tells_of_no_id(tmp_path: Path) -> None:
    """What somebody has may be kept from it: its silence is no leave."""
    text = CHOSEN.replace("    values: {slug: [SLUGS]}", "    values: {slug: [tag-9]}\n    open: [list]")
    plan, server = Plan.of(load(write_contract(tmp_path / "contract", text))), overwriting()
    server.read = lambda asked: Answer(400, {"error": "what is that?"})
    server.entries = lambda asked: []
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        with pytest.raises(NotProven):
            made.send("POST", "/tags", {"slug": "tag-9", "colour": made.token()})
    assert server.harm() == []
