"""Documents in styles that few write, and beside each an honest server that keeps it, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.openapi.honest import Service
from tests.openapi.unusual.albums import albums
from tests.openapi.unusual.apart import asked, calls, verbs
from tests.openapi.unusual.chosen import chosen
from tests.openapi.unusual.deeds import deeds
from tests.openapi.unusual.depots import depots
from tests.openapi.unusual.forms import forms
from tests.openapi.unusual.hal import hal
from tests.openapi.unusual.notebooks import notebooks
from tests.openapi.unusual.orders import orders
from tests.openapi.unusual.places import places
from tests.openapi.unusual.products import products
from tests.openapi.unusual.rooms import rooms
from tests.openapi.unusual.rpc import rpc
from tests.openapi.unusual.salons import salons
from tests.openapi.unusual.seats import seats
from tests.openapi.unusual.vehicles import vehicles
from tests.openapi.unusual.volumes import volumes

UNUSUAL: Mapping[str, Callable[[frozenset[str]], Service]] = {
    "depots": depots,
    "rooms": rooms,
    "seats": seats,
    "rpc": rpc,
    "albums": albums,
    "forms": forms,
    "orders": orders,
    "hal": hal,
    "notebooks": notebooks,
    "volumes": volumes,
    "products": products,
    "vehicles": vehicles,
    "salons": salons,
    "calls": calls,
    "asked": asked,
    "verbs": verbs,
    "places": places,
    "deeds": deeds,
    "chosen": chosen,
}
"""Document → its service."""
