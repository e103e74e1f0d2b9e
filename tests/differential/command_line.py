"""What the scripts that run whole jobs have in common: their options, and the folder that they work in."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path


def parser_of(description: str, seeds: int, first_seed: int) -> argparse.ArgumentParser:
    """The options of every such script."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kintsu", type=lambda text: Path(text).resolve(), required=True)
    parser.add_argument("--splink4", type=lambda text: Path(text).absolute(), required=True, help="a Python with Splink 4")
    parser.add_argument("--splink5", type=lambda text: Path(text).absolute(), required=True, help="a Python with Splink 5")
    parser.add_argument("--seeds", type=int, default=seeds, help="how many seeds a scenario")
    parser.add_argument("--first-seed", type=int, default=first_seed)
    parser.add_argument("--work", type=lambda text: Path(text).resolve(), help="an empty folder to keep everything in")
    return parser


def in_work_folder(arguments: argparse.Namespace, check: Callable[[argparse.Namespace, Path], int]) -> int:
    """Runs `check` in the folder that was named, or in one that is gone afterwards."""
    if arguments.work:
        return check(arguments, arguments.work)
    with tempfile.TemporaryDirectory() as work:
        return check(arguments, Path(work))
