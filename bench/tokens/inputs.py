"""What the benches of tokens share: made-up people, secrets, and the command that makes tokens of them."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

from bench.measuring import shared_file

HERE = Path(__file__).resolve().parent


def people_file(rows: int, work: Path) -> Path:
    """The people as Parquet, made once for a number of rows by the Python at work; beside it stand the same as CSV."""
    path = work / f"persons_{rows}.parquet"
    if not path.exists():
        names = shared_file("bench", "linkage", "names.json")
        made = path.with_suffix("")
        subprocess.run([sys.executable, str(HERE / "people.py"), str(rows), "7", str(names), str(made)], check=True)
    return path


def key_files(work: Path) -> list[Path]:
    """Files of a hashing secret and of an encryption key, made once."""
    return [_secret_file(work / "hashing.secret", 40), _secret_file(work / "encryption.key", 32)]


def tokenize_command(kintsu: Path, source: Path, target: Path, keys: list[Path], threads: int) -> list[str]:
    """The command that makes the peer's tokens: hash-only with one file of secrets, encrypting with two."""
    command = [str(kintsu), "tokenize", str(source), "-o", str(target), "--overwrite", "--threads", str(threads), "-qq"]
    command += ["--token-profile", "openlinktoken-2", "--hashing-secret-file", str(keys[0])]
    return [*command, *(["--mode", "encrypt", "--encryption-key-file", str(keys[1])] if keys[1:] else ["--mode", "hash-only"])]


def _secret_file(path: Path, characters: int) -> Path:
    if not path.exists():
        path.write_text(secrets.token_urlsafe(characters)[:characters])
    return path
