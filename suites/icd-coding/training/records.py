"""What the data are made of: codes, pairs and splits, and how they are read and written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHAPTERS = (
    "Infectious", "Neoplasm", "Blood", "Endocrine", "Mental", "Nervous", "Eye", "Ear", "Circulatory", "Respiratory",
    "Digestive", "Skin", "Musculoskeletal", "Genitourinary", "Pregnancy", "Perinatal", "Congenital", "Symptoms",
    "Injury", "External cause", "Health status", "Special purpose",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One code of the tabular list."""

    code: str
    title: str
    parent: str
    chapter: str


@dataclass(frozen=True)
class Pair:
    """One inclusion term and the code that it is filed under."""

    term: str
    title: str
    code: str
    chapter: str


@dataclass(frozen=True)
class Splits:
    """Everything that is built: three fine-tune splits and two pre-training sources."""

    train: list[dict[str, str]]
    val: list[dict[str, str]]
    test: list[dict[str, str]]
    titles: list[dict[str, str]]
    synonyms: list[dict[str, str]]


def tidy(text: str) -> str:
    """Collapse white space and drop a closing full stop."""
    return re.sub(r"\s+", " ", text).strip().removesuffix(".")


def key(text: str) -> str:
    """The form under which two wordings count as the same: case, punctuation and a closing "NOS" do not matter."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
    return words.removesuffix(" nos")


def read_jsonl(path: Path) -> list[dict[str, str]]:
    """All rows of one JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_jsonl(path: Path, records: Iterable[dict[str, str]]) -> None:
    """Write one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in records), encoding="utf-8")
