"""APIFlask as its basic example has it, with tokens: PATCH by a partial schema, the framework's own errors."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask, HTTPTokenAuth, PaginationSchema, Schema, abort
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

app = APIFlask(__name__, title="Tickets")
auth = HTTPTokenAuth()
shelf = Shelf()


@auth.verify_token
def verify_token(token: str) -> str | None:
    return token if token == TOKEN else None


class TicketIn(Schema):
    title = String(required=True, validate=Length(1, 80))
    priority = String(load_default="normal", validate=OneOf(["low", "normal", "high"]))
    estimate = Integer(allow_none=True, validate=Range(0, 400) if not on("no-bound") else None)
    due = Date(allow_none=True)


class TicketOut(Schema):
    id = Integer()
    title = String()
    priority = String()
    estimate = String(allow_none=True) if on("number-as-text") else Integer(allow_none=True)
    due = Date(allow_none=True)


class PageQuery(Schema):
    page = Integer(load_default=1, validate=Range(min=1))
    per_page = Integer(load_default=20, validate=Range(1, 100))


class TicketsOut(Schema):
    tickets = List(Nested(TicketOut))
    pagination = Nested(PaginationSchema)


@app.get("/tickets")
@app.input(PageQuery, location="query")
@app.output(TicketsOut)
@app.auth_required(auth)
def get_tickets(query_data: dict[str, int]) -> Any:
    page, size, total = query_data["page"], query_data["per_page"], shelf.count()
    shown = {"page": page, "per_page": size, "total": total, "pages": -(-total // size)}
    return {"tickets": shelf.page((page - 1) * size, size), "pagination": shown}


@app.get("/tickets/<int:ticket_id>")
@app.output(TicketOut)
@app.doc(responses=[404])
@app.auth_required(auth)
def get_ticket(ticket_id: int) -> Any:
    return found(ticket_id)


@app.post("/tickets")
@app.input(TicketIn)
@app.output(TicketOut, status_code=201)
@app.auth_required(auth)
def create_ticket(json_data: dict[str, Any]) -> Any:
    return shelf.add({"id": shelf.number(), "estimate": None, "due": None, **json_data})


@app.patch("/tickets/<int:ticket_id>")
@app.input(TicketIn(partial=True))
@app.output(TicketOut)
@app.auth_required(auth)
def update_ticket(ticket_id: int, json_data: dict[str, Any]) -> Any:
    found(ticket_id)
    return shelf.change(ticket_id, json_data)


@app.delete("/tickets/<int:ticket_id>")
@app.output({}, status_code=204)
@app.auth_required(auth)
def delete_ticket(ticket_id: int) -> Any:
    found(ticket_id)
    shelf.remove(ticket_id)
    return ""


def found(ticket_id: int) -> dict[str, Any]:
    try:
        return shelf.find(ticket_id)
    except MissingError:
        abort(404)


if __name__ == "__main__":
    app.run(port=port())
