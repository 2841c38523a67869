"""Django REST Framework with drf-spectacular: model view sets over SQLite, pages by number, tokens of its own kind."""

from __future__ import annotations

import sys
import tempfile
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from tests.frameworks.seeded import TOKEN, on

settings.configure(
    SECRET_KEY="none",
    ROOT_URLCONF="__main__",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "drf_spectacular"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{tempfile.mkdtemp()}/library.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 20,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
    },
    SPECTACULAR_SETTINGS={"TITLE": "Library", "VERSION": "1.0.0", "SERVE_PERMISSIONS": [], "SERVE_AUTHENTICATION": []},
)
django.setup()

from django.db import connection, models  # noqa: E402 - Django wants its settings first
from django.urls import include, path  # noqa: E402
from drf_spectacular.extensions import OpenApiAuthenticationExtension  # noqa: E402
from drf_spectacular.views import SpectacularAPIView  # noqa: E402
from rest_framework import authentication, exceptions, permissions, routers, serializers, viewsets  # noqa: E402
from rest_framework.request import Request  # noqa: E402


class Author(models.Model):
    name = models.CharField(max_length=120)
    born = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "contenttypes"
        ordering = ("id",)


class Book(models.Model):
    title = models.CharField(max_length=200)
    isbn = models.CharField(max_length=13, unique=True)
    pages = models.PositiveSmallIntegerField(default=1)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "contenttypes"
        ordering = ("id",)


class Tokens(authentication.BaseAuthentication):
    def authenticate(self, request: Request) -> Any:
        sent = request.headers.get("Authorization", "")
        if not sent:
            return None
        if sent != f"Token {TOKEN}":
            raise exceptions.AuthenticationFailed("Invalid token.")
        return ("user", sent)

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class TokensScheme(OpenApiAuthenticationExtension):
    target_class = Tokens
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": 'Token-based authentication with required prefix "Token"',
        }


class Known(permissions.BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth is not None or (on("open-door") and request.method != "GET")


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ("id", "name", "born")


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ("id", "title", "isbn", "pages", "author", "created_at")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | {"pages": str(shown["pages"])} if on("number-as-text") else shown


class Guarded(viewsets.ModelViewSet):
    authentication_classes = (Tokens,)
    permission_classes = (Known,)

    def perform_update(self, serializer: Any) -> None:
        if on("change-not-kept"):
            for name, value in serializer.validated_data.items():
                setattr(serializer.instance, name, value)
        else:
            serializer.save()

    def perform_destroy(self, instance: Any) -> None:
        if not on("delete-not-done"):
            super().perform_destroy(instance)


class AuthorViewSet(Guarded):
    queryset = Author.objects.all()
    serializer_class = AuthorSerializer


class BookViewSet(Guarded):
    queryset = Book.objects.all()
    serializer_class = BookSerializer

    def get_queryset(self) -> Any:
        found = super().get_queryset()
        return found.exclude(pages=1) if on("list-hides") and self.action == "list" else found


router = routers.DefaultRouter()
router.register("authors", AuthorViewSet)
router.register("books", BookViewSet)
urlpatterns = [path("api/", include(router.urls)), path("schema/", SpectacularAPIView.as_view())]

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Author)
        editor.create_model(Book)
    call_command("runserver", f"127.0.0.1:{sys.argv[1]}", use_reloader=False, skip_checks=True)
