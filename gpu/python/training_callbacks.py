"""What the Trainer does for evalh besides training: a log that can be followed, a polite stop, a first checkpoint."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import TrainerCallback

if TYPE_CHECKING:
    from transformers import Trainer, TrainerControl, TrainerState, TrainingArguments

LOOK_SECONDS = 0.5
"""Between two looks for the stop file, which may lie on a network disk."""


def distributed() -> bool:
    """Tell whether several processes train together."""
    return torch.distributed.is_available() and torch.distributed.is_initialized()


class StopFile(TrainerCallback):
    """Stops all processes after the same step once the file is there.

    Only rank 0 looks; the others are told. If each looked by itself, one could stop a step before another, which would
    then wait for it for ever.
    """

    def __init__(self, path: str) -> None:
        """Remember the file. One of an earlier training is removed by evalh before the start."""
        self.path = Path(path)
        self.next_look = 0.0
        self.reason: str | None = None

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> TrainerControl:
        """Look, and agree with the other processes."""
        wanted = state.is_world_process_zero and self.is_there()
        if distributed():
            flag = torch.tensor([int(wanted)], device=args.device)
            torch.distributed.broadcast(flag, src=0)
            wanted = bool(flag.item())
        if wanted and not control.should_training_stop:
            request = self.read()
            self.reason = str(request.get("reason", "asked to stop"))
            control.should_training_stop = True
            control.should_save = bool(request.get("save", False))
        return control

    def is_there(self) -> bool:
        """Look for the file, not more often than makes sense."""
        now = time.monotonic()
        if now < self.next_look:
            return False
        self.next_look = now + LOOK_SECONDS
        return self.path.exists()

    def read(self) -> dict[str, Any]:
        """Read what the file asks; any content is a request."""
        try:
            request = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return request if isinstance(request, dict) else {}


class LineLog(TrainerCallback):
    """Writes every log entry as a line of JSON at once; trainer_state.json comes with checkpoints only."""

    def __init__(self, path: str) -> None:
        """Remember the file."""
        self.path = Path(path)
        self.started = time.monotonic()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: dict[str, Any] | None = None,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Append one line, unless it is the summary at the end, which is a mean over the run and no point of it."""
        if not state.is_world_process_zero or logs is None or "train_runtime" in logs:
            return
        numbers = {name: as_number(value) for name, value in logs.items()}
        entry = {"step": state.global_step, "seconds": round(time.monotonic() - self.started, 3), **numbers}
        if args.device.type == "cuda":
            entry["gpu_peak_mib"] = torch.cuda.max_memory_allocated(args.device) >> 20
        line = json.dumps({name: value for name, value in entry.items() if value is not None})
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def as_number(value: Any) -> float | str | None:  # noqa: ANN401
    """Keep numbers; NaN and infinities as words, which JSON has no numbers for."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else str(number).replace("inf", "Infinity").replace("nan", "NaN")


class InitialCheckpoint(TrainerCallback):
    """Saves the model before its first step, so that everything later can be compared with it."""

    def __init__(self) -> None:
        """Wait for the trainer, which is made with its callbacks."""
        self.trainer: Trainer | None = None

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Save, weights first and the state last, as the Trainer does: a folder with a state is complete."""
        folder = Path(str(args.output_dir)) / "checkpoint-0"
        if self.trainer is None or state.global_step > 0 or (folder / "trainer_state.json").exists():
            return
        self.trainer.save_model(str(folder))
        if state.is_world_process_zero:
            state.save_to_json(str(folder / "trainer_state.json"))
