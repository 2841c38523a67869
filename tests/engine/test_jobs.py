"""What is only accepted is followed until its job has ended: by its URL or its id, to the id of what it made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.engine.jobs import Jobs
from restproof.engine.keep import LiveKeeper
from restproof.engine.settling import Settling
from restproof.suite import Reply

from .conftest import Answer, Bench
from .test_settling import Hands

CONTRACT = """\
contract: shop
resources:
  shelf:
    path: /shelves
    schema: shelf.json
    operations:
      read:
      create: {{statuses: {{created: [201, 202]}}, job: {{path: "/jobs/{{job}}", {said}}}}}
"""
USUAL = "done: [done], failed: [broken], made: /made, within: 10"
BODY = {"name": "a"}
HERE = (("Location", "https://api.test/jobs/j1"),)


@pytest.fixture
def created(contract_of: Callable[[str], Contract], bench: Callable[..., Bench]) -> Callable[..., Reply]:
    def create(said: str, answer: Answer, *states: Answer) -> Reply:
        """The reply to a create that is answered ``answer``, whose job is then in each of these states, and stays in
        the last."""
        left, clock = list(states), Hands()

        def server(request: Any) -> Answer:
            if request.method == "POST":
                return answer
            assert request.path == "/jobs/j1"
            return left.pop(0) if len(left) > 1 else left[0]

        made = bench(server, contract=contract_of(CONTRACT.format(said=said)))
        world = made.world
        world.jobs = Jobs(world.contract, world.session, clock, Settling(clock, LiveKeeper()))
        return made.subject("shelf").create(BODY)

    return create


@pytest.mark.parametrize(
    ("said", "answer", "states"),
    [
        (USUAL, (202, None, HERE), [(200, {"status": "new"}), (200, {"status": "done", "made": 7})]),
        (USUAL, (202, {"id": 99, "name": "job"}, HERE), [(200, {"status": "done", "made": "/shelves/7"})]),
        (f"at: /op/id, {USUAL}", (202, {"op": {"id": "j1"}}), [(404, None), (200, {"status": "done", "made": "7"})]),
        ("made: Location", (202, None, HERE), [(200, {}), (303, None, (("Location", "http://x/shelves/7"),))]),
        ("state: /ok, done: true, made: /x", (202, None, HERE), [(200, {"ok": 1}), (200, {"ok": True, "x": 7})]),
        (USUAL, (201, {"id": 7, "name": "a"}), []),
    ],
)
def test_the_id_of_what_was_made_is_what_its_job_says(
    said: str, answer: Answer, states: list[Answer], created: Callable[..., Reply]
) -> None:
    reply = created(said, answer, *states)
    assert reply.id == 7
    assert reply.job is None or not reply.job.problem


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        ([(200, {"status": "new"})], "the job of a valid create is in the state 'new' after 10 s"),
        ([(500, None)], "the job of a valid create answered 500 after 10 s"),
        ([(200, {"status": "broken"})], "the job of a valid create ended as 'broken'"),
        ([(200, {"status": "done"})], "the job of a create is done, and names nothing that was made at /made"),
    ],
)
def test_what_does_not_end_well_is_said(states: list[Answer], problem: str, created: Callable[..., Reply]) -> None:
    reply = created(USUAL, (202, {"id": 99}, HERE), *states)
    assert reply.job is not None
    assert (reply.id, reply.entity, reply.job.problem) == (None, None, problem)


def test_an_answer_without_a_job_is_said(created: Callable[..., Reply]) -> None:
    reply = created(USUAL, (202, {"id": 99}))
    assert reply.job is not None
    assert reply.job.problem == "the answer to the create names no job at Location"
