"""Rows of prompt and target as tokens with labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import Dataset

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from training_config import TrainingConfig

IGNORED = -100
"""Label of a token that the loss leaves out (torch.nn.CrossEntropyLoss)."""

Example = dict[str, list[int]]


class Examples(Dataset[Example]):
    """Tokenised when asked for, so that a large file costs little memory: lines are found by their offsets."""

    def __init__(self, path: str, tokenizer: PreTrainedTokenizerBase, config: TrainingConfig) -> None:
        """Find the lines of a JSONL file."""
        self.path = path
        self.tokenizer = tokenizer
        self.config = config
        self.offsets: list[int] = []
        with Path(path).open("rb") as file:
            position = 0
            for line in file:
                if line.strip():
                    self.offsets.append(position)
                position += len(line)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.offsets)

    def __getitem__(self, index: int) -> Example:
        """Read and tokenise one row."""
        with Path(self.path).open("rb") as file:
            file.seek(self.offsets[index])
            row = json.loads(file.readline())
        return encode(row.get("prompt"), row["target"], self.tokenizer, self.config)


def encode(prompt: str | None, target: str, tokenizer: PreTrainedTokenizerBase, config: TrainingConfig) -> Example:
    """Tokens of prompt, delimiter and target, ended by the end-of-text token.

    The prompt is tokenised as it is when the model is asked, and the target as its continuation, so that training and
    evaluation meet at the same token boundary. A sample that is too long loses the beginning of its prompt.
    """
    prompt_ids: list[int] = [] if prompt is None else list(tokenizer(prompt)["input_ids"])
    if prompt_ids and prompt_ids[-1] == tokenizer.eos_token_id:
        prompt_ids.pop()
    answer = target if prompt is None else config.target_delimiter + target
    target_ids = list(tokenizer(answer, add_special_tokens=prompt is None)["input_ids"])
    if tokenizer.eos_token_id is not None and (not target_ids or target_ids[-1] != tokenizer.eos_token_id):
        target_ids.append(tokenizer.eos_token_id)
    room = max(0, config.max_length - len(target_ids))
    kept = prompt_ids[-room:] if room else []
    target_ids = target_ids[: config.max_length]
    labels = [IGNORED] * len(kept) if config.loss_on == "target" else list(kept)
    return {"input_ids": kept + target_ids, "labels": labels + target_ids}


class Collator:
    """Pads a batch on the right."""

    def __init__(self, pad: int) -> None:
        """Remember the token to pad with."""
        self.pad = pad

    def __call__(self, examples: list[Example]) -> dict[str, Any]:
        """Make tensors of equal length."""
        longest = max(len(example["input_ids"]) for example in examples)

        def padded(name: str, filler: int) -> torch.Tensor:
            return torch.tensor([example[name] + [filler] * (longest - len(example[name])) for example in examples])

        lengths = [len(example["input_ids"]) for example in examples]
        mask = torch.tensor([[1] * length + [0] * (longest - length) for length in lengths])
        return {"input_ids": padded("input_ids", self.pad), "attention_mask": mask, "labels": padded("labels", IGNORED)}
