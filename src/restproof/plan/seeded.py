"""What Hypothesis draws depends on the seed alone.

Since 6.131 Hypothesis also draws constants that it finds in *local* modules: those that are imported at that moment and
lie outside of ``site-packages``. The same seed would then give other cases in a checkout than in an installed package,
after a lazy import, or once somebody has edited a rule of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

_lock = Lock()
_inside = 0


@contextmanager
def by_the_seed_alone() -> Iterator[None]:
    """Hypothesis draws no constants of modules in here; Hypothesis has no setting for that. It holds for the process,
    so that several threads may be inside; what others draw afterwards is as it was."""
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            _swap()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _swap()


def _swap() -> None:
    for name, other in _other.items():
        _other[name] = getattr(_providers, name)
        setattr(_providers, name, other)


_providers: Any = None
_other: dict[str, object] = {}
"""Names of Hypothesis' module of providers, each with what is to stand there next: what ignores constants, or, while
somebody is inside, what was there before. Hypothesis promises nothing of these names: a version that has them no more
draws as it does by itself."""

with suppress(ImportError):
    from hypothesis.internal.cache import LRUCache
    from hypothesis.internal.conjecture import providers as _providers
    from hypothesis.internal.constants_ast import Constants

    _none = Constants()
    # Which constants each constraint permits, when there are none of modules: kept apart from what others draw with.
    _permitted: LRUCache[Any, Any] = LRUCache(1024)
    if hasattr(_providers, "_get_local_constants") and hasattr(_providers, "CONSTANTS_CACHE"):
        _other = {"_get_local_constants": lambda: _none, "CONSTANTS_CACHE": _permitted}
