"""Log-likelihoods of continuations under encoder-decoder models: the context is the encoder's, they the decoder's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from worker_model import Model


@torch.inference_mode()
def score_targets(model: Model, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answer requests {context, continuations} with {scores: [{logprob, tokens, greedy}]}.

    As lm-evaluation-harness 0.4 does (HFLM, seq2seq): the continuation is tokenised by itself, without end of text.
    """
    results: list[dict[str, Any]] = [{} for _ in requests]
    rows: list[tuple[int, list[int], list[int]]] = []
    for at, request in enumerate(requests):
        source = model.encode(model.render(request["context"]))
        if model.window is not None and len(source) > model.window:
            results[at] = {"error": f"the context has {len(source)} tokens, the context window {model.window}"}
            continue
        targets = [
            list(model.tokenizer(text_target=text, add_special_tokens=False)["input_ids"])
            for text in request["continuations"]
        ]
        if not all(targets):
            results[at] = {"error": "a continuation has no token of its own"}
            continue
        results[at] = {"scores": []}
        rows.extend((at, source, target) for target in targets)
    # As many rows at a time as requests were asked for; continuations of one request lie beside each other.
    size = max(1, len(requests))
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        for (at, _, target), scored in zip(part, feed(model, part), strict=True):
            results[at]["scores"].append({**scored, "tokens": len(target)})
    return results


def feed(model: Model, rows: list[tuple[int, list[int], list[int]]]) -> list[dict[str, Any]]:
    """Run rows padded on the right."""
    ids, mask = padded(model, [source for _, source, _ in rows])
    start = model.network.config.decoder_start_token_id
    fed, fed_mask = padded(model, [[start, *target[:-1]] for _, _, target in rows])
    logits = model.network(
        input_ids=ids, attention_mask=mask, decoder_input_ids=fed, decoder_attention_mask=fed_mask, use_cache=False
    ).logits.float()
    found = []
    for (_, _, target), values in zip(rows, logits, strict=True):
        part = values[: len(target)]
        tokens = torch.tensor(target, device=model.device)
        logprob = part.log_softmax(-1).gather(-1, tokens[:, None]).sum()
        found.append({"logprob": float(logprob), "greedy": part.argmax(-1).tolist() == target})
    return found


def padded(model: Model, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows as one tensor, with its mask."""
    longest = max(map(len, rows))
    ids = [row + [model.pad] * (longest - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    return torch.tensor(ids, device=model.device), torch.tensor(mask, device=model.device)
