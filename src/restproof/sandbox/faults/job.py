"""Faults of jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from restproof.sandbox.call import Answer
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.jobs import Running


@fault("job-never-ends", "job.ends", "a job that was accepted stays under way for ever")
def job_never_ends(seam: Seam) -> None:
    def advice(inner: Any, running: Running) -> Answer:
        return seam.steps.job_pending(running)

    seam.around("job_done", advice)


@fault("job-names-nothing", "job.ends", "a job that is done does not name what it has made")
def job_names_nothing(seam: Seam) -> None:
    def advice(inner: Any, running: Running) -> Answer:
        answer: Answer = inner(replace(running, job=replace(running.job, made=None)))
        return answer

    seam.around("job_done", advice)
