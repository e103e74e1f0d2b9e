"""Tokens over Spark Connect, as a script: python example_spark_connect.py

Where the session runs is a matter of the environment or a `.env` file: DATABRICKS_PROFILE and SPARK_CONNECT_CLUSTER_ID for a
workspace, SPARK_REMOTE=sc://HOST:PORT for a server of one's own, neither for a local session. The executors need kintsu too.
"""

from __future__ import annotations

import os
import secrets
import sys

from kintsu.spark import OpenTokenProcessor, get_spark_session

PEOPLE = [
    ("p1", "John", "Doe", "2000-01-01", "Male", "98101", "123-45-6780"),
    ("p2", "Jane", "Roe", "1990-05-15", "F", "10001-1234", "234-56-7890"),
]
COLUMNS = ["RecordId", "FirstName", "LastName", "BirthDate", "Sex", "PostalCode", "SocialSecurityNumber"]


def main() -> int:
    try:
        spark = get_spark_session()
    except ValueError as error:
        # Wrong settings and servers that do not answer alike. Going on locally is a decision, and this script takes it.
        print(f"no Spark Connect session: {error}", file=sys.stderr)
        spark = get_spark_session(force_local=True)
    print(f"Spark {spark.version}")
    processor = OpenTokenProcessor(os.environ.get("KINTSU_HASHING_SECRET") or secrets.token_urlsafe(32))
    tokens = processor.process_dataframe(spark.createDataFrame(PEOPLE, COLUMNS))
    tokens.orderBy("RecordId", "RuleId").show(truncate=False)
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
