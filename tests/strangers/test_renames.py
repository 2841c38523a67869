"""Ids that an update may change: what others have stays as it is, and what the run has renamed does not stay behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven

from .bench import Bench
from .harness import Plan, begin, run, write_contract
from .server import Answer, Asked, Server, listening

CONTRACT = """\
contract: strangers
base_path: /v1
transport: any
auth: none
statuses: {unknown_field: ignored, invalid: 422, updated: [200, 204]}
paging: {style: page, page: page, size: per_page, default: 1000, max: 1000}
resources:
  tag: {path: /tags, schema: tag.json, id: {field: slug, chosen_by: client, changes: true}}
"""
PLANNED = ("identity.", "update.", "delete.", "lifecycle")


class Renaming(Server):
    """Takes slugs with a create, and other ones with an update. ``silent``: that is answered without content; ``deaf``:
    it passes over the slug; ``greedy``: one that is taken is taken all the same; ``leading``: the old one leads on."""

    silent = deaf = greedy = leading = False

    def __init__(self) -> None:
        super().__init__()
        self.old = set[str | None]()

    def of_an_item(self, asked: Asked) -> Answer:
        if asked.method == "PUT":
            return self.unsupported(asked)
        if asked.method == "PATCH":
            return self.renamed(asked)
        found = super().of_an_item(asked)
        leads = self.leading and found.status == 404 and asked.id in self.old
        return Answer(301, None, {"Location": "/v1/tags"}) if leads else found

    def renamed(self, asked: Asked) -> Answer:
        rows, old = self.rows["tag"], asked.id
        slug = asked.body.get("slug", old) if isinstance(asked.body, dict) else old
        if old not in rows:
            return Answer(404, {"error": "absent"})
        if slug != old and slug in rows and not self.greedy:
            return Answer(409, {"error": "that slug is taken"})
        found = self.update_honestly(asked)
        if found.status == 200 and slug != old and not self.deaf:
            rows[slug] = {**rows.pop(old), "slug": slug}
            self.old.add(old)
            found = Answer(200, dict(rows[slug]))
        return Answer(204) if found.status == 200 and self.silent else found


def planned(tmp_path: Path) -> Plan:
    plan = Plan.of(load(write_contract(tmp_path, CONTRACT)))
    plan.items = [item for item in plan.items if item.proof.requirement.startswith(PLANNED)]
    return plan


@pytest.mark.parametrize("trait", ["", "silent", "deaf", "greedy", "leading"])
def test_what_was_renamed_is_taken_away_and_nothing_else(trait: str, tmp_path: Path) -> None:
    server = Renaming()
    setattr(server, trait or "silent", bool(trait))
    told = run(planned(tmp_path), server, tmp_path)
    assert told.outcomes["pass"] > 20, (told.outcomes, told.reasons)
    assert told.outcomes["fail"] == (trait in ("deaf", "greedy")), told.reasons
    assert (server.harm(), server.ours(), told.left) == ([], {}, [])


@pytest.mark.parametrize("killed_at", range(1, 200, 9))
def test_a_run_that_is_killed_leaves_nothing_that_it_has_renamed(killed_at: int, tmp_path: Path) -> None:
    plan, server = planned(tmp_path), Renaming()
    plan.items = [i for i in plan.items if i.proof.requirement == "identity.renames"] * 12
    run(plan, server, tmp_path, killed_at=killed_at)
    assert (server.harm(), server.ours()) == ([], {})


@pytest.fixture
def tags(tmp_path: Path) -> Iterator[Bench]:
    server, plan = Renaming(), planned(tmp_path)
    server.silent = True
    with listening(server) as url:
        yield Bench(server, begin(plan, url, tmp_path), plan)


def tag(made: Bench, **fields: str) -> str:
    """The path of one of ours."""
    slug = made.token()
    assert made.send("POST", "/tags", {"slug": slug, "colour": "red", **fields}).status == 201
    return f"/tags/{slug}"


def test_no_update_gives_the_id_of_others(tags: Bench) -> None:
    where = tag(tags)
    for slug in ("tag-17", " TAG-17 "):
        with pytest.raises(NotProven):
            tags.send("PATCH", where, {"slug": slug})
    assert tags.server.harm() == []


@pytest.mark.parametrize("deaf", [False, True])
def test_where_no_list_and_no_answer_says_so_both_ids_are_in_the_ledger(deaf: bool, tmp_path: Path) -> None:
    unlisted = CONTRACT.replace("changes: true}", "changes: true}, operations: [create, read, update, delete]")
    server, plan = Renaming(), Plan.of(load(write_contract(tmp_path, unlisted)))
    server.silent, server.deaf = True, deaf
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        where, slug = tag(made), made.token()
        assert made.send("PATCH", where, {"slug": slug}).status == 204
        assert made.clean_up() == []
    assert (server.harm(), server.ours()) == ([], {})
