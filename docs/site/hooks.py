"""What MkDocs is told beside ``mkdocs.yml``: the generated pages, and links that lead out of ``docs``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import reference
from mkdocs.structure.files import File, Files

_OUT = re.compile(r"\[([^\]]+)\]\(\.\./([^)#]+)[^)]*\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are generated from the code."""
    for path, text in reference.pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """A file of the repository that is no page is named, for want of a page to lead to."""
    if page.file.src_uri.startswith("reference/"):
        return markdown
    return _OUT.sub(lambda found: f"{found[1]} (`{found[2]}`)", markdown)
