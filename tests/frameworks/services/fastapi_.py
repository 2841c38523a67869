"""FastAPI as its template of a whole project has it: pages as ``data`` and ``count``, UUIDs, OAuth's password flow."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict, EmailStr, Field
from tests.frameworks.seeded import TOKEN, MissingError, Shelf, on, port

app = FastAPI(title="Billing")
login = OAuth2PasswordBearer(tokenUrl="login/access-token")
shelf = Shelf()


class CustomerBase(BaseModel):
    name: str = Field(min_length=1, max_length=255 if not on("no-bound") else None)
    email: EmailStr | None = None
    discount: int = Field(default=0, ge=0, le=100)
    active: bool = True


class CustomerCreate(CustomerBase):
    pass


class CustomerUpdate(BaseModel):
    name: str | None = Field(default=None, min_length=1, max_length=255)
    email: EmailStr | None = None
    discount: int | None = Field(default=None, ge=0, le=100)
    active: bool | None = None


class CustomerPublic(CustomerBase):
    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID


class CustomersPublic(BaseModel):
    data: list[CustomerPublic]
    count: int


def current_user(token: Annotated[str, Depends(login)]) -> str:
    if token != TOKEN:
        raise HTTPException(403, "Could not validate credentials")
    return token


User = Annotated[str, Depends(current_user)]


@app.get("/customers/", response_model=CustomersPublic)
def read_customers(
    user: User, skip: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> Any:
    return {"data": shelf.page(skip, limit), "count": shelf.count()}


@app.post("/customers/", response_model=CustomerPublic, status_code=201)
def create_customer(user: User, customer: CustomerCreate) -> Any:
    return shelf.add({"id": uuid.uuid4(), **customer.model_dump()})


@app.get("/customers/{id}", response_model=CustomerPublic, responses={404: {"description": "Not found"}})
def read_customer(user: User, id: uuid.UUID) -> Any:
    return found(id)


@app.patch("/customers/{id}", response_model=CustomerPublic)
def update_customer(user: User, id: uuid.UUID, changes: CustomerUpdate) -> Any:
    found(id)
    return shelf.change(
        id, {n: v for n, v in changes.model_dump(exclude_unset=True).items() if v is not None or n == "email"}
    )


@app.delete("/customers/{id}", status_code=204, dependencies=[] if on("open-door") else [Depends(current_user)])
def delete_customer(id: uuid.UUID) -> None:
    found(id)
    shelf.remove(id)


def found(id: uuid.UUID) -> dict[str, Any]:
    try:
        return shelf.find(id)
    except MissingError:
        raise HTTPException(404, "Customer not found") from None


if __name__ == "__main__":
    uvicorn.run(app, port=port(), log_level="error")
