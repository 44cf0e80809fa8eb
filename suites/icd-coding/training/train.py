"""Train the suite's model on the CPU: domain pre-training, then the fine-tune whose checkpoints the suite holds.

``base``      trains a tokenizer and a small Llama on the code book's titles and on synonyms, in plain text.
``finetune``  teaches it the two tasks with prompts it has never seen. It runs on well past its best validation loss
              on purpose: what happens to the scores after that point is what the suite is about.

Needs what build_data.py wrote. One thread; the result depends on the seed and, in its last digits, on the processor.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)

from records import CHAPTERS, read_jsonl

PAD, BOS, EOS = "<pad>", "<s>", "</s>"
PROMPTS = {"title": "Term: {term}\nDiagnosis:", "chapter": "Term: {term}\nChapter:"}
IGNORED = -100
Example = dict[str, list[int]]


@dataclass(frozen=True)
class Collator:
    """Pads a batch at its right end; padding is masked and not scored."""

    pad_id: int

    def __call__(self, batch: Sequence[Example]) -> dict[str, torch.Tensor]:
        longest = max(len(example["input_ids"]) for example in batch)

        def padded(name: str, filler: int) -> torch.Tensor:
            return torch.tensor([example[name] + [filler] * (longest - len(example[name])) for example in batch])

        mask = [[1] * len(example["input_ids"]) + [0] * (longest - len(example["input_ids"])) for example in batch]
        return {
            "input_ids": padded("input_ids", self.pad_id),
            "labels": padded("labels", IGNORED),
            "attention_mask": torch.tensor(mask),
        }


class KeepStart(TrainerCallback):
    """Writes the trainer's state beside the base model: the trainer saves no checkpoint before the first step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Called after each evaluation, the one before training included."""
        if state.global_step == 0:
            state.save_to_json(str(self.folder / "trainer_state.json"))


