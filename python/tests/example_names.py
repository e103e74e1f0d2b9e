"""What the examples of the package's docstrings have at hand: a small linker and its records.

Usage: pytest -p example_names --doctest-modules python/kintsu, with this folder on the path.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

PEOPLE: list[dict[str, Any]] = [
    {"unique_id": 1, "first_name": "Ann", "surname": "Lee", "city": "York", "person": 1},
    {"unique_id": 2, "first_name": "Ann", "surname": "Lee", "city": "York", "person": 1},
    {"unique_id": 3, "first_name": "Anne", "surname": "Lee", "city": None, "person": 1},
    {"unique_id": 4, "first_name": "Bob", "surname": "Ray", "city": "Leeds", "person": 4},
    {"unique_id": 5, "first_name": "Bob", "surname": "Ray", "city": "York", "person": 4},
    {"unique_id": 6, "first_name": "Cy", "surname": "Poe", "city": "York", "person": 6},
]


@pytest.fixture(autouse=True)
def examples(request: pytest.FixtureRequest) -> Iterator[None]:
    """Gives examples their names."""
    import kintsu
    from kintsu import comparison_library as cl

    settings = kintsu.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", 0.9).configure(
                m_probabilities=[0.8, 0.15, 0.05], u_probabilities=[0.05, 0.05, 0.9]
            ),
            cl.ExactMatch("surname").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.05, 0.95]),
        ],
        blocking_rules_to_generate_predictions=[kintsu.block_on("first_name"), kintsu.block_on("city")],
        probability_two_random_records_match=0.2,
    )
    names = request.getfixturevalue("doctest_namespace")
    names.update(kintsu=kintsu, people=PEOPLE, linker=kintsu.Linker(PEOPLE, settings))
    with warnings.catch_warnings():
        # The examples train on six records, which is said of them.
        warnings.simplefilter("ignore", kintsu.errors.KintsuWarning)
        yield
