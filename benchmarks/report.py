"""The HTML report of a large run: how long it takes to write, how much memory, how large it is, how quick in Chromium.

    python benchmarks/report.py [EXCHANGES]

Makes a synthetic run file (100,000 exchanges unless told otherwise), writes its page in a process of its own, and opens
it in Chromium, where there is one. Then the same for a real run of the bundled contract with the profile `ci` against a
faulty sandbox.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from restproof.record.reader import read
from restproof.record.writer import Writer

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.record import realistic_run

CHILD = """
import resource, sys, time
from pathlib import Path
wall, cpu = time.perf_counter(), time.process_time()
from restproof.oracle.verdict import judge
from restproof.report.formats import render
from restproof.record.reader import read
run = read(Path(sys.argv[1]))
at = time.process_time()
html = render(run, judge(run), "html", evidence=sys.argv[3])
Path(sys.argv[2]).write_text(html, encoding="utf-8")
end = time.process_time()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(len(run.exchanges), round(time.perf_counter() - wall, 2), round(at - cpu, 2), round(end - at, 2), round(memory))
"""
WORDS = ("only-named", "delete", "office create", "zzz", "409")
PER_CASE = 1028
"""Exchanges of the synthetic run for each case of an item."""


def written(run: Path, page: Path, evidence: str) -> None:
    """Write the page and print what it took."""
    arguments = [sys.executable, "-c", CHILD, str(run), str(page), evidence]
    told = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.split()
    exchanges, wall, reading, distinguishing_fields, memory = told
    size = page.stat().st_size / 1e6
    print(
        f"  {exchanges} exchanges, evidence {evidence}: {wall} s ({reading} s of CPU to read, {distinguishing_fields} s to tell),"
    )
    print(f"  {memory} MiB at most, a page of {size:.2f} MB")


def shown(page: Path) -> None:
    """Open the page and print when its first view stands and how long a search takes."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("  no Chromium on this machine")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.goto("about:blank")
        tab.goto(page.as_uri())
        painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"  # told after the load
        first = tab.wait_for_function(painted).json_value()
        ready = tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        tab.fill("#search", "x")
        tab.locator("#cases .case, #cases p").first.wait_for()
        taken = [tab.evaluate(SEARCH, word) for word in WORDS]
        browser.close()
    print(f"  first paint after {first:.0f} ms, ready after {ready:.0f} ms;", end=" ")
    print(f"a search takes {statistics.median(taken):.0f} ms, {max(taken):.0f} ms at most")


SEARCH = """async (word) => {
  const search = document.getElementById("search"), told = document.getElementById("shown");
  const waited = new Promise((done) => new MutationObserver((_, o) => { o.disconnect(); done(); })
    .observe(document.getElementById("cases"), { childList: true }));
  search.value = word;
  const began = performance.now();
  search.dispatchEvent(new Event("input"));
  await waited;
  document.body.offsetHeight;
  return performance.now() - began;
}"""
"""From the key to the page that has been laid out anew, the wait for a further key included."""


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run, page = folder / "run.jsonl.gz", folder / "index.html"
        with Writer(run) as writer:
            for event in realistic_run.surfaced(realistic_run.realistic(per_item=max(1, wanted // PER_CASE))):
                writer.write(event)
        print("a synthetic run:")
        for evidence in ("sample", "all"):
            written(run, page, evidence)
            shown(page)
        command = [sys.executable, "-m", "restproof", "run", "-q", "--out", name, "--fault", "update-resets-unnamed"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        print(f"a ci run ({len(read(run).findings)} findings):")
        written(run, page, "sample")
        shown(page)


if __name__ == "__main__":
    main()