def make_tokenizer(texts: Sequence[str], size: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer that puts <s> in front of a text by itself.

    The answer words of the chapter task are repeated so that each becomes one token (two for the two-word names).
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[PAD, BOS, EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    fixed = [PROMPTS[task].format(term="") for task in PROMPTS] + [f" {name}" for name in CHAPTERS]
    tokenizer.train_from_iterator(list(texts) + fixed * 2000, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, tokenizer.token_to_id(BOS))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        model_max_length=128,
        clean_up_tokenization_spaces=False,
    )


def make_model(tokenizer: PreTrainedTokenizerFast, options: argparse.Namespace) -> LlamaForCausalLM:
    """A small Llama with shared embeddings and grouped key and value heads."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=options.hidden,
        intermediate_size=options.feed_forward,
        num_hidden_layers=options.layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=options.hidden // 4,
        max_position_embeddings=128,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.05,
    )
    return LlamaForCausalLM(config)


def garble(title: str, rng: random.Random) -> str:
    """A title as somebody might half remember it: words missing, its parts swapped, "NOS" at its end."""
    words = title.split()
    words = [word for word in words if rng.random() > 0.25] or words[:1]
    if rng.random() < 0.3:
        cut = rng.randrange(len(words))
        words = words[cut:] + words[:cut]
    text = " ".join(words).strip(",") + (" NOS" if rng.random() < 0.2 else "")
    return text[:1].upper() + text[1:]


def plain_documents(
    titles: list[dict[str, str]], synonyms: list[dict[str, str]], turns: int, rng: random.Random
) -> list[str]:
    """The pre-training text: each title once a turn, below its parent or after a garbled form, and each synonym.

    Restoring garbled titles teaches the model to read and copy, of which synonyms alone give too few examples; as they
    are garbled anew each turn, it cannot learn them by heart.
    """

    def entry(wording: str, row: dict[str, str]) -> str:
        if rng.random() < 0.5:
            return f"{wording} = {row['title']} / {row['chapter']}"
        return f"{wording} / {row['chapter']} = {row['title']}"

    documents: list[str] = []
    for _ in range(turns):
        for row in titles:
            below = f"{row['parent']} > {row['title']}"
            documents.append(below if rng.random() < 0.25 else entry(garble(row["title"], rng), row))
        for row in synonyms:
            documents.append(entry(row["term"] if rng.random() < 0.7 else garble(row["term"], rng), row))
    return documents


def plain_example(tokenizer: PreTrainedTokenizerFast, text: str) -> Example:
    """A document of which every token is learnt."""
    ids = tokenizer(text)["input_ids"] + [tokenizer.eos_token_id]
    return {"input_ids": ids, "labels": list(ids)}


def task_example(tokenizer: PreTrainedTokenizerFast, row: dict[str, str], task: str) -> Example:
    """A prompt and its answer, of which only the answer is learnt."""
    prompt = tokenizer(PROMPTS[task].format(term=row["term"]))["input_ids"]
    answer = tokenizer(f" {row[task]}", add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    return {"input_ids": prompt + answer, "labels": [IGNORED] * len(prompt) + answer}


def arguments(folder: Path, options: argparse.Namespace, **special: object) -> TrainingArguments:
    """What both runs have in common."""
    # transformers 5 takes the TensorBoard folder from here only.
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "tensorboard")
    return TrainingArguments(
        output_dir=str(folder),
        use_cpu=True,
        seed=options.seed,
        train_sampling_strategy="group_by_length",
        adam_beta2=0.98,
        report_to="tensorboard",
        disable_tqdm=True,
        remove_unused_columns=False,
        **special,
    )


def train_base(options: argparse.Namespace) -> None:
    """Tokenizer and base model into <out>/base."""
    titles, synonyms = read_jsonl(options.work / "titles.jsonl"), read_jsonl(options.work / "synonyms.jsonl")
    documents = plain_documents(titles, synonyms, options.turns, random.Random(options.seed))
    texts = [row["title"] for row in titles] + [row["term"] for row in synonyms] + [row["title"] for row in synonyms]
    tokenizer = make_tokenizer(texts, options.vocabulary)
    model = make_model(tokenizer, options)
    examples = [plain_example(tokenizer, text) for text in documents]
    print(
        f"{model.num_parameters()} parameters, {sum(len(e['input_ids']) for e in examples)} tokens of pre-training",
        flush=True,
    )
    folder = options.out / "base"
    special = arguments(
        folder,
        options,
        num_train_epochs=1,
        per_device_train_batch_size=64,
        learning_rate=options.base_rate,
        lr_scheduler_type="cosine",
        warmup_steps=60,
        weight_decay=0.05,
        logging_steps=100,
        save_strategy="no",
    )
    trainer = Trainer(model, special, train_dataset=examples, data_collator=Collator(tokenizer.pad_token_id))
    trainer.train()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def train_finetune(options: argparse.Namespace) -> None:
    """The fine-tune, one checkpoint an epoch, into <out>/finetune; checkpoint-0 is the base model."""
    base, folder = options.out / "base", options.out / options.name
    tokenizer = PreTrainedTokenizerFast.from_pretrained(base)
    model = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32)
    rows = {name: read_jsonl(options.data / f"{name}.jsonl") for name in ("train", "val")}
    examples = {name: [task_example(tokenizer, row, task) for row in rows[name] for task in PROMPTS] for name in rows}
    special = arguments(
        folder,
        options,
        num_train_epochs=options.epochs,
        per_device_train_batch_size=32,
        per_device_eval_batch_size=100,
        learning_rate=options.rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=20,
        weight_decay=0.01,
        logging_steps=math.ceil(len(examples["train"]) / 32) // 2,
        eval_strategy="epoch",
        eval_on_start=True,
        save_strategy="epoch",
        save_only_model=True,
    )
    trainer = Trainer(
        model,
        special,
        train_dataset=examples["train"],
        eval_dataset=examples["val"],
        data_collator=Collator(tokenizer.pad_token_id),
        processing_class=tokenizer,
    )
    start = folder / "checkpoint-0"
    shutil.copytree(base, start, ignore=shutil.ignore_patterns("tensorboard"), dirs_exist_ok=True)
    trainer.add_callback(KeepStart(start))
    trainer.train()
    trainer.save_state()


def main() -> None:
    """Command line."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=("base", "finetune"))
    parser.add_argument("--data", type=Path, default=here.parent / "data", help="train.jsonl and val.jsonl")
    parser.add_argument("--work", type=Path, default=Path("work"), help="titles.jsonl and synonyms.jsonl")
    parser.add_argument("--out", type=Path, default=Path("runs"))
    parser.add_argument("--name", default="finetune", help="the fine-tune's folder in --out")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--vocabulary", type=int, default=2560)
    parser.add_argument("--hidden", type=int, default=144)
    parser.add_argument("--feed-forward", type=int, default=384)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--turns", type=int, default=8, help="times that pre-training goes through the text")
    parser.add_argument("--base-rate", type=float, default=3e-3)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--rate", type=float, default=2e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    set_seed(options.seed)
    started = time.monotonic()
    {"base": train_base, "finetune": train_finetune}[options.stage](options)
    print(json.dumps({"stage": options.stage, "seconds": round(time.monotonic() - started)}))


if __name__ == "__main__":
    main()
