"""A hostile server, contract and register: whatever stands in whatever position, the page shows it and nothing else
happens."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build
from tests.report import chromium
from tests.report.chromium import UNFOLD, opened

from restproof.compare.diff import Judged, compare
from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.report.formats import render

pytestmark = [pytest.mark.slow, pytest.mark.skipif(chromium.CHROMIUM is None, reason="no Chromium on this machine")]

PAYLOADS = {
    "script": "</script><script>window.ran='script'</script>",
    "image": "<img src=https://evil.example/i onerror=\"window.ran='image'\">",
    "svg": "<svg onload=\"window.ran='svg'\"><use href='https://evil.example/u'/></svg>",
    "attribute": '" onmouseover="window.ran=\'attribute\'" autofocus onfocus="window.ran=\'focus\'" x="',
    "apostrophe": "' onclick='window.ran=1' y='",
    "closing": "</style></title></textarea></noscript></template><base href=https://evil.example/>",
    "style": "</style><style>@import 'https://evil.example/s';body{display:none}</style>",
    "frame": "<iframe srcdoc=\"<script>parent.ran='frame'</script>\"></iframe><object data=https://evil.example/o>",
    "meta": "<meta http-equiv=refresh content='0;url=https://evil.example/m'><link rel=stylesheet href=//evil.example>",
    "address": "javascript:window.ran='address'",
    "data": "data:text/html,<script>window.ran='data'</script>",
    "template": "{{ cycler.__init__.__globals__ }}{% raw %}${window.ran='template'}#{7*7}",
    "comment": "<!--<script>--><!--",
    "json": '{"__proto__": {"ran": 1}}]]>\\u003cscript\\u003e',
    "shell": "'; touch /tmp/restproof-was-here; $(id) `id` #",
    "bidi": "\u202ereversed\u202c \u2066isolate\u2069 \u200fmark",
    "unseen": "a\u200bb\ufeffc\u0000d\u001b[31me\u2028f",
    "deep": "[" * 400,
}
SECRET = "tok-5f3759df-never-in-a-report"


def events(word: str) -> list[build.Event]:
    """A run in which ``word`` stands wherever a server, a contract, a register or a user could have put it."""
    rule = {"id": f"r.{word}", "level": "must", "statement": word, "sources": [word], "depends_on": [word]}
    untested = {**rule, "id": f"n.{word}", "not_tested": word}
    contract = {
        "name": word,
        "title": word,
        "path": word,
        "resources": {word: [word, "update"]},
        "surface": {
            word: {
                "envelope": {"request": word, "response": word},
                "fields": {word: {"bounds": {"enum": [word], "const": word}, "in": ["update"], "out": True}},
                "statuses": {"update": {word: [200]}},
            }
        },
    }
    head = build.header(
        contract=contract,
        target={"name": word, "base_url": word, "kind": "live"},
        profile=word,
        restproof=word,
        selection={word: [word]},
        requirements=[rule, untested],
        deviations=[
            dict.fromkeys(("requirement", "resource", "operation", "field", "owner", "reason", "evidence"), word),
        ],
    )
    of = build.item(f"r.{word}", word, "update", item=word, nodeid=word)
    good, bad = build.case(of, 1, field=word, note=word), build.case(of, 2, field=word, note=word, **{word: word})
    body = {word: word, "list": [word]}
    found: list[build.Event] = [of]
    for n, sample in enumerate((good, bad), 1):
        exchange = build.exchange(n, of, sample, method="PATCH", url=f"https://x.example/{word}", sent=body, got=body)
        exchange["credential"] = word
        exchange["request"]["headers"].append([f"X-{word}", word])
        exchange["response"] |= {"reason": word, "headers": [[word, word], ["Content-Type", "text/html"]]}
        found += [sample, exchange]
    texts = dict.fromkeys(("message", "expected", "actual", "field", "kind"), word)
    found.append(build.finding(of, bad, 2, **texts, pointer=f"/{word}"))
    raw = build.case(of, 3)
    text = build.exchange(3, of, raw, got=word, error=None)
    broken = build.exchange(4, of, raw, response=None, error=word, operation=word, resource=word)
    found += [raw, text, broken, build.finding(of, raw, 3, **texts), build.outcome(of, "fail", 3)]
    found += [{"event": "note", "kind": word, "message": word, "started": 1.0}]
    foot = build.footer(interrupted=word, cleanup={"deleted": 1, "left": [word]})
    return [head, *found, foot]


def test_nothing_of_a_hostile_run_is_interpreted(tmp_path: Path) -> None:
    """One browser, one page for each payload: every fold opened, every exchange unpacked, every filter used."""
    with chromium.browser() as browser:
        for name, word in PAYLOADS.items():
            run = read(build.write(tmp_path / name, *events(word)))
            verdict = judge(run)
            html = render(run, verdict, "html", compare(Judged(run, verdict), Judged(run, verdict)), evidence="all")
            file = tmp_path / f"{name}.html"
            file.write_text(html, encoding="utf-8")
            page = opened(browser, file.as_uri())
            page.evaluate(UNFOLD)
            page.locator("#exchanges").scroll_into_view_if_needed()
            page.locator("#cases .case").first.wait_for()
            page.evaluate(UNFOLD)
            page.locator("#cases .shot").first.wait_for()
            page.fill("#search", word[:40])
            page.evaluate("document.querySelectorAll('.chip').forEach(c => c.click())")
            found = page.evaluate(
                """() => [window.ran, {}.ran, document.title,
                ...['img','iframe','object','base','link','form > form','[onerror]','[onclick]','[onload]','[style]',
                '[srcdoc]','main script','a:not([href^="#"])'].map(q => document.querySelectorAll(q).length)]"""
            )
            assert found[:2] == [None, None], name
            assert not any(found[3:]), (name, found)
            assert page.heard == [file.as_uri()], name
            assert page.locator("#verdict").is_visible()
            page.context.close()


@pytest.mark.parametrize("name", ["bidi", "unseen"])
def test_what_hides_or_reorders_is_written_out(tmp_path: Path, name: str) -> None:
    run = read(build.write(tmp_path / name, *events(PAYLOADS[name])))
    html = render(run, judge(run), "html", evidence="all")
    assert not re.search("[\u0000-\u0008\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", html)


def test_a_secret_that_a_server_sends_back_is_in_no_byte_of_the_page(tmp_path: Path) -> None:
    """The wire redacts; the page must not bring back what it took out, packed or not."""
    from restproof.wire.redact import Redactor

    clean = json.loads(Redactor([SECRET]).text(json.dumps(events(f"Bearer {SECRET}"))))
    run = read(build.write(tmp_path / "run", *clean))
    html = render(run, judge(run), "html", evidence="all")
    assert SECRET not in html
    packed = re.findall(r'<script type="application/x-restproof"[^>]*>([^<]*)</script>', html)
    assert len(packed) == 2
    for text in packed:
        assert SECRET.encode() not in unpacked(text)
        assert b"[redacted]" in unpacked(text)


def unpacked(text: str) -> bytes:
    import base64
    import gzip

    found: Any = gzip.decompress(base64.b64decode(text))
    return bytes(found)
