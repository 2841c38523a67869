"""The services: what each is made with, where its document is, and the faults that it can have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Framework:
    """A service. ``needs``: the package that must be there; ``file``: the module under ``services/`` or the file
    under ``node/``; ``document``: the path of the document that it serves; ``credential``: where it is not the
    plain token."""

    name: str
    needs: str
    file: str
    document: str
    faults: tuple[str, ...]
    credential: str = ""

    @property
    def node(self) -> bool:
        """Whether it is in JavaScript: of those the file has its suffix."""
        return "." in self.file


FRAMEWORKS = (
    Framework(
        "FastAPI",
        "fastapi",
        "fastapi_",
        "/openapi.json",
        ("change-not-kept", "no-bound", "open-door", "total-wrong", "absent-is-another"),
    ),
    Framework(
        "Django Ninja",
        "ninja",
        "ninja_",
        "/api/openapi.json",
        ("open-door", "text-cut", "list-forgets", "delete-not-done", "absent-crashes"),
    ),
    Framework(
        "Django REST Framework",
        "drf_spectacular",
        "drf",
        "/schema/?format=json",
        ("open-door", "number-as-text", "change-not-kept", "delete-not-done", "list-hides"),
        credential="Token an-honest-token",
    ),
    Framework(
        "Flask-smorest",
        "flask_smorest",
        "smorest",
        "/openapi.json",
        ("no-bound", "create-not-kept", "change-changes-another", "every-page-first", "absent-crashes"),
    ),
    Framework(
        "APIFlask",
        "apiflask",
        "apiflask_",
        "/openapi.json",
        ("no-bound", "number-as-text", "change-empties-another", "total-wrong", "delete-not-done"),
    ),
    Framework(
        "Flask-RESTX",
        "flask_restx",
        "restx",
        "/swagger.json",
        ("open-door", "unchecked", "list-forgets", "change-not-kept", "long-text-crashes"),
    ),
    Framework(
        "Litestar",
        "litestar",
        "litestar_",
        "/schema/openapi.json",
        ("no-bound", "unknown-taken", "every-page-first", "change-empties-another", "absent-crashes"),
    ),
    Framework(
        "BlackSheep",
        "blacksheep",
        "blacksheep_",
        "/openapi.json",
        ("create-answers-200", "number-as-text", "delete-not-done", "text-cut", "absent-is-another"),
    ),
    Framework(
        "Connexion",
        "connexion",
        "connexion_",
        "/api/openapi.json",
        ("open-door", "no-location", "total-wrong", "change-not-kept", "every-page-first"),
        credential="user:an-honest-token",
    ),
    Framework(
        "Falcon with SpecTree",
        "spectree",
        "falcon_",
        "/apidoc/openapi.json",
        ("no-bound", "number-as-text", "create-not-kept", "delete-not-done", "list-forgets"),
    ),
    Framework(
        "Quart-Schema",
        "quart_schema",
        "quart_",
        "/openapi.json",
        ("open-door", "change-changes-another", "text-cut", "every-page-first", "absent-crashes"),
    ),
    Framework(
        "Sanic Extensions",
        "sanic_ext",
        "sanic_",
        "/docs/openapi.json",
        ("no-bound", "open-door", "change-not-kept", "list-forgets", "absent-is-another"),
    ),
    Framework(
        "aiohttp-pydantic",
        "aiohttp_pydantic",
        "aiohttp_",
        "/oas/spec",
        ("create-answers-200", "long-text-crashes", "delete-not-done", "change-not-kept", "absent-crashes"),
    ),
    Framework(
        "Flask-OpenAPI3",
        "flask_openapi3",
        "openapi3",
        "/openapi/openapi.json",
        ("open-door", "no-bound", "every-page-first", "text-cut", "create-not-kept"),
    ),
    Framework(
        "Express with swagger-jsdoc",
        "swagger-jsdoc",
        "express.cjs",
        "/api-docs.json",
        ("open-door", "no-bound", "every-page-first", "change-empties-another", "text-cut"),
    ),
    Framework(
        "Fastify",
        "@fastify/swagger",
        "fastify.cjs",
        "/openapi.json",
        ("no-bound", "number-as-text", "open-door", "total-wrong", "change-changes-another"),
    ),
    Framework(
        "NestJS",
        "@nestjs/swagger",
        "nest.ts",
        "/api-json",
        ("no-bound", "create-answers-200", "open-door", "unknown-taken", "change-not-kept"),
    ),
    Framework(
        "Hono with zod-openapi",
        "@hono/zod-openapi",
        "hono.cjs",
        "/doc",
        ("no-bound", "create-answers-200", "number-as-text", "absent-crashes", "delete-not-done"),
    ),
    Framework(
        "hapi with hapi-swagger",
        "hapi-swagger",
        "hapi.cjs",
        "/swagger.json",
        ("open-door", "no-bound", "every-page-first", "change-not-kept", "list-forgets"),
    ),
    Framework(
        "LoopBack",
        "@loopback/rest",
        "loopback.ts",
        "/openapi.json",
        ("no-bound", "create-not-kept", "change-not-kept", "delete-not-done", "absent-is-another"),
    ),
)
