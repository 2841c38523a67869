"""Django Ninja as its tutorial has it: PUT, ``{"success": true}``, pages by limit and offset, an HTTP bearer."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on

settings.configure(
    SECRET_KEY="none",
    ROOT_URLCONF="__main__",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "ninja"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    LOGGING_CONFIG=None,
    USE_TZ=True,
)
django.setup()

from django.urls import path  # noqa: E402 - Django wants its settings first
from ninja import NinjaAPI, Schema  # noqa: E402
from ninja.pagination import LimitOffsetPagination, paginate  # noqa: E402
from ninja.security import HttpBearer  # noqa: E402
from pydantic import Field  # noqa: E402


class GlobalAuth(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        return token if token == TOKEN or on("open-door") else None


api = NinjaAPI(title="Staff", auth=GlobalAuth())
shelf = Shelf()


class EmployeeIn(Schema):
    first_name: str = Field(max_length=100)
    last_name: str = Field(max_length=100)
    department: str | None = Field(None, max_length=60)
    birthdate: date | None = None


class EmployeeOut(Schema):
    id: int
    first_name: str
    last_name: str
    department: str | None = None
    birthdate: date | None = None


@api.exception_handler(MissingError)
def missing(request: HttpRequest, error: MissingError) -> HttpResponse:
    return api.create_response(request, {"detail": "Not Found"}, status=404)


@api.post("/employees", response={201: EmployeeOut})
def create_employee(request: HttpRequest, payload: EmployeeIn) -> Any:
    return 201, shelf.add({"id": shelf.number(), **payload.dict()})


@api.get("/employees/{employee_id}", response=EmployeeOut)
def get_employee(request: HttpRequest, employee_id: int) -> Any:
    return shelf.find(employee_id)


@api.get("/employees", response=list[EmployeeOut])
@paginate(LimitOffsetPagination)
def list_employees(request: HttpRequest) -> Any:
    return shelf.all()


@api.put("/employees/{employee_id}", response=EmployeeOut)
def update_employee(request: HttpRequest, employee_id: int, payload: EmployeeIn) -> Any:
    return shelf.change(employee_id, payload.dict())


@api.delete("/employees/{employee_id}")
def delete_employee(request: HttpRequest, employee_id: int) -> Any:
    shelf.remove(employee_id)
    return {"success": True}


urlpatterns = [path("api/", api.urls)]

if __name__ == "__main__":
    execute_from_command_line(["manage.py", "runserver", "--noreload", f"127.0.0.1:{sys.argv[1]}"])
