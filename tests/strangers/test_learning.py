"""``restproof learn`` changes nothing of others either, whatever a server says about identity, and tells what it
leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import forked

from .harness import write_contract
from .mirrors import LIES
from .server import Server, listening
from .test_strangers import WHOLE

FEW = (
    "a create answers the id of one of others in a path",
    "a create answers our body with the id of a random of others",
    "an array of bodies is a bulk create",
)
"""An id that no path can hold, one of others, and creates of many at once."""


@pytest.mark.parametrize("lie", [None, *LIES] if WHOLE else FEW, ids=str)
def test_a_lesson_touches_nothing_of_others_and_tells_what_it_leaves(tmp_path: Path, lie: str | None) -> None:
    server = Server()
    if lie is not None:
        LIES[lie](server)
    contract, most = write_contract(tmp_path), "1000" if WHOLE else "160"
    with listening(server) as url:
        command = ["learn", str(contract), "--target", url, "--max-requests", most]
        ended = forked.run("restproof", command, cwd=tmp_path, timeout=300)
    words = ended.stdout + ended.stderr
    assert (server.harm(), "Traceback" in words) == ([], False), words
    assert ended.returncode in (0, 1), words
    told = words.partition("left on the target:")[2]
    assert {r for r in server.ours() if f"{r} " not in told and f"{r}:" not in told} == set(), words
