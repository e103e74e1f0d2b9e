"""Runs the Python blocks of a page, or the cells of a notebook, one after the other, as a reader does, in a folder of their own.

Usage: run_readme.py [PAGE]; README.md by default. What a block prints is held to the comment ``# -> ...`` on the line
that prints it. The data of the demo stand beside a page, and for a notebook where the repository has them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def blocks(path: Path) -> list[str]:
    """The Python blocks of a page of Markdown, or the cells of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    if any(cell["outputs"] for cell in cells):
        raise SystemExit(f"{path.name}: notebooks are kept without outputs")
    return ["".join(cell["source"]) for cell in cells]


def expected(block: str) -> list[str]:
    """What a block says that it prints."""
    return re.findall(r"# -> (.*)$", block, flags=re.MULTILINE)


def run(path: Path) -> int:
    """Runs the blocks of a page and gives how many there are."""
    found = blocks(path)
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
        place = Path(folder, "docs", "notebooks") if page.suffix == ".ipynb" else Path(folder)
        data = Path(folder, "demo") if page.suffix == ".ipynb" else place
        place.mkdir(parents=True, exist_ok=True)
        for file in (ROOT / "demo").iterdir():
            if file.suffix in (".csv", ".json"):
                data.mkdir(exist_ok=True)
                shutil.copy(file, data)
        os.chdir(place)
        count = run(page)
        os.chdir(ROOT)
    if count == 0:
        raise SystemExit(f"{page.name} has no Python blocks")
    print(f"{page.name}: {count} Python blocks run")


if __name__ == "__main__":
    main()
