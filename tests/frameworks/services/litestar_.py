"""Litestar: a controller over msgspec structs, its own pagination container, a guard behind a bearer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
import uvicorn
from litestar import Controller, Litestar, delete, get, patch, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.pagination import OffsetPagination
from litestar.params import Parameter
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

shelf = Shelf()
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=None if on("no-bound") else 100)]
Litres = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class TankIn(msgspec.Struct, forbid_unknown_fields=not on("unknown-taken")):
    name: Name
    litres: Litres
    note: str | None = None


class TankChange(msgspec.Struct, forbid_unknown_fields=True):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    litres: Litres | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET


class Tank(msgspec.Struct):
    id: UUID
    name: str
    litres: int
    note: str | None = None


def known(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    if connection.headers.get("Authorization") != f"Bearer {TOKEN}":
        raise NotAuthorizedException


def found(tank_id: UUID) -> dict[str, Any]:
    try:
        return shelf.find(tank_id)
    except MissingError:
        raise NotFoundException(f"No tank {tank_id}") from None


class TankController(Controller):
    path = "/tanks"
    guards = (known,)
    security = ({"BearerToken": []},)

    @get()
    async def list_tanks(
        self,
        limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
        offset: Annotated[int, Parameter(ge=0)] = 0,
    ) -> OffsetPagination[Tank]:
        items = [Tank(**item) for item in shelf.page(offset, limit)]
        return OffsetPagination(items=items, total=shelf.count(), limit=limit, offset=offset)

    @post()
    async def create_tank(self, data: TankIn) -> Tank:
        return Tank(**shelf.add({"id": uuid4(), **msgspec.structs.asdict(data)}))

    @get("/{tank_id:uuid}", raises=[NotFoundException])
    async def get_tank(self, tank_id: UUID) -> Tank:
        return Tank(**found(tank_id))

    @patch("/{tank_id:uuid}", raises=[NotFoundException])
    async def update_tank(self, tank_id: UUID, data: TankChange) -> Tank:
        found(tank_id)
        changes = {n: v for n, v in msgspec.structs.asdict(data).items() if v is not msgspec.UNSET}
        return Tank(**shelf.change(tank_id, changes))

    @delete("/{tank_id:uuid}", raises=[NotFoundException])
    async def delete_tank(self, tank_id: UUID) -> None:
        found(tank_id)
        shelf.remove(tank_id)


bearer = Components(security_schemes={"BearerToken": SecurityScheme(type="http", scheme="bearer")})
app = Litestar([TankController], openapi_config=OpenAPIConfig("Tanks", "1.0.0", components=bearer))

if __name__ == "__main__":
    uvicorn.run(app, port=port(), log_level="error")
