"""The options of a run under pytest.

PYTEST_DONT_REWRITE: it asserts nothing.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial
from typing import Any

import pytest

from restproof.bundle import bundled_suites
from restproof.plugin.current import options_of
from restproof.record.jsontext import allow_long_integers
from restproof.session.options import OPTIONS, Option


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("restproof", "restproof: contract and conformance suites")
    group.addoption("--restproof-suites", action="store_true", help="Collect the bundled suites beside what is named.")
    for option in OPTIONS:
        flag, dest, text = f"--restproof-{option.flag}", f"restproof_{option.name}", option.help
        if option.kind is bool:
            group.addoption(flag, dest=dest, action="store_true", help=text)
        elif option.repeated:
            group.addoption(flag, dest=dest, action="append", default=[], metavar=option.metavar, help=text)
        else:
            if option.default is not None:
                text = f"{text} Default: {option.default}."
            group.addoption(
                flag,
                dest=dest,
                type=partial(_value, option),
                default=option.default,
                metavar=option.metavar or "|".join(option.choices) or None,
                help=text,
            )


def _value(option: Option, text: str) -> Any:
    """What was said for an option that takes one value, as its type. Raises ``argparse.ArgumentTypeError``."""
    try:
        return option.read(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    allow_long_integers()
    bundled = str(bundled_suites())
    if config.getoption("restproof_suites") and bundled not in config.args:
        config.args.append(bundled)
    options = options_of(config)
    if options.plan or options.stubs:
        # There is nothing to share out among the workers of pytest-xdist.
        config.option.dist = "no"
