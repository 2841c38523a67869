"""Authors and books behind Django REST Framework JSON:API, on loopback: ``serve.py PORT DATABASE``. What answers is the
framework with the settings of its own documentation; only models, fields and paths are of this file."""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.db import connection

OWN = "rest_framework_json_api"
APP = "tests.servers.library"


class Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        pass


def configure(database):
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        APPEND_SLASH=False,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["rest_framework", OWN, "django_filters", APP],
        ROOT_URLCONF=f"{APP}.urls",
        SECRET_KEY="of no use",
        USE_TZ=True,
        REST_FRAMEWORK={
            "PAGE_SIZE": 20,
            "UNAUTHENTICATED_USER": None,
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "EXCEPTION_HANDLER": f"{OWN}.exceptions.exception_handler",
            "DEFAULT_PAGINATION_CLASS": f"{OWN}.pagination.JsonApiPageNumberPagination",
            "DEFAULT_PARSER_CLASSES": [f"{OWN}.parsers.JSONParser"],
            "DEFAULT_RENDERER_CLASSES": [f"{OWN}.renderers.JSONRenderer"],
            "DEFAULT_METADATA_CLASS": f"{OWN}.metadata.JSONAPIMetadata",
            "DEFAULT_FILTER_BACKENDS": [
                f"{OWN}.filters.QueryParameterValidationFilter",
                f"{OWN}.filters.OrderingFilter",
                f"{OWN}.django_filters.DjangoFilterBackend",
            ],
        },
    )
    django.setup()


def serve(port):
    from django.apps import apps
    from django.core.wsgi import get_wsgi_application

    with connection.schema_editor() as editor:
        for model in apps.get_app_config("library").get_models():
            editor.create_model(model)
    with make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    configure(sys.argv[2])
    serve(int(sys.argv[1]))
