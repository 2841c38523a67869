"""What an answer to a URI that is far too long may be: a refusal, or a success whose header nobody can read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item

from restproof.wire.failure import TransportError
from restproof.wire.message import Request


class Linking(Items):
    """Repeats the query in the header of its answer."""

    broken = "oversized header"

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        if len(request.target) > 65_536:
            raise TransportError(self.broken)
        return super().__call__(request)


class Resetting(Linking):
    broken = "connection reset"


@pytest.mark.parametrize(
    ("server", "status", "outcome"),
    [
        (Linking, ["2xx", "4xx"], "not tested"),
        (Linking, 414, "fail"),
        (Resetting, ["2xx", "4xx"], "fail"),
        (Items, ["2xx", "4xx"], "pass"),
    ],
)
def test_a_header_that_is_too_large_is_no_refusal_where_a_success_is_allowed(
    server: type[Items], status: object, outcome: str, tmp_path: Path
) -> None:
    contract, schemas = item(statuses={"uri_too_long": status})
    verdict = bench.run(server(), contract, schemas, tmp_path, only=("input.too-large",))
    (result,) = verdict.results
    assert result.outcome == outcome, result.message
