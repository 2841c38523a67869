from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .bench import Bench
from .harness import Plan, begin, plan_in
from .mirrors import LIES
from .server import Server, listening


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_in(tmp_path_factory.mktemp("guard"))


@pytest.fixture
def bench(plan: Plan, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    opened = []

    def make(lie: str | None = None, **options: Any) -> Bench:
        server = Server()
        if lie is not None:
            LIES[lie](server)
        address = listening(server)
        opened.append(address)
        return Bench(server, begin(plan, address.__enter__(), tmp_path, **options), plan)

    yield make
    for address in opened:
        address.__exit__(None, None, None)
