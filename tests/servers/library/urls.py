"""What of the library is served, and where."""

from django.urls import include, path
from rest_framework import routers
from rest_framework_json_api import serializers
from rest_framework_json_api.views import ModelViewSet
from tests.servers.library.models import Author, Book

AUTHOR_FILTERS = {"name": ["exact"]}
BOOK_FILTERS = {"title": ["exact"], "pages": ["exact", "gte", "lt"], "kind": ["exact", "in"]}
METHODS = ["get", "post", "patch", "delete", "head", "options"]


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ("name", "email", "born")


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ("title", "pages", "kind", "sold", "added", "author")


class Authors(ModelViewSet):
    queryset = Author.objects.order_by("id")
    serializer_class = AuthorSerializer
    http_method_names = METHODS
    ordering_fields = ("name", "born")
    filterset_fields = AUTHOR_FILTERS


class Books(ModelViewSet):
    queryset = Book.objects.order_by("id")
    serializer_class = BookSerializer
    http_method_names = METHODS
    ordering_fields = ("title", "pages")
    filterset_fields = BOOK_FILTERS


router = routers.SimpleRouter(trailing_slash=False)
router.register("authors", Authors)
router.register("books", Books)
urlpatterns = [path("api/", include(router.urls))]
