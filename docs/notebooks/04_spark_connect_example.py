# Databricks notebook source
# MAGIC %md
# MAGIC # Spark Connect
# MAGIC Code runs here, in an editor or a notebook; Spark runs elsewhere. This file is a notebook in the form of a script: `# %%`
# MAGIC begins a cell for editors, `# COMMAND` one for Databricks.

# COMMAND ----------
# %% A session
# Arguments win over a named profile, that over the environment, and that over the profile DEFAULT of ~/.databrickscfg.
from kintsu.spark import get_spark_session

spark = get_spark_session()
print(f"Spark {spark.version}, {type(spark).__module__}")

# COMMAND ----------
# %% Several workspaces
# Each profile has a session of its own: dev = get_spark_session(profile="dev"), prod = get_spark_session(profile="prod").
again = get_spark_session()
assert again is spark

# COMMAND ----------
# %% People
people = spark.createDataFrame(
    [
        ("p1", "John", "Doe", "2000-01-01", "Male", "98101", "123-45-6780"),
        ("p2", "Jane", "Roe", "1990-05-15", "F", "10001-1234", "234-56-7890"),
        ("p3", "Jane", "Roe", "05/15/1990", "Female", "10001", "234567890"),
    ],
    ["RecordId", "FirstName", "LastName", "BirthDate", "Sex", "PostalCode", "SocialSecurityNumber"],
)

# COMMAND ----------
# %% Tokens and their overlap
import secrets  # noqa: E402

from kintsu.spark import OpenTokenOverlapAnalyzer, OpenTokenProcessor  # noqa: E402

encryption_key = secrets.token_urlsafe(24)
processor = OpenTokenProcessor(secrets.token_urlsafe(32), encryption_key)
tokens = processor.process_dataframe(people)
tokens.show()

analyzer = OpenTokenOverlapAnalyzer(encryption_key)
results = analyzer.analyze_overlap(tokens.filter("RecordId = 'p2'"), tokens.filter("RecordId <> 'p2'"), ["T1", "T4"], "A", "B")
analyzer.print_summary(results)
assert [tuple(row) for row in results["matches"].collect()] == [("p2", "p3")]
