"""Modules of suites → their tests, without pytest; and whether a user's own tests and their register agree."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from types import ModuleType

from restproof.bundle import REGISTER
from restproof.contract.model import Contract
from restproof.engine.items import items_of
from restproof.engine.marks import Proof, proof_of
from restproof.engine.register import load
from restproof.errors import ConfigurationError, Place
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.usercode import line_in, message_of, module_at


def module_of(file: Path) -> ModuleType:
    """The module of a file of a suite, under a name that no other module has. Raises ``ConfigurationError`` where it
    cannot be loaded."""
    name = f"restproof_suite_{zlib.crc32(bytes(file.parent.resolve())):08x}_{file.stem}"
    return module_at(file, name, "the suites cannot be loaded")


def tests_of(file: Path) -> Iterator[tuple[str, Callable[..., None], Proof]]:
    """The tests of a file that prove a requirement, each with its name and its mark. Raises as ``module_of``."""
    for name, test in vars(module_of(file)).items():
        proof = proof_of(test)
        if proof is not None and name.startswith("test"):
            yield name, test, proof


def gate(folders: Iterable[Path]) -> Iterator[ConfigurationError]:
    """What is amiss between the tests of a user's own suites and their register, both ways. ``folders``: those of a
    run; the bundled one has been through its gate before it shipped. Raises as ``module_of`` and as
    ``register.load_all``."""
    bundled, *own = folders
    if not own:
        return
    known = load(bundled / REGISTER)
    for folder in own:
        register, tested = load(folder / REGISTER, known), set()
        for file in sorted(folder.glob("test_*.py")):
            for name, _, proof in tests_of(file):
                tested.add(proof.requirement)
                if proof.requirement not in register:
                    yield ConfigurationError(no_entry(name, proof, folder / REGISTER, known), place=Place(file))
        for entry in register.values():
            place = Place(folder / REGISTER, entry.line)
            if entry.not_tested is None and entry.id not in tested:
                hint = "Prove it by a test in this folder, or say in not_tested why there is none."
                yield ConfigurationError(f"{entry.id} has no test", place=place, hint=hint)
            elif entry.not_tested is not None and entry.id in tested:
                yield ConfigurationError(f"{entry.id} has a test and says in not_tested why it has none", place=place)


def check(folders: Iterable[Path]) -> None:
    """Raises the first thing that is amiss (``gate``)."""
    for problem in gate(folders):
        raise problem


def idle(folders: Iterable[Path], contract: Contract) -> Iterator[str]:
    """The requirements of a user's own suites that no item of the contract is about: no operation has what their tests
    ask for, or there is no case of it. Raises as ``module_of``, and ``ConfigurationError`` where a condition or an
    enumerator fails."""
    _, *own = folders
    bodies = {resource.name: Bodies(contract, resource) for resource in contract} if own else {}
    has_items: dict[str, bool] = {}
    for file in (file for folder in own for file in sorted(folder.glob("test_*.py"))):
        for name, test, proof in tests_of(file):
            try:
                made = any(True for _ in items_of(proof, test, contract, PROFILES["smoke"], bodies))
            except Exception as error:  # whatever a user's function raises
                place = Place(file, line_in(file, error) or 0)
                raise ConfigurationError(f"{name} has no cases: {message_of(error)}", place=place) from error
            has_items[proof.requirement] = made or has_items.get(proof.requirement, False)
    yield from (id for id, made in has_items.items() if not made)


def no_entry(name: str, proof: Proof, register: Path, known: Container[str]) -> str:
    """What is said of a test whose requirement stands in no ``register``. ``known``: the bundled entries."""
    why = ": the bundled suites prove it, and a rule of your own has an id of its own"
    return f"{name} names {proof.requirement!r}, which is no entry of {register}" + (
        why if proof.requirement in known else ""
    )


def of_the_moment(folders: Iterable[Path]) -> frozenset[str]:
    """The rules of some suites that send several requests at once: how such a one ends may depend on which of them
    comes first. Raises as ``module_of``."""
    files = (file for folder in folders for file in sorted(folder.glob("test_*.py")))
    return frozenset(proof.requirement for file in files for _, _, proof in tests_of(file) if proof.alone)
