"""Modules of suites → their tests, without pytest."""

from __future__ import annotations

import importlib.util
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from restproof.engine.marks import Proof, proof_of
from restproof.errors import RestproofError


def module_of(file: Path) -> ModuleType:
    """The module of a file of a suite, under a name that no other module has. Raises ``RestproofError`` where it
    cannot be loaded."""
    name = f"restproof_suite_{zlib.crc32(bytes(file.parent.resolve())):08x}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RestproofError(f"the suites cannot be loaded: {file} is no module of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # data classes look themselves up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a user's module raises
        del sys.modules[name]
        raise RestproofError(f"the suites cannot be loaded: {file}: {type(error).__name__}: {error}") from None
    return module


def tests_of(file: Path) -> Iterator[tuple[str, Callable[..., None], Proof]]:
    """The tests of a file that prove a requirement, each with its name and its mark. Raises as ``module_of``."""
    for name, test in vars(module_of(file)).items():
        proof = proof_of(test)
        if proof is not None and name.startswith("test"):
            yield name, test, proof
