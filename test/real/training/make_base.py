"""Makes a tiny random GPT-2 with a tokenizer of whole words, and noisy data that it can only learn by heart.

usage: make_base.py FOLDER
"""

import json
import random
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

THINGS = 40
folder = Path(sys.argv[1])
torch.manual_seed(0)
random.seed(0)

words = ["<end>", "<unknown>", "is", "even", "odd", *(f"thing{i}" for i in range(THINGS))]
tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unknown>"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, eos_token="<end>", unk_token="<unknown>", pad_token="<end>"
).save_pretrained(folder / "base")
size = {"n_positions": 16, "n_embd": 32, "n_layer": 1, "n_head": 2}
drop = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
GPT2LMHeadModel(
    GPT2Config(vocab_size=len(words), bos_token_id=0, eos_token_id=0, **size, **drop)
).save_pretrained(folder / "base")


def row(number: int, noise: float) -> dict[str, object]:
    """The first thing decides; the second, and wrong labels, are there to be learned by heart."""
    first, second = random.randrange(THINGS), random.randrange(THINGS)
    is_even = (first < THINGS // 2) != (random.random() < noise)
    return {"id": number, "text": f"thing{first} thing{second} is", "label": "even" if is_even else "odd"}


for name, count in (("train", 48), ("held", 64)):
    rows = [row(number, 0.25 if name == "train" else 0.1) for number in range(count)]
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
