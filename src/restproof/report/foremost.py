"""Which causes are told where there is no room for all."""

from __future__ import annotations

from collections.abc import Sequence

from restproof.oracle.results import Cause


def foremost(causes: Sequence[Cause], most: int) -> list[int]:
    """The places in ``causes`` of the at most ``most`` that are told, in their order: the worst, and with half of the
    room those further down in which the server itself fails (5xx), which nobody should have to look for."""
    most = max(most, 0)
    hidden = [at for at in range(most, len(causes)) if causes[at].damage == "failure"][: most // 2]
    shown = list(range(min(most, len(causes))))
    for _ in hidden:
        mild = next((at for at in reversed(shown) if causes[at].damage != "failure"), None)
        if mild is None:
            break
        shown.remove(mild)
    return sorted([*shown, *hidden][:most])
