"""A fine-tune by Lightning, as people write them: its own module, CSVLogger, and weights saved as Hugging Face reads them.

usage: lightning_fit.py OUTPUT BASE TRAIN HELD
"""

import json
import sys
from pathlib import Path

import lightning
import torch
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM, AutoTokenizer

output, base, train_file, held_file = (Path(argument) for argument in sys.argv[1:5])
tokenizer = AutoTokenizer.from_pretrained(base)
IGNORED = -100


def batches(file: Path, shuffle: bool) -> DataLoader:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    ids = torch.tensor([tokenizer(f"{row['text']} {row['label']}")["input_ids"] for row in rows])
    return DataLoader(ids, batch_size=16, shuffle=shuffle)


class Model(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.network = AutoModelForCausalLM.from_pretrained(base)

    def loss(self, ids: torch.Tensor) -> torch.Tensor:
        labels = torch.full_like(ids, IGNORED)
        labels[:, -1] = ids[:, -1]
        return self.network(input_ids=ids, labels=labels).loss

    def training_step(self, ids: torch.Tensor, _: int) -> torch.Tensor:
        loss = self.loss(ids)
        self.log("train_loss", loss, on_step=True)
        return loss

    def validation_step(self, ids: torch.Tensor, _: int) -> None:
        self.log("val_loss", self.loss(ids))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), lr=0.01)


class SaveForHub(lightning.Callback):
    """Saves as transformers does, to a name that is not a checkpoint's until it is whole."""

    def save(self, module: Model, step: int) -> None:
        draft = output / f"tmp-checkpoint-{step}"
        module.network.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
        draft.rename(output / f"checkpoint-{step}")

    def on_train_start(self, trainer: lightning.Trainer, module: Model) -> None:
        self.save(module, 0)

    def on_train_batch_end(self, trainer: lightning.Trainer, module: Model, *_: object) -> None:
        if trainer.global_step % 30 == 0:
            self.save(module, trainer.global_step)


lightning.seed_everything(0)
trainer = lightning.Trainer(
    accelerator="cpu",
    max_steps=20_000,
    logger=CSVLogger(output, flush_logs_every_n_steps=1),
    log_every_n_steps=3,
    check_val_every_n_epoch=2,
    num_sanity_val_steps=0,
    enable_checkpointing=False,
    enable_progress_bar=False,
    callbacks=[SaveForHub()],
)
trainer.fit(Model(), batches(train_file, True), batches(held_file, False))
