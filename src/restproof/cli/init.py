"""``restproof init``: the first files of a repository that proves an API."""

from __future__ import annotations

from pathlib import Path

import click

from restproof.bundle import bundled_dir
from restproof.errors import ConfigurationError

CONTRACT = """\
# What the API promises. Only what differs from the defaults is written down: `restproof lint` checks this file.
contract: example
title: Example API
base_path: /v1
auth: {scheme: bearer}
errors: error.json
resources:
  note:
    path: /notes
    schema: note.json
    operations: [list, create, read, update, delete]
"""

SCHEMA = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "A note. readOnly is what the server sets; all other properties may be sent.",
  "type": "object",
  "required": ["title"],
  "properties": {
    "id": {"type": "integer", "minimum": 1, "readOnly": true},
    "title": {"type": "string", "minLength": 1, "maxLength": 200},
    "text": {"type": ["string", "null"], "maxLength": 10000},
    "done": {"type": "boolean", "default": false}
  }
}
"""

ERROR = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "The body of every 4xx answer.",
  "type": "object",
  "anyOf": [{"required": ["errors"]}, {"required": ["message"]}, {"required": ["error"]}]
}
"""

CONFIG = """\
contract = "contracts/example"

# Without a target, `restproof run` proves the contract against a sandbox of its own. To prove a real server:
#
# [targets.staging]
# base_url = "https://staging.example.com"     # the contract's base_path is added
# [targets.staging.credentials]                # read from the environment, never written down
# full = "${STAGING_TOKEN}"
"""

CONFTEST = """\
pytest_plugins = ["restproof.plugin"]
"""

REPORTS = """\
# Reports

`restproof run` leaves each run in a directory of its own here: `index.html` to read, `junit.xml`, `summary.md` and
`summary.json` for machines, and `run.jsonl.gz`, the recording that all of them are made from. `latest` is the newest.
"""

FILES = {
    "restproof.toml": CONFIG,
    "conftest.py": CONFTEST,
    "contracts/example/contract.yaml": CONTRACT,
    "schemas/example/note.json": SCHEMA,
    "schemas/example/error.json": ERROR,
    "reports/README.md": REPORTS,
    "reports/.gitignore": "*\n!.gitignore\n!README.md\n",
}


@click.command("init")
def command() -> None:
    """Write a small contract with its schemas, the suites and a restproof.toml into the current directory.

    Nothing is overwritten: where one of the files exists already, nothing is written at all.
    """
    root = Path.cwd()
    files = {**FILES, **_suites()}
    taken = [name for name in files if (root / name).exists()]
    if taken:
        more = f" (and {len(taken) - 3} more)" if len(taken) > 3 else ""
        raise ConfigurationError(
            f"already here: {', '.join(taken[:3])}{more}",
            hint="Nothing was written. Start in an empty directory, or move what is there.",
        )
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in FILES:
        click.echo(f"  {name}")
    click.echo(f"  suites/ ({len(files) - len(FILES)} files)\n")
    click.echo("Next: restproof lint, then restproof run.")


def _suites() -> dict[str, str]:
    """The bundled suites by their relative names: a team reads them, changes them and adds its own."""
    folder = bundled_dir() / "suites"
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".py", ".yaml", ".md"))
    return {f"suites/{p.relative_to(folder).as_posix()}": p.read_text(encoding="utf-8") for p in found}
