"""``restproof.judge``: recorded traffic, judged from Python."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from restproof.oracle.verdict import Verdict
from restproof.record.traffic import read_traffic
from restproof.traffic.whole import FailOn, Terms


def judge(
    traffic: str | Path,
    contract: str | Path | None = None,
    *,
    base_url: str | None = None,
    deviations: str | Path | None = None,
    fail_on: FailOn = "must",
    out: str | Path | None = None,
) -> Verdict:
    """Judge what a client has recorded, as ``restproof judge`` does: a HAR file, a cassette, a run file. Nothing is
    sent.

    ``contract``: by default what ``restproof judge`` takes; ``base_url``: the API's server, by default the host with
    most of its paths; ``out``: where the run file and the reports are left, by default nowhere. Raises
    ``TrafficError``, ``ContractError`` and ``ConfigurationError``.
    """
    cwd, file = Path.cwd(), Path(traffic)
    terms = Terms.read(
        None if contract is None else str(contract),
        cwd,
        deviations=None if deviations is None else str(deviations),
        fail_on=fail_on,
    )
    with TemporaryDirectory(prefix="restproof-judge-") as passing:
        directory = str(out or Path(passing) / "judged")
        return terms.judge(read_traffic(file), file, base_url=base_url, out=directory, cwd=cwd).verdict
