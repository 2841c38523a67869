"""Jobs: what an operation that is only accepted is asked for by, until it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from restproof.contract.jobs import OWN, SEE_OTHER, Job
from restproof.contract.model import Contract
from restproof.pointer import put
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.store import Entry


@dataclass
class Running:
    """A job. ``id`` and ``location`` are those of what it makes; ``asked``: how often it was asked for."""

    job: Job
    id: Any
    location: str
    asked: int = 0


class Working:
    """Steps of what is only accepted. The write is done at once; its job says so when it is asked a second time."""

    contract: Contract
    location: Callable[..., str]
    running: dict[str, Running]

    def accepted(self, call: Call, answer: Answer, entry: Entry) -> Answer:
        """The answer to a write, or where a job goes on with it, one that names the job."""
        job = call.way.job
        if job is None or not call.way.is_under_way(answer.status):
            return answer
        own = f"job{len(self.running) + 1}"
        ids = {name: quote(found.key, safe="") for name, found in call.parents.items()}
        path = self.contract.base_path + job.path.format_map({**ids, OWN: own})
        id = entry.state.get(call.resource.id.field, entry.key)
        self.running[path] = Running(job, id, self.location(call, entry))
        if job.at.startswith("/"):
            return Answer(answer.status, put({}, job.at, own))
        return Answer(answer.status, headers={job.at: path})

    def answer_job(self, call: Call) -> Answer | None:
        """The answer to whoever asks for a job; ``None`` where the path is none's."""
        running = self.running.get(call.path)
        if running is None or call.method not in ("GET", "HEAD"):
            return None
        running.asked += 1
        return self.job_done(running) if running.asked > 1 else self.job_pending(running)

    def job_pending(self, running: Running) -> Answer:
        """A job that is under way."""
        known = (*running.job.done, *running.job.failed)
        states = ("pending", "queued", "waiting", False, True)
        like = [s for s in states if not known or type(s) is type(known[0])]
        return Answer(200, put({}, running.job.state, next((s for s in like if s not in known), None)))

    def job_done(self, running: Running) -> Answer:
        """A job that is done, and names what it has made."""
        job = running.job
        answer = Answer(200, put({}, job.state, job.done[0])) if job.done else Answer(SEE_OTHER, {})
        if job.made is not None and job.made.startswith("/"):
            answer.payload = put(answer.payload, job.made, running.id)
        elif job.made is not None:
            answer.headers[job.made] = running.location
        return answer
