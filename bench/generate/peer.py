"""The peer's side of the bench of the generator: base customers as Faker makes them, a row after the other, into a CSV file.

    python peer.py OUT ROWS

Prints one JSON object: rows, CPU seconds and wall seconds from the first value to the last byte, the start of Python and the
loading of Faker's lists left out, and the peak resident set.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import sys
import time
from pathlib import Path

from faker import Faker

COLUMNS = (
    "customer_id",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "address",
    "city",
    "state",
    "zip_code",
    "date_of_birth",
    "company",
    "job_title",
    "annual_income",
    "customer_segment",
    "registration_date",
    "last_activity_date",
    "is_active",
)


def customer(fake: Faker, number: int) -> tuple[object, ...]:
    """A customer of the columns that `kintsu generate` makes under the preset mdm."""
    first, last = fake.first_name(), fake.last_name()
    return (
        f"CUST_{number:05}",
        first,
        last,
        f"{first} {last}",
        fake.email(),
        fake.phone_number()[:12],
        fake.street_address(),
        fake.city(),
        fake.state_abbr(),
        fake.zipcode(),
        fake.date_of_birth(minimum_age=18, maximum_age=80),
        fake.company(),
        fake.job(),
        random.randint(30_000, 200_000),
        random.choice(("Premium", "Standard", "Basic")),
        fake.date_between(start_date="-5y", end_date="today"),
        fake.date_between(start_date="-1y", end_date="today"),
        random.random() < 0.75,
    )


def main() -> None:
    target, rows = Path(sys.argv[1]), int(sys.argv[2])
    fake = Faker("en_US")
    fake.seed_instance(42)
    random.seed(42)
    customer(fake, 0)
    wall, cpu = time.perf_counter(), time.process_time()
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(customer(fake, number) for number in range(1, rows + 1))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"rows": rows, "cpu_s": cpu, "wall_s": wall, "peak_mib": peak}))


if __name__ == "__main__":
    main()
