"""What an id may be read as, as far as the ids tell that a server has given out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
