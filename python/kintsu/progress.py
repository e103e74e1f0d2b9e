"""Progress of long calls on standard error: one line that is redrawn, on terminals and in notebooks."""

from __future__ import annotations

import sys

_WIDTH = 78


class ProgressLine:
    """A line that says how far a call is; ``wanted`` is none where the stream decides."""

    def __init__(self, wanted: bool | None = None) -> None:
        self.stream = sys.stderr
        self.wanted = _can_redraw() if wanted is None else wanted
        self.drawn = False

    def show(self, stage: str, done: int, total: int | None, unit: str) -> None:
        """Draws the line anew."""
        if not self.wanted:
            return
        self.stream.write("\r" + line(stage, done, total, unit).ljust(_WIDTH))
        self.stream.flush()
        self.drawn = True

    def close(self) -> None:
        """Clears the line."""
        if self.drawn:
            self.stream.write("\r" + " " * _WIDTH + "\r")
            self.stream.flush()


def line(stage: str, done: int, total: int | None, unit: str) -> str:
    """What the line says.

    >>> line("score pairs", 250_000, 1_000_000, "pairs")
    'score pairs: 25 % of 1,000,000 pairs'
    >>> line("read people.csv", 1200, None, "rows")
    'read people.csv: 1,200 rows'
    """
    if total:
        return f"{stage}: {min(100, 100 * done // total)} % of {total:,} {unit}"[:_WIDTH]
    return f"{stage}: {done:,} {unit}"[:_WIDTH]


def _can_redraw() -> bool:
    if "ipykernel" in sys.modules:
        return True
    stream = sys.stderr
    return stream is not None and stream.isatty()
