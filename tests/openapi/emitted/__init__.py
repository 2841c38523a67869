"""Documents as tools emit them, and beside each an honest server of that tool's convention: it keeps the document, and
does what programs of that kind do where the document is silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.openapi.emitted.annotated import goa, minimal, springdoc, tsoa, utoipa
from tests.openapi.emitted.dynamic import grape, hydra, scramble, strapi
from tests.openapi.emitted.loose import apigateway, apim, rswag, scribe, spex, yasg
from tests.openapi.emitted.typed import encore, huma, ktor, micronaut, nswag, quarkus, swaggo, typespec
from tests.openapi.emitted.vendors import azure, discovery, odata
from tests.openapi.honest import Service

EMITTED: Mapping[str, Callable[[], Service]] = {
    "tsoa": tsoa,
    "springdoc": springdoc,
    "goa": goa,
    "utoipa": utoipa,
    "scramble": scramble,
    "grape": grape,
    "minimal": minimal,
    "hydra": hydra,
    "strapi": strapi,
    "odata": odata,
    "azure": azure,
    "discovery": discovery,
    "quarkus": quarkus,
    "micronaut": micronaut,
    "ktor": ktor,
    "nswag": nswag,
    "swaggo": swaggo,
    "huma": huma,
    "encore": encore,
    "typespec": typespec,
    "rswag": rswag,
    "yasg": yasg,
    "scribe": scribe,
    "spex": spex,
    "apim": apim,
    "apigateway": apigateway,
}
"""Document → its service, healthy."""
