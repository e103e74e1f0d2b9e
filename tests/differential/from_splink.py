"""Runs the scripts of the guide for those who come from Splink, here and on Splink, with nothing changed but the import.

Usage: from_splink.py, in an environment with Splink 4 or 5 and with this package on the path. Run by `cargo xtask test`.

What the scripts print is compared: records exactly, all else within two parts of a hundred, because u is
estimated from samples that both draw in their own way.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "docs" / "guides" / "from-splink"
APART_MAX = 0.02


def printed(script: str, folder: Path) -> dict[str, int]:
    """The figures that a script prints, by their names."""
    done = subprocess.run([sys.executable, "-"], input=script, capture_output=True, text=True, cwd=folder)
    if done.returncode != 0:
        raise SystemExit(f"{script.splitlines()[0]}\n{done.stderr[-3000:]}")
    figures = (line.rsplit(" ", 1) for line in done.stdout.splitlines())
    return {words[0]: int(words[1]) for words in figures if len(words) == 2 and words[1].isdigit()}


def differs(name: str, ours: int, theirs: int) -> bool:
    """Whether two figures are too far apart."""
    return ours != theirs if name == "records" else abs(ours - theirs) > APART_MAX * max(ours, theirs)


def main() -> None:
    """Runs every script twice and compares."""
    failed = False
    of_splink_4 = version("splink").startswith("4.")
    scripts = sorted(path for path in SCRIPTS.glob("*.py") if (path.name == "splink_4.py") == of_splink_4)
    for path in scripts:
        with tempfile.TemporaryDirectory() as folder:
            for table in (ROOT / "demo").glob("*.csv"):
                shutil.copy(table, folder)
            script = path.read_text(encoding="utf-8")
            ours = printed(script, Path(folder))
            theirs = printed(script.replace("from kintsu import", "from splink import"), Path(folder))
        apart = [name for name in theirs if differs(name, ours.get(name, -1), theirs[name])]
        failed = failed or bool(apart) or not theirs
        print(f"{path.name}: here {ours}, Splink {theirs}{', too far apart' if apart else ''}")
    sys.exit(1 if failed or not scripts else 0)


if __name__ == "__main__":
    main()
