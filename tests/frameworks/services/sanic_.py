"""Sanic with Sanic Extensions: handlers whose document stands in decorators, bodies checked by pydantic."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from sanic import HTTPResponse, Request, Sanic, empty, json
from sanic.exceptions import NotFound, Unauthorized
from sanic_ext import openapi, validate
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

app = Sanic("Rooms")
app.config.FALLBACK_ERROR_FORMAT = "json"
app.config.OAS_UI_DEFAULT = "redoc"
app.ext.openapi.describe("Rooms", version="1.0.0")
app.ext.openapi.add_security_scheme("token", "http", scheme="bearer")
shelf = Shelf()


class RoomIn(BaseModel):
    name: str = Field(min_length=1, max_length=50)
    seats: int = Field(ge=1, le=None if on("no-bound") else 500)
    floor: int | None = None


class Room(BaseModel):
    id: int
    name: str
    seats: int
    floor: int | None = None


def body(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": model.model_json_schema(ref_template="#/components/schemas/{model}")}


@app.on_request
async def known(request: Request) -> None:
    if (
        request.path.startswith("/rooms")
        and request.token != TOKEN
        and not (on("open-door") and request.method == "DELETE")
    ):
        raise Unauthorized("Auth required.", scheme="Bearer")


@app.get("/rooms")
@openapi.secured("token")
@openapi.response(200, {"application/json": {"type": "array", "items": Room.model_json_schema()}}, "All rooms")
async def get_rooms(request: Request) -> HTTPResponse:
    return json(shelf.all())


@app.post("/rooms")
@openapi.secured("token")
@openapi.body(body(RoomIn), required=True)
@openapi.response(201, body(Room), "The room")
@validate(json=RoomIn)
async def create_room(request: Request, body: RoomIn) -> HTTPResponse:
    return json(shelf.add({"id": shelf.number(), **body.model_dump()}), status=201)


@app.get("/rooms/<room_id:int>")
@openapi.secured("token")
@openapi.parameter("room_id", int, "path")
@openapi.response(200, body(Room), "The room")
@openapi.response(404, description="No such room")
async def get_room(request: Request, room_id: int) -> HTTPResponse:
    return json(found(room_id))


@app.put("/rooms/<room_id:int>")
@openapi.secured("token")
@openapi.parameter("room_id", int, "path")
@openapi.body(body(RoomIn), required=True)
@openapi.response(200, body(Room), "The room")
@validate(json=RoomIn)
async def update_room(request: Request, room_id: int, body: RoomIn) -> HTTPResponse:
    found(room_id)
    return json(shelf.change(room_id, body.model_dump()))


@app.delete("/rooms/<room_id:int>")
@openapi.secured("token")
@openapi.parameter("room_id", int, "path")
@openapi.response(204, description="Gone")
async def delete_room(request: Request, room_id: int) -> HTTPResponse:
    found(room_id)
    shelf.remove(room_id)
    return empty()


def found(room_id: int) -> dict[str, Any]:
    try:
        return shelf.find(room_id)
    except MissingError:
        raise NotFound("No such room") from None


if __name__ == "__main__":
    app.run(port=port(), single_process=True, access_log=False, motd=False)
