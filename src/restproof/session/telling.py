"""What a finished run comes to, and who hears of it: the reports, the comparison with an earlier run, drafts of
deviations, and the team's own hook."""

from __future__ import annotations

from pathlib import Path

from restproof.compare.diff import Comparison, Judged
from restproof.compare.earlier import judged, previous
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.hooks import Finished, HookFailed
from restproof.oracle.verdict import Verdict
from restproof.record.disk import made, write_whole
from restproof.record.model import RecordedRun
from restproof.record.reader import read, read_header
from restproof.report.draft import draft_deviations
from restproof.report.write import write_all
from restproof.session.folder import point_latest
from restproof.session.promise import Promise


@frozen
class Ended:
    """What came of the run. ``drifts``: the target breaks a rule that the recording ``--against`` keeps.
    ``excused``: all that fails failed before, and the user asked for what is new (``--new-only``). ``broken``: the hook
    that was told of the end and failed."""

    directory: Path
    verdict: Verdict
    comparison: Comparison | None
    drifts: bool
    excused: bool = False
    broken: HookFailed | None = None


def baseline_of(promise: Promise) -> Judged | None:
    """The run to compare with that the user named; read before anything is sent or written, for it may lie where this
    one lands. Raises ``ConfigurationError`` for options that do not go together, and ``RunFileError``."""
    options = promise.options
    if options.write_deviations and Path(options.write_deviations).exists():
        raise ConfigurationError(
            f"--write-deviations {options.write_deviations}: there is such a file",
            hint="Name another one: what its owners wrote is not overwritten.",
        )
    if options.new_only and not (options.baseline or options.against):
        raise ConfigurationError("--new-only needs --baseline", hint="Name the run that was before: --baseline RUN.")
    if options.against:
        from restproof.session.stubbed import recorded_before  # replay needs what no other run does

        return recorded_before(options, promise.contract_path, Path.cwd())
    return judged(Path(options.baseline)) if options.baseline else None


def tell(promise: Promise, path: Path, earlier: Judged | None, run: RecordedRun | None = None) -> Ended:
    """Judge the run file ``path``, write the reports beside it, and whatever else was asked for. ``earlier``: the run
    to compare with that the user named; ``run``: what the file holds, where it was read already. Raises
    ``RestproofError``."""
    options, directory = promise.options, path.parent
    if earlier is None and not options.out:
        earlier = previous(read_header(path), directory.parent, directory)
    shapes = options.against is not None
    written = write_all(path, directory, earlier, options.evidence, shapes=shapes, run=run)
    drifts = shapes and written.comparison is not None and bool(written.comparison.new_failures)
    old = written.verdict.verdict == "not conforming" and written.comparison is not None
    excused = options.new_only and old and not (written.comparison and written.comparison.new_failures)
    if options.write_deviations:
        made(Path(options.write_deviations).parent)
        draft = draft_deviations(read(path, partial=True), written.verdict)
        write_whole(Path(options.write_deviations), draft)
    if not options.out:
        point_latest(directory)
    v = written.verdict
    broken = None
    try:
        promise.hooks.finished(Finished(v.verdict, v.complete, directory, v.counts, v.requests))
    except HookFailed as error:
        broken = error
    return Ended(directory, written.verdict, written.comparison, drifts, excused, broken)
