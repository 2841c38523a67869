"""What an id may be read as, as far as the ids tell that a server has given out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from restproof.wire.failure import NotSent
from restproof.wire.places import Spot

from .bench import Bench
from .server import Answer


@pytest.mark.parametrize("given", ["nothing", "numbers", "texts"])
def test_no_text_that_a_server_makes_of_bytes_is_looked_at_where_its_ids_are_numbers(
    bench: Callable[..., Bench], given: str
) -> None:
    made = bench()
    if given == "texts":
        made.server.create = lambda asked: Answer(201, {"id": "n-1", **asked.body})
    if given != "nothing":
        made.send("POST", "/notes", {"text": made.token()})
    made.server.log.clear()
    assert made.send("DELETE", "/notes/%FF").status == 404
    looks = [line.split()[1] for line in made.server.log if line.startswith("GET")]
    assert looks == ["/v1/notes/%FF", *(["/v1/notes/%EF%BF%BD"] if given != "numbers" else [])]
    made.server.log.clear()
    assert made.send("DELETE", "/notes/%FF12345").status == 404
    assert "/v1/notes/12345" in [line.split()[1] for line in made.server.log]


@pytest.mark.parametrize("of_others", [False, True], ids=["nothing beside it", "another's in small letters"])
def test_what_is_found_in_any_case_and_shows_its_own_id_is_one_item(
    bench: Callable[..., Bench], of_others: bool
) -> None:
    """Ids in capitals, which a server finds in small letters as well: both readings lead to the one that the run has
    made. One of others in small letters stays."""
    made = bench()
    rows = made.server.rows["tag"]
    made.server.find = lambda asked: next((k for k in (asked.id, *rows) if k in rows and _alike(k, asked.id)), None)
    wing = {"slug": "WING-7", "colour": made.token()}
    if of_others:
        made.server.stranger("tag", "wing-7", "of others")
        with pytest.raises(NotSent, match="what this run did not make"):
            made.send("POST", "/tags", wing)
    else:
        assert made.send("POST", "/tags", wing).status == 201
        made.run.guard.evidence.forget(Spot(made.plan.contract.resources["tag"], (), "wing-7"))
        assert made.send("DELETE", "/tags/WING-7").status == 204
    assert ([*rows][-1] == "wing-7", made.server.harm()) == (of_others, [])


def _alike(key: str, id: str | None) -> bool:
    return id is not None and key.lower() == id.lower()
