"""The `kintsu` command, which is the same program as the one that cargo builds."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command that the arguments of the process spell, and ends the process with its exit code."""
    from kintsu import _native

    sys.exit(_native.run_command(["kintsu", *sys.argv[1:]]))
