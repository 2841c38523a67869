"""Flask-smorest as its quickstart has it: method views, marshmallow, pages told in ``X-Pagination``."""

from __future__ import annotations

import uuid
from typing import Any

import marshmallow as ma
from flask import Flask
from flask.views import MethodView
from flask_smorest import Api, Blueprint, abort
from tests.frameworks.seeded import MissingError, Shelf, on, port

app = Flask(__name__)
app.config |= {
    "API_TITLE": "Pets",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.0.2",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
}
api = Api(app)
pets = Blueprint("pets", "pets", url_prefix="/pets", description="Operations on pets")
shelf = Shelf()


class PetSchema(ma.Schema):
    id = ma.fields.UUID(dump_only=True)
    name = ma.fields.String(required=True, validate=ma.validate.Length(min=1, max=None if on("no-bound") else 60))
    species = ma.fields.String(required=True, validate=ma.validate.OneOf(["cat", "dog", "fish"]))
    weight = ma.fields.Float(allow_none=True, validate=ma.validate.Range(min=0, max=500))


@pets.route("/")
class Pets(MethodView):
    @pets.response(200, PetSchema(many=True))
    @pets.paginate()
    def get(self, pagination_parameters: Any) -> Any:
        """List pets"""
        pagination_parameters.item_count = shelf.count()
        return shelf.page(pagination_parameters.first_item, pagination_parameters.page_size)

    @pets.arguments(PetSchema)
    @pets.response(201, PetSchema)
    def post(self, new_data: dict[str, Any]) -> Any:
        """Add a new pet"""
        return shelf.add({"id": uuid.uuid4(), **new_data})


@pets.route("/<uuid:pet_id>")
class PetsById(MethodView):
    @pets.response(200, PetSchema)
    @pets.alt_response(404, description="there is no such pet")
    def get(self, pet_id: uuid.UUID) -> Any:
        """Get a pet by its id"""
        return found(pet_id)

    @pets.arguments(PetSchema)
    @pets.response(200, PetSchema)
    def put(self, update_data: dict[str, Any], pet_id: uuid.UUID) -> Any:
        """Update an existing pet"""
        found(pet_id)
        return shelf.change(pet_id, update_data)

    @pets.response(204)
    def delete(self, pet_id: uuid.UUID) -> None:
        """Delete a pet"""
        found(pet_id)
        shelf.remove(pet_id)


def found(pet_id: uuid.UUID) -> dict[str, Any]:
    try:
        return shelf.find(pet_id)
    except MissingError:
        abort(404, message="Pet not found.")


api.register_blueprint(pets)

if __name__ == "__main__":
    app.run(port=port())
