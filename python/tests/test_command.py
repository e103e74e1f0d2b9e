"""The command behaves as the program that cargo builds: output, exit codes, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import kintsu
import pytest

DEMO = Path(__file__).resolve().parents[2] / "demo"


def command(*arguments: str, cwd: Path | None = None, check: bool = False) -> subprocess.CompletedProcess[str]:
    spelled = [sys.executable, "-m", "kintsu", *arguments]
    return subprocess.run(spelled, capture_output=True, text=True, cwd=cwd, check=check, timeout=120)


def test_the_version_is_that_of_the_package() -> None:
    done = command("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"kintsu {kintsu.__version__}\n", "")


def test_wrong_options_are_exit_code_2_and_told_on_standard_error() -> None:
    done = command("dedup", "people.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "KN-CLI-006" in done.stderr and "dedupe" in done.stderr


def test_a_file_that_is_not_there_is_exit_code_2_with_a_hint(tmp_path: Path) -> None:
    done = command("profile", "nobody.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "nobody.csv" in done.stderr and "hint:" in done.stderr


def test_a_run_writes_its_directory(tmp_path: Path) -> None:
    model = str(DEMO / "febrl3.model.json")
    done = command("dedupe", str(DEMO / "febrl3.csv"), "--model", model, "-o", "run", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert (tmp_path / "run" / "clusters.parquet").is_file()


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_exit_code_130_and_leaves_nothing(tmp_path: Path, signal_number: signal.Signals) -> None:
    arguments = ["generate", "--records", "60000000", "-o", "data", "--no-progress"]
    with subprocess.Popen(
        [sys.executable, "-m", "kintsu", *arguments], cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        waited = 0.0
        while not any(tmp_path.iterdir()) and waited < 60:
            time.sleep(0.05)
            waited += 0.05
        process.send_signal(signal_number)
        assert process.wait(timeout=30) == 130
    assert not (tmp_path / "data").exists()
