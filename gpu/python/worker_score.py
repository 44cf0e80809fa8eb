"""Log-likelihoods of continuations, tokenised as lm-evaluation-harness 0.4.9 does (TemplateLM._encode_pair)."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from worker_model import Model


@dataclass
class Tail:
    """A continuation's tokens and what has been found about them."""

    tokens: list[int]
    row: int = -1
    logprob: float = 0.0
    greedy: bool = True


@dataclass(frozen=True)
class Pair:
    """A context with its continuations."""

    context: list[int]
    tails: list[Tail]


@dataclass(frozen=True)
class Row:
    """What is fed at once: a context and all but the last token of its longest continuations."""

    start: int
    tokens: list[int]
    tails: list[Tail]


def score(model: Model, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answer requests {context, continuations} with {scores: [{logprob, tokens, greedy}]}."""
    opened = [open_pair(model, request["context"], request["continuations"]) for request in requests]
    rows = [row for pair in opened if isinstance(pair, Pair) for row in plan(pair)]
    # Rows of like length pad little; their number is that of the requests, since continuations share rows.
    rows.sort(key=lambda row: len(row.tokens))
    size = max(1, len(requests))
    for start in range(0, len(rows), size):
        feed(model, rows[start : start + size])
    return [pair if isinstance(pair, dict) else {"scores": [result(tail) for tail in pair.tails]} for pair in opened]


def result(tail: Tail) -> dict[str, Any]:
    """One continuation's answer."""
    return {"logprob": tail.logprob, "tokens": len(tail.tokens), "greedy": tail.greedy}


def open_pair(model: Model, context: str, continuations: list[str]) -> Pair | dict[str, Any]:
    """Tokenise; white space at the context's end goes to the continuation, and both are tokenised together."""
    full = model.render(context)
    trimmed = full.rstrip()
    ids = model.encode(trimmed) if trimmed else []
    is_empty = not ids
    if is_empty and model.prefix is None:
        return {"error": "the context is empty and the model has no token to begin with"}
    if model.prefix is not None and is_empty:
        ids = [model.prefix]
    tails = []
    for continuation in continuations:
        whole = model.encode(full + continuation)
        if is_empty and whole[:1] != ids:
            whole = ids + whole
        tokens = whole[len(ids) :]
        if not tokens:
            return {"error": f"the continuation {continuation!r} has no token of its own"}
        if model.window is not None and len(whole) - 1 > model.window:
            return {"error": f"context and continuation have {len(whole)} tokens, the context window {model.window}"}
        tails.append(Tail(tokens))
    return Pair(ids, tails)


def plan(pair: Pair) -> list[Row]:
    """Find the fewest rows: a continuation that another one begins with needs none of its own."""
    rows: list[Row] = []
    for tail in sorted(pair.tails, key=lambda each: -len(each.tokens)):
        fed = tail.tokens[:-1]
        start = len(pair.context)
        shared = next((row for row in rows if row.tokens[start : start + len(fed)] == fed), None)
        if shared is None:
            rows.append(Row(start, pair.context + fed, [tail]))
        else:
            shared.tails.append(tail)
    return rows


@torch.inference_mode()
def feed(model: Model, rows: list[Row]) -> None:
    """Run rows padded on the right and add up what their logits say of the continuations."""
    longest = max(len(row.tokens) for row in rows)
    ids = torch.tensor([row.tokens + [model.pad] * (longest - len(row.tokens)) for row in rows], device=model.device)
    mask = torch.tensor(
        [[1] * len(row.tokens) + [0] * (longest - len(row.tokens)) for row in rows], device=model.device
    )
    # Only logits from the first continuation on are needed; those of long contexts would take the most memory.
    first = min(row.start for row in rows) - 1
    options = {"logits_to_keep": longest - first} if keeps_some(model) else {}
    logits = model.network(input_ids=ids, attention_mask=mask, use_cache=False, **options).logits
    offset = longest - logits.shape[1]
    for row, values in zip(rows, logits, strict=True):
        length = max(len(tail.tokens) for tail in row.tails)
        at = row.start - 1 - offset
        part = values[at : at + length].float()
        best = part.argmax(-1).tolist()
        logprobs = part.log_softmax(-1)
        for tail in row.tails:
            tokens = torch.tensor(tail.tokens, device=model.device)[:, None]
            tail.logprob = float(logprobs[: len(tail.tokens)].gather(-1, tokens).sum())
            tail.greedy = best[: len(tail.tokens)] == tail.tokens


def keeps_some(model: Model) -> bool:
    """Tell whether the model can leave logits out."""
    network = model.network.get_base_model() if hasattr(model.network, "get_base_model") else model.network
    return "logits_to_keep" in inspect.signature(network.forward).parameters
