"""Falcon with SpecTree: resources in classes, pydantic models, what does not fit is 422."""

from __future__ import annotations

from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import falcon
from pydantic import BaseModel, Field
from spectree import Response, SpecTree
from tests.frameworks.seeded import MissingError, Shelf, on, port

shelf = Shelf()
spec = SpecTree("falcon", title="Notes", path="apidoc", security_schemes=[], mode="strict")


class NoteIn(BaseModel):
    title: str = Field(min_length=1, max_length=120)
    body: str = Field(default="", max_length=None if on("no-bound") else 400)
    stars: int = Field(default=0, ge=0, le=5)


class Note(NoteIn):
    id: int


class Notes(BaseModel):
    notes: list[Note]


class Message(BaseModel):
    message: str


class Collection:
    @spec.validate(resp=Response(HTTP_200=Notes))
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All notes"""
        resp.media = {"notes": shelf.all()}

    @spec.validate(json=NoteIn, resp=Response(HTTP_201=Note))
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """A new note"""
        note = shelf.add({"id": shelf.number(), **req.context.json.model_dump()})
        resp.status, resp.location, resp.media = falcon.HTTP_201, f"/notes/{note['id']}", note


class Item:
    @spec.validate(resp=Response(HTTP_200=Note, HTTP_404=Message))
    def on_get(self, req: falcon.Request, resp: falcon.Response, note_id: int) -> None:
        """One note"""
        resp.media = shelf.find(note_id)
        if on("number-as-text"):
            resp.media["stars"] = str(resp.media["stars"])

    @spec.validate(json=NoteIn, resp=Response(HTTP_200=Note, HTTP_404=Message))
    def on_put(self, req: falcon.Request, resp: falcon.Response, note_id: int) -> None:
        """Another note in its place"""
        resp.media = shelf.change(note_id, req.context.json.model_dump())

    @spec.validate(resp=Response("HTTP_204", HTTP_404=Message))
    def on_delete(self, req: falcon.Request, resp: falcon.Response, note_id: int) -> None:
        """No note any more"""
        shelf.remove(note_id)
        resp.status = falcon.HTTP_204


def missing(req: falcon.Request, resp: falcon.Response, error: Exception, params: Any) -> None:
    resp.status, resp.media = falcon.HTTP_404, {"message": "no such note"}


app = falcon.App()
# SpecTree ends in a 500 where a handler of Falcon has read a form.
json_alone = {falcon.MEDIA_JSON: falcon.media.JSONHandler()}
app.req_options.media_handlers = falcon.media.Handlers(json_alone)
app.add_error_handler(MissingError, missing)
app.add_route("/notes", Collection())
app.add_route("/notes/{note_id:int}", Item())
spec.register(app)


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


if __name__ == "__main__":
    make_server("127.0.0.1", port(), app, handler_class=Silent).serve_forever()
