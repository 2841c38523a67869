"""Contacts and their groups, as the documentation of Flask-AppBuilder shows them."""
