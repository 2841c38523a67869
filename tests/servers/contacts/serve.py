"""Contacts and their groups behind Flask-AppBuilder, on loopback: ``serve.py PORT DATABASE``. What answers is the
framework with the settings of its own documentation; only models, columns and sizes are of this file. Its one user is
``tester``."""

import logging
import sys

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelRestApi
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, Text
from sqlalchemy.orm import relationship


class ContactGroup(Model):
    __tablename__ = "contact_group"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), unique=True, nullable=False)


class Tag(Model):
    __tablename__ = "tag"
    id = Column(Integer, primary_key=True)
    name = Column(String(30), unique=True, nullable=False)


tagged = Table(
    "contact_tag",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("contact_id", Integer, ForeignKey("contact.id")),
    Column("tag_id", Integer, ForeignKey("tag.id")),
)


class Contact(Model):
    __tablename__ = "contact"
    id = Column(Integer, primary_key=True)
    name = Column(String(150), nullable=False)
    address = Column(Text)
    birthday = Column(Date)
    personal_phone = Column(String(20))
    visits = Column(Integer)
    friend = Column(Boolean)
    contact_group_id = Column(Integer, ForeignKey("contact_group.id"), nullable=False)
    contact_group = relationship(ContactGroup)
    tags = relationship(Tag, secondary=tagged)


class Unbounded(ModelRestApi):
    max_page_size = -1  # of the pages that the documentation describes, `page_size:-1` is all


NAMED = ("id", "name")
FIELDS = ("name", "address", "birthday", "personal_phone", "visits", "friend")
REFERENTS = ("contact_group.id", "contact_group.name", "tags.id", "tags.name")


def crud(name, model, sent, shown):
    """The API of one model, with the columns that requests hold and those that answers show."""
    columns = {"add_columns": sent, "edit_columns": sent, "list_columns": shown, "show_columns": shown}
    columns = {word: list(names) for word, names in columns.items()}
    return type(model.__name__, (Unbounded,), {"resource_name": name, "datamodel": SQLAInterface(model), **columns})


APIS = (
    crud("group", ContactGroup, ("name",), NAMED),
    crud("tag", Tag, ("name",), NAMED),
    crud("contact", Contact, (*FIELDS, "contact_group", "tags"), ("id", *FIELDS, *REFERENTS)),
)
PASSWORD = "of no use"


def made(database):
    app = Flask(__name__)
    app.config |= {
        "SECRET_KEY": "of no use to anybody who might read it here",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{database}",
        "FAB_API_SWAGGER_UI": False,
        "RATELIMIT_ENABLED": False,
    }
    with app.app_context():
        db = SQLA(app)
        builder = AppBuilder(app, db.session)
        db.create_all()
        for api in APIS:
            builder.add_api(api)
        admin = builder.sm.find_role(builder.sm.auth_role_admin)
        builder.sm.add_user("tester", "A", "Tester", "tester@example.com", admin, PASSWORD)
    return app


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    made(sys.argv[2]).run("127.0.0.1", int(sys.argv[1]))
