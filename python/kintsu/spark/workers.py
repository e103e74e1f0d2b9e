"""The functions that Spark is given.

They travel by value: a nested function that names nothing of this module is pickled whole, so a worker without kintsu can still
unpickle it, run it and say what is missing. Secrets travel in its closure as bytes, inside the pickled command, of which Spark
prints nothing: no plan, no event and no setting holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kintsu import __version__


def by_value(name: str, entry: str, arguments: tuple[Any, ...]) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """A function for Spark's workers that hands what it gets, then ``arguments``, to ``entry`` of ``kintsu.spark.executor``.

    ``name`` stands in plans.
    """
    version = __version__

    def run(batches: Any) -> Any:
        import sys

        try:
            import kintsu

            # Another version may lack what the executor imports, and is told as what it is.
            if kintsu.__version__ == version:
                from kintsu.spark import executor
        except ImportError as error:
            raise RuntimeError(
                f"kintsu cannot be imported by the Python of Spark's workers ({sys.executable}: {error}); install the wheel of "
                f"kintsu {version} on every worker with `pip install kintsu-{version}-....whl`, or add it to the libraries of "
                "the cluster"
            ) from None
        if kintsu.__version__ != version:
            raise RuntimeError(
                f"Spark's workers have kintsu {kintsu.__version__} and the driver has {version}; install one wheel on all, "
                f"such as with `pip install kintsu-{version}-....whl`"
            )
        return getattr(executor, entry)(batches, *arguments)

    run.__name__ = run.__qualname__ = name
    # They would be pickled with it, and Spark tells some kinds of functions apart by them.
    run.__annotations__ = {}
    return run
