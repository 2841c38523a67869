"""The fields of the eight resources and what a value of each may be, after the text of the API's description.

Nothing here comes from ``restproof``: this is the second reading that its suites are held against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One request field. ``kind`` is the sort of value; ``to`` the resource that an id names."""

    kind: str
    required: bool = False
    nullable: bool = True
    default: Any = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    to: str = ""


NAME = Field("name", required=True, nullable=False)
TEXT = Field("text")
CODE = Field("code")
DATE = Field("date")


@dataclass(frozen=True)
class Kind:
    """One resource: where it lives, what may be done, and what its requests hold. ``home`` tells where the company
    stands: ``param``
    (query or body), ``path``, or ``project`` (the path holds a project instead)."""

    name: str
    collection: str
    envelope: str
    home: str
    verbs: frozenset[str]
    fields: dict[str, Field]
    title: str = "name"
    sorts: tuple[str, ...] = ("name",)
    filters: tuple[str, ...] = ("id",)
    unique: bool = True


ALL = frozenset({"list", "create", "read", "update", "delete"})
NO_DELETE = ALL - {"delete"}
ADDRESS = {"address": TEXT, "city": TEXT, "state_code": CODE, "country_code": CODE, "zip": TEXT, "phone": TEXT}

KINDS = {
    k.name: k
    for k in (
        Kind("company", "companies", "", "top", frozenset({"list"}), {}, unique=False),
        Kind(
            "project",
            "projects",
            "project",
            "param",
            NO_DELETE,
            {
                "name": NAME,
                "description": TEXT,
                **ADDRESS,
                "public_notes": TEXT,
                "project_number": TEXT,
                "latitude": Field("number", low=-90, high=90),
                "longitude": Field("number", low=-180, high=180),
                "square_feet": Field("integer", low=0),
                "active": Field("boolean", nullable=False, default=True),
                "flag": Field("choice", choices=("Red", "Yellow", "Green")),
                "estimated_start_date": DATE,
                "estimated_completion_date": DATE,
                "actual_start_date": DATE,
                "projected_finish_date": DATE,
                "department_ids": Field("ids", nullable=False, default=(), to="department"),
                "office_id": Field("id", to="office"),
                "project_stage_id": Field("id", to="project_stage"),
                "project_type_id": Field("id", to="project_type"),
                "program_id": Field("id", to="program"),
            },
            sorts=("name", "created_at", "updated_at"),
            filters=("id", "name", "by_status"),
        ),
        Kind("office", "offices", "office", "param", ALL, {"name": NAME, **ADDRESS, "fax": TEXT, "division": TEXT}),
        Kind(
            "department",
            "departments",
            "department",
            "param",
            ALL,
            {"name": NAME, "origin_id": TEXT, "origin_data": TEXT},
        ),
        Kind(
            "program",
            "programs",
            "program",
            "path",
            ALL,
            {"name": NAME, "address_freeform": TEXT, "website": Field("uri")},
        ),
        Kind(
            "project_stage",
            "project_stages",
            "project_stage",
            "path",
            ALL,
            {
                "name": NAME,
                "is_bidding_stage": Field("boolean", nullable=False, default=False),
                "category": Field(
                    "choice",
                    choices=(
                        "pre_construction",
                        "course_of_construction",
                        "post_construction",
                        "completed",
                        "not_awarded",
                        "canceled",
                    ),
                ),
            },
        ),
        Kind("project_type", "project_types", "project_type", "path", ALL, {"name": NAME}),
        Kind(
            "rfi",
            "rfis",
            "rfi",
            "project",
            NO_DELETE,
            {
                "subject": NAME,
                "question": Field("question", required=True, nullable=False),
                "status": Field("choice", nullable=False, default="draft", choices=("draft", "open", "closed")),
                "private": Field("boolean", nullable=False, default=False),
                "reference": TEXT,
                "due_date": DATE,
            },
            title="subject",
            sorts=("subject", "created_at"),
            unique=False,
        ),
    )
}


@dataclass(frozen=True)
class Leeway:
    """What the description leaves to the server about values."""

    whole_floats: bool = False
    strict_uri: bool = True
    free_office_codes: bool = False
