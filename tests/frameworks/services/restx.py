"""Flask-RESTX as its full example has it: Swagger 2.0, models that are checked and marshalled, a key in a header."""

from __future__ import annotations

from functools import wraps
from typing import Any

from flask import Flask, request
from flask_restx import Api, Resource, fields
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

app = Flask(__name__)
keys = {"apikey": {"type": "apiKey", "in": "header", "name": "X-API-KEY"}}
api = Api(app, version="1.0", title="Todos", authorizations=keys, security="apikey")
ns = api.namespace("todos", description="TODO operations")
shelf = Shelf()

todo = api.model(
    "Todo",
    {
        "id": fields.Integer(readonly=True, description="The task unique identifier"),
        "task": fields.String(required=True, description="The task details", min_length=1, max_length=80),
        "done": fields.Boolean(default=False),
        "effort": fields.Integer(min=1, max=13, required=True),
    },
)


def keyed(method: Any) -> Any:
    @wraps(method)
    def asked(*args: Any, **kwargs: Any) -> Any:
        if request.headers.get("X-API-KEY") != TOKEN and not (on("open-door") and request.method == "DELETE"):
            api.abort(401, "API key is missing or wrong")
        return method(*args, **kwargs)

    return asked


def found(id: int) -> dict[str, Any]:
    try:
        return shelf.find(id)
    except MissingError:
        api.abort(404, f"Todo {id} doesn't exist")
        raise


@ns.route("/")
class TodoList(Resource):
    """Shows a list of all todos, and lets you POST to add new tasks"""

    method_decorators = (keyed,)

    @ns.doc("list_todos")
    @ns.marshal_list_with(todo)
    def get(self) -> Any:
        """List all tasks"""
        return shelf.all()

    @ns.doc("create_todo")
    @ns.expect(todo, validate=not on("unchecked"))
    @ns.marshal_with(todo, code=201)
    def post(self) -> Any:
        """Create a new task"""
        return shelf.add({"id": shelf.number(), "done": False, **taken()}), 201


@ns.route("/<int:id>")
@ns.response(404, "Todo not found")
@ns.param("id", "The task identifier")
class Todo(Resource):
    """Show a single todo item and lets you delete them"""

    method_decorators = (keyed,)

    @ns.doc("get_todo")
    @ns.marshal_with(todo)
    def get(self, id: int) -> Any:
        """Fetch a given resource"""
        return found(id)

    @ns.doc("delete_todo")
    @ns.response(204, "Todo deleted")
    def delete(self, id: int) -> Any:
        """Delete a task given its identifier"""
        found(id)
        shelf.remove(id)
        return "", 204

    @ns.expect(todo, validate=True)
    @ns.marshal_with(todo)
    def put(self, id: int) -> Any:
        """Update a task given its identifier"""
        found(id)
        return shelf.change(id, {"done": False, **taken()})


def taken() -> dict[str, Any]:
    return {n: api.payload[n] for n in ("task", "done", "effort") if n in api.payload}


if __name__ == "__main__":
    app.run(port=port())
