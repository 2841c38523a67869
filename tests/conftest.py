"""The order in which workers take the tests."""

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its part of what takes long, so that none is left with it at the end.

    Workers that steal from each other begin with equal parts of the list, one after the other.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = iter([item for item in items if not item.get_closest_marker("slow")])
    share = len(items) // workers
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        own = slow[worker::workers]
        ordered += [*own, *(item for _, item in zip(range(share - len(own)), quick, strict=False))]
    items[:] = [*ordered, *quick]
