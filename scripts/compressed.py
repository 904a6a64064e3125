"""Compressed copies of static files, which WhiteNoise sends in place of the file to browsers that take them."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli


def write_compressed(path: Path) -> None:
    """Write ``<name>.br`` and ``<name>.gz`` beside a file; the same file makes the same bytes."""
    content = path.read_bytes()
    _beside(path, ".br").write_bytes(brotli.compress(content))
    _beside(path, ".gz").write_bytes(gzip.compress(content, mtime=0))


def is_compressed(path: Path) -> bool:
    """Tell whether both copies are there and hold what the file holds now."""
    content = path.read_bytes()
    copies = _beside(path, ".br"), _beside(path, ".gz")
    return (
        all(copy.exists() for copy in copies)
        and brotli.decompress(copies[0].read_bytes()) == content
        and gzip.decompress(copies[1].read_bytes()) == content
    )


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
