"""Recorded traffic from its file to its reports: what ``restproof judge``, ``restproof proxy`` and ``restproof.judge``
do alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Any, Literal

from restproof.bundle import suites_of
from restproof.config import Config, load_config, resolve_contract
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.contract.secrecy import Secrecy
from restproof.deviations import load_all_of
from restproof.engine.items import Item
from restproof.engine.loading import check
from restproof.engine.register import Requirement, load_all
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.oracle.verdict import Verdict
from restproof.record.events import RUN_FILE
from restproof.record.model import Traffic
from restproof.record.reader import Following
from restproof.record.writer import Writer
from restproof.report.terminal import closing_lines
from restproof.report.write import write_all
from restproof.session.folder import landed, now, point_latest
from restproof.traffic import judging
from restproof.traffic.placing import match
from restproof.wire.standin import StandIns

FailOn = Literal["must", "should"]


@frozen
class Judgement:
    """``where``: the server with the contract's base path; ``notes``: what was left out, a sentence each."""

    verdict: Verdict
    directory: Path
    where: str
    notes: tuple[str, ...]
    exchanges: int

    def lines(self, *, quiet: bool) -> Iterator[str]:
        """What is said at the end; ``quiet``: not what was left out."""
        if not quiet:
            yield f"{self.exchanges:,} exchanges with {self.where}"
            yield from (f"  not judged: {note}" for note in self.notes)
        yield from closing_lines(self.verdict, self.directory / "index.html")


@frozen
class Terms:
    """By what traffic is judged: a contract, the rules about it, and the failures that are declared."""

    contract: Contract
    file: Path
    config: Config
    register: Mapping[str, Requirement]
    items: list[tuple[Item, str]]
    deviations: list[dict[str, Any]]
    fail_on: FailOn

    @classmethod
    def read(cls, contract: str | None, cwd: Path, *, deviations: str | None = None, fail_on: FailOn = "must") -> Terms:
        """Those that the arguments of a command and ``restproof.toml`` name. Raises ``RestproofError``."""
        config = load_config(cwd)
        file = resolve_contract(contract, config, cwd)
        promised = load(file)
        declared = load_all_of(promised.deviations, Path(deviations) if deviations else None)
        folders = suites_of(config.root)
        check(folders)
        register = load_all(folders)
        items = judging.items_under(folders, promised, register)
        return cls(promised, file, config, register, items, declared, fail_on)

    def judge(self, traffic: Traffic, source: Path, *, base_url: str | None, out: str | None, cwd: Path) -> Judgement:
        """Judge ``traffic``, which was read from ``source``, and leave its run file and its reports in ``out`` (by
        default ``reports/<time>``). ``base_url``: the API's server. Raises ``RestproofError``."""
        if base_url is not None and not base_url.startswith(("http://", "https://")):
            raise ConfigurationError(
                f"{base_url!r} is no base URL", hint="Give scheme and host: https://api.example.com"
            )
        matched = match(traffic, self.contract, base_url, source)
        directory = landed(out, self.config, cwd, now())
        count, path = len(matched.seen), directory / RUN_FILE
        following = Following(path)
        writer = StandIns(Writer(path, following.written), Secrecy(self.contract), token_bytes(16), is_run=False)
        writer.write(
            judging.header(
                self.contract,
                self.file,
                self.register,
                matched,
                traffic=source.name,
                fail_on=self.fail_on,
                deviations=self.deviations,
            )
        )
        judging.Judging(self.contract, self.register, self.items, writer).run(matched)
        writer.write(judging.footer(matched, count))
        writer.close()
        verdict = write_all(path, directory, run=following.run()).verdict
        if not out:
            point_latest(directory)
        return Judgement(verdict, directory, f"{matched.base}{self.contract.base_path}", matched.notes, count)
