"""What bounds a run, in one process and in several."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from restproof.wire.ceilings import Ceilings
from restproof.wire.failure import NotSent


class Time:
    """A clock that moves where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def test_what_bounds_nothing_touches_no_file(tmp_path: Path) -> None:
    ceilings = Ceilings(common=tmp_path / "common")
    ceilings.wait()
    ceilings.take_request()
    ceilings.take_create()
    assert not ceilings.is_reached
    assert not list(tmp_path.iterdir())


def test_processes_have_one_ceiling_of_requests(tmp_path: Path) -> None:
    one, other = (Ceilings(requests=3, common=tmp_path / "common") for _ in range(2))
    one.take_request()
    other.take_request()
    one.take_request()
    assert one.is_reached
    with pytest.raises(NotSent, match="ceiling of 3 requests reached"):
        other.take_request()
    other.take_request(beyond=True)


def test_processes_have_one_ceiling_of_creates(tmp_path: Path) -> None:
    one, other = (Ceilings(creates=1, common=tmp_path / "common") for _ in range(2))
    one.take_create()
    with pytest.raises(NotSent, match="ceiling of 1 creates reached"):
        other.take_create()


def test_processes_take_turns_at_one_rate(tmp_path: Path) -> None:
    time = Time()
    processes = [
        Ceilings(rate=4, common=tmp_path / "common", clock=lambda: time.now, sleep=time.sleep) for _ in range(2)
    ]
    for _ in range(2):
        for process in processes:
            process.wait()
    assert time.slept == [0.25, 0.25, 0.25]


def test_no_request_is_counted_twice_or_lost(tmp_path: Path) -> None:
    processes = [Ceilings(requests=200, common=tmp_path / "common") for _ in range(4)]

    def spend(ceilings: Ceilings) -> int:
        taken = 0
        while True:
            try:
                ceilings.take_request()
            except NotSent:
                return taken
            taken += 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(spend, processes)) == 200


def test_what_is_paced_apart_takes_turns_among_itself_over_all_processes(tmp_path: Path) -> None:
    waits: list[float] = []
    common, paced = tmp_path / "common", {"order.list": 6.0, "order.read": 2.0}
    one, other = (Ceilings(paced=paced, common=common, clock=lambda: 0.0, sleep=waits.append) for _ in range(2))
    one.wait("order.list")
    one.wait("order.create")
    one.wait()
    assert waits == []
    other.wait("order.list")
    one.wait("order.read")
    one.wait("order.list")
    assert waits == [6.0, 12.0]
