"""Quart-Schema: pydantic models by decorators, refused requests are 400."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from pydantic import BaseModel, Field
from quart import Quart, request
from quart_schema import (
    HttpSecurityScheme,
    QuartSchema,
    RequestSchemaValidationError,
    document_response,
    validate_querystring,
    validate_request,
    validate_response,
)
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

app = Quart(__name__)
QuartSchema(app, security_schemes={"app_id": HttpSecurityScheme(scheme="bearer")}, security=[{"app_id": []}])
shelf = Shelf()


class TodoIn(BaseModel):
    task: str = Field(min_length=1, max_length=200)
    due: datetime | None = None
    tags: list[str] = Field(default_factory=list, max_length=5)


class Todo(TodoIn):
    id: int


class Todos(BaseModel):
    todos: list[Todo]


class Query(BaseModel):
    limit: int = Field(default=50, ge=1, le=100)
    offset: int = Field(default=0, ge=0)


class Problem(BaseModel):
    error: str


@app.before_request
async def known() -> Any:
    is_open = not request.path.startswith("/todos") or (on("open-door") and request.method == "POST")
    if not is_open and request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return None


@app.get("/todos/")
@validate_querystring(Query)
@validate_response(Todos, 200)
async def get_todos(query_args: Query) -> Any:
    return {"todos": shelf.page(query_args.offset, query_args.limit)}


@app.post("/todos/")
@validate_request(TodoIn)
@validate_response(Todo, 201)
@document_response(Problem, 400)
async def create_todo(data: TodoIn) -> Any:
    return shelf.add({"id": shelf.number(), **data.model_dump(mode="json")}), 201


@app.get("/todos/<int:id>")
@validate_response(Todo, 200)
@document_response(Problem, 404)
async def get_todo(id: int) -> Any:
    return shelf.find(id)


@app.put("/todos/<int:id>")
@validate_request(TodoIn)
@validate_response(Todo, 200)
@document_response(Problem, 400)
async def update_todo(id: int, data: TodoIn) -> Any:
    return shelf.change(id, data.model_dump(mode="json"))


@app.delete("/todos/<int:id>")
async def delete_todo(id: int) -> Any:
    shelf.remove(id)
    return "", 204


@app.errorhandler(MissingError)
async def missing(error: MissingError) -> Any:
    return {"error": "not found"}, 404


@app.errorhandler(RequestSchemaValidationError)
async def refused(error: RequestSchemaValidationError) -> Any:
    return {"error": "VALIDATION"}, 400


if __name__ == "__main__":
    config = Config()
    config.bind = [f"127.0.0.1:{port()}"]
    asyncio.run(serve(app, config))
