"""Words put to the test on the server that suggested them: those that it does not keep to, and those that are to blame
for what fails with them and not without, are taken out before anything is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import click

from restproof.bundle import suites_of
from restproof.config import load_config
from restproof.contract.document import Route
from restproof.engine.loading import of_the_moment
from restproof.engine.register import load_all
from restproof.errors import Interrupted
from restproof.learning.blame import to_blame
from restproof.learning.confirming import (
    Place,
    broken,
    contradicted,
    passes,
    rules_for,
    suspected,
    unsound,
    untested,
    with_words,
)
from restproof.learning.sounding import NOTHING, Sounded
from restproof.learning.source import Taught
from restproof.learning.told import writable
from restproof.learning.word import Word
from restproof.oracle.verdict import Verdict, judge
from restproof.record.events import RUN_FILE
from restproof.record.reader import read
from restproof.report.text import plural
from restproof.session.options import Options
from restproof.session.planning import NothingSelected

_MOST = 3
"""The largest exit code of a run that was not interrupted."""


def tried(taught: Taught, options: Options, directory: Path, begun: list[Path], sounded: Sounded = NOTHING) -> Taught:
    """What was taught, without the words that the server does not keep to under the suites' own rules. ``options``: of
    a run of the contract, with what is left of the requests; ``sounded``: what soundings have shown before. The folder
    of each run is added to ``begun``."""
    file = Path(str(options.contract))
    text = file.read_bytes().decode("utf-8-sig")
    wrong = unsound(file, list(writable(text, taught.lesson.words, today())), today(), directory)
    taught = replace(taught, lesson=taught.lesson.without(wrong))
    words = list(writable(text, taught.lesson.words, today()))
    if not words:
        return taught
    if (options.max_requests or 0) < 1:
        why = "it was not put to the test: the probes took all of the requests"
        return replace(taught, lesson=taught.lesson.without(dict.fromkeys((w.route for w in words), why)))
    folders = suites_of(load_config(Path.cwd()).root)
    register = load_all(folders)
    trials = _Trials(file, options, directory, begun, sounded)
    most = plural(options.max_requests or 0, "request")
    click.echo(f"putting {plural(len(words), 'word')} to the test with at most {most}", err=True)
    verdict = trials.of(words, rules_for(words, register))
    verdicts = (*taught.verdicts, verdict)
    dropped = contradicted(taught.lesson, verdict)
    if failed := broken(verdict):
        # No word is to blame for a race that is lost today and won tomorrow.
        moment = of_the_moment(folders)
        failed = [r for r in failed if r.requirement not in moment]
    if trials.is_spent or options.max_creates is not None:
        dropped = {**untested(words, verdict, register), **dropped}
    if failed:
        # What no word alone explains may come of several: the contract as it is tells.
        names = tuple(dict.fromkeys(r.requirement for r in failed))
        without = None if trials.is_spent else trials.if_any((), names)
        suspects = suspected(failed, without, is_whole=not trials.is_spent)
        for resource, places in suspects.items():
            dropped = {**trials.mistakes(words, resource, places), **dropped}
        if suspects:
            verdicts = (*taught.verdicts, *([without] if without else ()))
    lesson = taught.lesson.without(dropped)
    return replace(taught, lesson=lesson, verdicts=verdicts, requests=taught.requests + trials.requests)


@dataclass
class _Trials:
    """Runs of the suites under a contract with some of the words. ``options``: of all of them together; ``begun``:
    their folders, as each begins."""

    file: Path
    options: Options
    directory: Path
    begun: list[Path]
    sounded: Sounded
    requests: int = 0
    runs: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether no request is left."""
        return self.requests >= (self.options.max_requests or 0)

    def of(self, words: Sequence[Word], rules: Sequence[str], resource: str | None = None) -> Verdict:
        """What a run of some rules says of the contract with ``words``. The first run is that of the evidence."""
        out = self.directory / "tried" / str(self.runs) if self.runs else self.directory
        self.runs += 1
        self.begun.append(out)
        contract = with_words(self.file, words, today(), out / "learned") if words else self.file
        left = (self.options.max_requests or 0) - self.requests
        said = replace(self.options, contract=str(contract), only=tuple(rules), out=str(out), max_requests=left)
        _silently(said if resource is None else replace(said, resource=(resource,)), self.sounded)
        verdict = judge(read(out / RUN_FILE, partial=True))
        self.requests += verdict.requests
        return verdict

    def if_any(self, words: Sequence[Word], rules: Sequence[str], resource: str | None = None) -> Verdict | None:
        """As ``of``; ``None`` where a contract with these words alone has nothing for the rules to judge."""
        try:
            return self.of(words, rules, resource)
        except NothingSelected:
            self.begun.pop()
            return None

    def mistakes(self, words: Sequence[Word], resource: str | None, places: dict[Place, str]) -> dict[Route, str]:
        """The words to blame for what fails of a resource at ``places`` (with how it showed), each with why: where that
        is not to be found out, all of the resource's."""
        own = [w for w in words if w.resource == resource]
        near = [*own, *(w for w in words if w.resource is None and w not in own)]
        far = [w for w in words if w not in near]
        rules = tuple(dict.fromkeys(rule for rule, _, _ in places))

        def fails(some: Sequence[Word]) -> bool:
            # What cannot be tried any more counts as failed: no word is proposed on trust.
            if self.is_spent:
                return True
            verdict = self.if_any([*far, *some], rules, resource)
            return verdict is not None and not passes(verdict, places)

        blamed = to_blame(near, fails)
        why = f"with it {next(iter(places.values()))}"
        return {word.route: why for word in (own or words if blamed is None else blamed)}


def tell_left(begun: Sequence[Path]) -> None:
    """Tell what the runs in some folders could not take away, however they ended."""
    for file in (folder / RUN_FILE for folder in begun):
        footer = read(file, partial=True).footer if file.is_file() else None
        for line in footer.left if footer else ():
            click.echo(f"left on the target: {line}")


def _silently(options: Options, sounded: Sounded) -> None:
    """Run the suites; what they find is read from the run file. Raises as ``restproof run``, and ``Interrupted`` where
    the run was."""
    from restproof.cli.run import run

    with redirect_stdout(StringIO()):
        code = run(options, quiet=True, sounded=sounded).code
    if code > _MOST:
        raise Interrupted(code - 128)


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"
