"""aiohttp with aiohttp-pydantic: views whose annotations are the document."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp_pydantic import PydanticView, oas
from aiohttp_pydantic.oas.typing import r200, r201, r204, r404
from pydantic import BaseModel, Field
from tests.frameworks.seeded import MissingError, Shelf, on, port

shelf = Shelf()


class PetIn(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    age: int = Field(ge=0, le=120)
    nickname: str | None = Field(default=None, max_length=40)


class Pet(BaseModel):
    id: int
    name: str
    age: int
    nickname: str | None = None


class Error(BaseModel):
    error: str


class PetCollectionView(PydanticView):
    async def get(self) -> r200[list[Pet]]:
        """All pets"""
        return web.json_response(shelf.all())

    async def post(self, pet: PetIn) -> r201[Pet]:
        """Add a new pet"""
        status = 200 if on("create-answers-200") else 201
        return web.json_response(shelf.add({"id": shelf.number(), **pet.model_dump()}), status=status)


class PetItemView(PydanticView):
    async def get(self, id: int, /) -> r200[Pet] | r404[Error]:
        """Find a pet by its id"""
        return web.json_response(shelf.find(id))

    async def put(self, id: int, /, pet: PetIn) -> r200[Pet] | r404[Error]:
        """Update a pet"""
        return web.json_response(shelf.change(id, pet.model_dump()))

    async def delete(self, id: int, /) -> r204 | r404[Error]:
        """Delete a pet"""
        shelf.remove(id)
        return web.Response(status=204)


@web.middleware
async def absent(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
    except MissingError:
        return web.json_response({"error": "not found"}, status=404)
    return answer


app = web.Application(middlewares=[absent])
app.router.add_view("/pets", PetCollectionView)
app.router.add_view("/pets/{id}", PetItemView)
oas.setup(app, title_spec="Pets", version_spec="1.0.0")

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=port(), print=None, access_log=None)
