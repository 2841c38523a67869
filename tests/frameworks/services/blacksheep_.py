"""BlackSheep: handlers over dataclasses, a document by its OpenAPI handler."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import uvicorn
from blacksheep import Application, FromJSON, Response, json, no_content
from blacksheep.server.openapi.common import ContentInfo, ResponseInfo
from blacksheep.server.openapi.v3 import OpenAPIHandler
from openapidocs.v3 import Info
from pydantic import BaseModel, Field
from tests.frameworks.seeded import MissingError, Shelf, on, port

app = Application()
docs = OpenAPIHandler(info=Info(title="Cats", version="0.0.1"))
docs.bind_app(app)
shelf = Shelf()


class CatIn(BaseModel):
    name: str = Field(min_length=1, max_length=60)
    lives: int = Field(ge=0, le=9)
    colour: str | None = Field(default=None, max_length=30)


class Cat(BaseModel):
    id: int
    name: str
    lives: int
    colour: str | None = None


@dataclass
class Problem:
    error: str


def seen(model: Any, description: str) -> ResponseInfo:
    return ResponseInfo(description, content=[ContentInfo(model)])


ABSENT = {404: seen(Problem, "No such cat")}


@docs(responses={200: seen(list[Cat], "All cats")})
@app.router.get("/api/cats")
def get_cats() -> Response:
    return json(shelf.all())


@docs(responses={201: seen(Cat, "The cat")})
@app.router.post("/api/cats")
def create_cat(data: FromJSON[CatIn]) -> Response:
    return json(
        shelf.add({"id": shelf.number(), **data.value.model_dump()}), status=200 if on("create-answers-200") else 201
    )


@docs(responses={200: seen(Cat, "The cat"), **ABSENT})
@app.router.get("/api/cats/{cat_id}")
def get_cat(cat_id: int) -> Response:
    shown = shelf.find(cat_id)
    return json(shown | {"lives": str(shown["lives"])} if on("number-as-text") else shown)


@docs(responses={200: seen(Cat, "The cat"), **ABSENT})
@app.router.put("/api/cats/{cat_id}")
def update_cat(cat_id: int, data: FromJSON[CatIn]) -> Response:
    return json(shelf.change(cat_id, data.value.model_dump()))


@docs(responses={204: "Deleted", **ABSENT})
@app.router.delete("/api/cats/{cat_id}")
def delete_cat(cat_id: int) -> Response:
    shelf.remove(cat_id)
    return no_content()


@app.exception_handler(MissingError)
async def missing(self: Application, request: Any, error: MissingError) -> Response:
    return json(asdict(Problem("no such cat")), status=404)


if __name__ == "__main__":
    uvicorn.run(app, port=port(), log_level="error", lifespan="on")
