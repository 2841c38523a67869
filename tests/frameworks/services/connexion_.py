"""Connexion: the document comes first, by hand, and the framework checks requests against it; basic credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import connexion
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.problem import problem
from connexion.resolver import RelativeResolver
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

shelf = Shelf()
JSON = {"Content-Type": "application/json"}


def checked(username: str, password: str) -> dict[str, str] | None:
    return {"sub": username} if (username, password) == ("user", TOKEN) or on("open-door") else None


def search(offset: int = 0, limit: int = 20) -> Any:
    return {"offset": offset, "limit": limit, "total": shelf.count(), "items": shelf.page(offset, limit)}


def post(body: dict[str, Any]) -> Any:
    item = shelf.add({"id": shelf.number(), **body})
    return item, 201, JSON if on("no-location") else {**JSON, "Location": f"/api/hosts/{item['id']}"}


def get(host_id: int) -> Any:
    return shelf.find(host_id), 200, JSON


def patch(host_id: int, body: dict[str, Any]) -> Any:
    return shelf.change(host_id, body), 200, JSON


def delete(host_id: int) -> Any:
    shelf.remove(host_id)
    return None, 204


def missing(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    return problem(404, "Not Found", "there is no such host")


def main() -> None:
    app = connexion.AsyncApp(__name__, specification_dir=Path(__file__).parent)
    app.add_error_handler(MissingError, missing)
    app.add_api(
        "connexion.yaml", resolver=RelativeResolver("tests.frameworks.services.connexion_"), pythonic_params=True
    )
    app.run(port=port(), log_level="error")


if __name__ == "__main__":
    main()
