"""The JSON document that evalh writes for a training, read and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TrainingConfig:
    """One training. Paths are absolute; names of other libraries' options are theirs."""

    base_model: str
    output: str
    train: str
    """JSONL of prompt and target."""
    validation: str | None
    target_delimiter: str
    loss_on: str
    """"target" or "all"."""
    max_length: int
    seed: int
    arguments: dict[str, Any]
    """TrainingArguments."""
    lora: dict[str, Any] | None
    """LoraConfig."""
    quantization: int | None
    """Bits: 4 or 8."""
    early_stopping: dict[str, Any] | None
    save_initial: bool
    resume: str | None
    """Checkpoint to go on from."""
    stop_file: str
    log_file: str


def read_config(path: str) -> TrainingConfig:
    """Read the document; unknown and missing members are errors of evalh, not of its user."""
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    known = {field.name for field in fields(TrainingConfig)}
    return TrainingConfig(**{name: value for name, value in document.items() if name in known})
