"""``restproof init``: the first files of a repository that proves an API."""

from __future__ import annotations

from pathlib import Path

import click

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

OWN_REGISTER = """\
# The rules of our own: each entry has a test in this folder. They run beside those that restproof brings.
- id: note.title-kept
  level: must
  statement: "The title of a note reads back as it was typed."
  sources: [contract]
  depends_on: [create.answers-created, read.answers-ok]
"""

OWN_SUITE = '''\
"""What our notes promise besides: rules of our own."""

from collections.abc import Iterator

from restproof.suite import Contract, Ground, Resource, Subject, for_each, must, requirement


def is_note(contract: Contract, resource: Resource) -> bool:
    return resource.name == "note"


def titles(ground: Ground) -> Iterator[dict[str, str]]:
    """Titles as people type them."""
    for title in (" milk ", "milk\\nand honey", "Crème brûlée"):
        yield {"title": title}


@requirement("note.title-kept", on="create", needs="read", when=is_note, cost=2)
@for_each(titles)
def test_a_title_is_kept_as_it_was_typed(subject: Subject, title: str) -> None:
    made = subject.create({**subject.bodies.minimal(), "title": title})
    must.have_status(made, "created", field="title")
    read = subject.read(made.id)
    must.have_status(read, "read")
    must.agree(read, {"title": title}, read.entity, what="the title that was typed")
'''

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
    "suites/requirements.yaml": OWN_REGISTER,
    "suites/test_note.py": OWN_SUITE,
    "reports/README.md": REPORTS,
    "reports/.gitignore": "*\n!.gitignore\n!README.md\n",
}


@click.command("init")
def command() -> None:
    """Write a small contract with its schemas, a rule of your own and a restproof.toml into the current directory.

    Nothing is overwritten: where one of the files exists already, nothing is written at all.
    """
    root = Path.cwd()
    taken = [name for name in FILES if (root / name).exists()]
    if taken:
        more = f" (and {len(taken) - 3} more)" if len(taken) > 3 else ""
        raise ConfigurationError(
            f"already here: {', '.join(taken[:3])}{more}",
            hint="Nothing was written. Start in an empty directory, or move what is there.",
        )
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"  {name}")
    click.echo("\nNext: restproof lint, then restproof run.")
