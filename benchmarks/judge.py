"""What it takes to judge a HAR file: seconds and memory of ``restproof judge``, in a process of its own.

    python benchmarks/judge.py [ENTRIES]

A client of the bundled contract creates, reads, updates, lists and deletes against a stub until there are ENTRIES
(10,000 by default) exchanges, which are written as a HAR file and judged. Prints the size of the file, wall and CPU
seconds, and the peak of resident memory, reports included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import requests

import restproof
from restproof.sandbox.stub import Stub

CHILD = """
import resource, sys, time
from restproof.cli.main import run
began = time.perf_counter()
code = run(["judge", sys.argv[1], "-q", "--out", sys.argv[2]])
used = resource.getrusage(resource.RUSAGE_SELF)
print("USED", time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def fill(api: Stub, wanted: int) -> None:
    """Send requests until there are as many as wanted."""
    session, company = requests.Session(), api.ids["company"]
    session.headers.update(api.headers())

    def send(method: str, path: str, **options: Any) -> requests.Response:
        return session.request(method, f"{api.base_url}{path}", timeout=10, **options)

    for number in count():
        for path, name in (("/offices", "office"), ("/projects", "project")):
            body = {"company_id": company, name: {"name": f"{name} {number}", "city": "Berlin", "phone": "030 1"}}
            at = f"{path}/{send('POST', path, json=body).json()['id']}"
            query = {"company_id": company}
            send("GET", at, params=query)
            send("GET", path, params={**query, "per_page": 20, "page": number // 20 + 1})
            send("PATCH", at, json={"company_id": company, name: {"address": f"Street {number}"}})
            send("GET", at, params=query)
            send("GET", path, params={**query, "filters[id]": at.rpartition("/")[2]})
            send("PATCH", at, json={"company_id": company, name: {"nmae": "x"}})
            if name == "office" and number % 2:
                send("DELETE", at, params=query)
                send("GET", at, params=query)
            if len(api.requests) >= wanted:
                return


def har(api: Stub, entries: int) -> str:
    """The first ``entries`` exchanges as HAR, one every 20 ms."""
    began = datetime(2026, 11, 1, tzinfo=UTC)
    found = []
    for number, exchange in enumerate(api.requests[:entries]):
        answer = exchange.response
        assert answer is not None
        asked: dict[str, Any] = {
            "method": exchange.request.method,
            "url": exchange.url,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": n, "value": v} for n, v in exchange.request.headers],
        }
        if exchange.request.body:
            asked["postData"] = {"mimeType": "application/json", "text": exchange.request.body.decode()}
        shown = {
            "status": answer.status,
            "statusText": answer.reason,
            "headers": [{"name": n, "value": v} for n, v in answer.headers],
            "content": {"mimeType": "application/json", "size": len(answer.body), "text": answer.body.decode()},
        }
        started = (began + timedelta(milliseconds=20 * number)).isoformat()
        found.append({"startedDateTime": started, "time": 5, "request": asked, "response": shown})
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "benchmark", "version": "1"}, "entries": found}})


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    began = time.perf_counter()
    with restproof.stub("procore") as api:
        fill(api, entries)
    print(f"{entries:,} requests to the stub in {time.perf_counter() - began:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "traffic.har"
        file.write_text(har(api, entries), encoding="utf-8")
        print(f"HAR: {file.stat().st_size / 1e6:.1f} MB")
        command = [sys.executable, "-c", CHILD, str(file), f"{folder}/out"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        print(ended.stdout.strip())
        used = next((line for line in ended.stderr.splitlines() if line.startswith("USED")), None)
        if used is None:
            sys.exit(ended.stderr)
        _, wall, cpu, memory = used.split()
        print(f"judged in {float(wall):.1f} s ({float(cpu):.1f} s of CPU), peak memory {int(memory) / 1024:.0f} MB")


if __name__ == "__main__":
    main()
