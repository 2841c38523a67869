"""Flask-OpenAPI3 as its example of a REST API has it: answers in an envelope of code, message and data."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_openapi3 import Info, OpenAPI, Tag
from pydantic import BaseModel, Field
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

bearer = {"type": "http", "scheme": "bearer"}
app = OpenAPI(__name__, info=Info(title="Book API", version="1.0.0"), security_schemes={"jwt": bearer})
tag = Tag(name="book", description="Some Book")
security = [{"jwt": []}]
shelf = Shelf()


class BookPath(BaseModel):
    id: int = Field(..., description="book ID")


class BookQuery(BaseModel):
    page: int = Field(1, ge=1, description="page number, from 1")
    page_size: int = Field(15, ge=1, le=100, description="how many on a page")


class BookBody(BaseModel):
    author: str = Field(..., min_length=2, max_length=40)
    age: int = Field(..., ge=0, le=200 if not on("no-bound") else None)
    title: str | None = Field(None, max_length=90)


class BookData(BookBody):
    id: int


class BookResponse(BaseModel):
    code: int = 0
    message: str = "ok"
    data: BookData


class BooksResponse(BaseModel):
    code: int = 0
    message: str = "ok"
    data: list[BookData]


class Problem(BaseModel):
    code: int
    message: str


@app.before_request
def known() -> Any:
    is_open = not request.path.startswith("/book") or (on("open-door") and request.method == "GET")
    if not is_open and request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return {"code": 401, "message": "who are you?"}, 401, {"WWW-Authenticate": "Bearer"}
    return None


def told(data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "ok", "data": data}


@app.get("/books", tags=[tag], security=security, responses={200: BooksResponse})
def get_books(query: BookQuery) -> Any:
    """get books"""
    return told(shelf.page((query.page - 1) * query.page_size, query.page_size))


@app.post("/books", tags=[tag], security=security, responses={201: BookResponse})
def create_book(body: BookBody) -> Any:
    """create book"""
    return told(shelf.add({"id": shelf.number(), **body.model_dump()})), 201


@app.get("/books/<int:id>", tags=[tag], security=security, responses={200: BookResponse, 404: Problem})
def get_book(path: BookPath) -> Any:
    """get a book"""
    return told(shelf.find(path.id))


@app.put("/books/<int:id>", tags=[tag], security=security, responses={200: BookResponse, 404: Problem})
def update_book(path: BookPath, body: BookBody) -> Any:
    """update book"""
    return told(shelf.change(path.id, body.model_dump()))


@app.delete("/books/<int:id>", tags=[tag], security=security, responses={204: None, 404: Problem})
def delete_book(path: BookPath) -> Any:
    """delete book"""
    shelf.remove(path.id)
    return "", 204


@app.errorhandler(MissingError)
def missing(error: MissingError) -> Any:
    return {"code": 404, "message": "no such book"}, 404


if __name__ == "__main__":
    app.run(port=port())
