"""Runs the Python blocks of a page one after the other, as a reader does, in a folder of their own.

Usage: run_readme.py [PAGE]; README.md by default. What a block prints is held to the comment ``# -> ...`` on the line
that prints it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ("febrl3.csv", "febrl3.truth.csv", "febrl3.settings.json", "febrl3.model.json", "fodors.csv", "zagats.csv")


def blocks(page: str) -> list[str]:
    """The Python blocks of a page of Markdown."""
    return re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)


def expected(block: str) -> list[str]:
    """What a block says that it prints."""
    return re.findall(r"# -> (.*)$", block, flags=re.MULTILINE)


def run(path: Path) -> int:
    """Runs the blocks of a page and gives how many there are."""
    found = blocks(path.read_text(encoding="utf-8"))
    names: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(found, 1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, f"{path.name}, Python block {number}", "exec"), names)
        lines = [line.strip() for line in printed.getvalue().splitlines()]
        for wanted in expected(block):
            if wanted.strip() not in lines:
                raise SystemExit(f"{path.name}, block {number} should print {wanted!r} and printed:\n{printed.getvalue()}")
    return len(found)


def main() -> None:
    """Runs the blocks of the page that is named, with the data of the demo beside them."""
    page = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "README.md"
    with tempfile.TemporaryDirectory() as folder:
        for name in DATA:
            shutil.copy(ROOT / "demo" / name, folder)
        os.chdir(folder)
        count = run(page)
        os.chdir(ROOT)
    if count == 0:
        raise SystemExit(f"{page.name} has no Python blocks")
    print(f"{page.name}: {count} Python blocks run")


if __name__ == "__main__":
    main()
