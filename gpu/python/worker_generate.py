"""Text generation in batches, greedy or sampled, the same for a prompt whatever shares its batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, StoppingCriteria, StoppingCriteriaList

if TYPE_CHECKING:
    from worker_model import Model

Request = dict[str, Any]
Result = dict[str, Any]


def generate(model: Model, requests: list[Request], options: dict[str, Any]) -> list[Result]:
    """Answer requests {prompt, seed} with {text, finish, tokens, logprobs?}.

    Prompts that leave less room in the context window than max_tokens run by themselves, so that they shorten no
    other's answer.
    """
    results: list[Result] = [{} for _ in requests]
    together: list[tuple[int, list[int]]] = []
    wanted = int(options["max_tokens"])
    for place, request in enumerate(requests):
        tokens = model.encode(model.render(request["prompt"])) or ([] if model.prefix is None else [model.prefix])
        room = wanted if model.window is None else min(wanted, model.window - len(tokens))
        if model.kind == "seq2seq" and room > 0:
            # The answer is the decoder's, which does not share its positions with the prompt.
            room = wanted
        if room < 1 or not tokens:
            why = "the prompt is empty" if not tokens else f"the prompt has {len(tokens)} tokens"
            results[place] = {"error": f"{why}; the context window has room for {model.window}"}
        elif room < wanted:
            results[place] = run(model, [(tokens, request["seed"])], {**options, "max_tokens": room})[0]
        else:
            together.append((place, tokens))
    if together:
        rows = [(tokens, requests[place]["seed"]) for place, tokens in together]
        for (place, _), result in zip(together, run(model, rows, options), strict=True):
            results[place] = result
    return results


@torch.inference_mode()
def run(model: Model, rows: list[tuple[list[int], int]], options: dict[str, Any]) -> list[Result]:
    """Generate for prompts of tokens, padded on the left; an encoder's, which are not continued, on the right."""
    longest = max(len(tokens) for tokens, _ in rows)
    left = model.kind == "causal"
    ids = torch.tensor([pad(tokens, [model.pad] * (longest - len(tokens)), left=left) for tokens, _ in rows])
    mask = torch.tensor([pad([1] * len(tokens), [0] * (longest - len(tokens)), left=left) for tokens, _ in rows])
    begin = longest if left else 1
    chosen = ChosenLogprobs() if options.get("logprobs") else None
    processors: list[LogitsProcessor] = [] if chosen is None else [chosen]
    if options["temperature"] > 0:
        processors.append(GumbelSampling([seed for _, seed in rows], options))
    stops = [stop for stop in options.get("stop", []) if stop]
    criteria = StoppingCriteriaList([StopTexts(model, stops, begin)] if stops else [])
    sequences = model.network.generate(
        input_ids=ids.to(model.device),
        attention_mask=mask.to(model.device),
        logits_processor=LogitsProcessorList(processors),
        stopping_criteria=criteria,
        # Made anew: the checkpoint's own settings would add penalties and sampling that the suite did not ask for.
        generation_config=GenerationConfig(
            max_new_tokens=int(options["max_tokens"]),
            do_sample=False,
            num_beams=1,
            eos_token_id=model.ends or None,
            pad_token_id=model.pad,
            **({} if left else decoder_settings(model)),
        ),
    )
    answers = sequences[:, begin:].tolist()
    logprobs = None if chosen is None else chosen.finish(sequences)
    return [
        describe(model, answer, stops, len(tokens), None if logprobs is None else logprobs[row])
        for row, (answer, (tokens, _)) in enumerate(zip(answers, rows, strict=True))
    ]


def pad(tokens: list[int], padding: list[int], *, left: bool) -> list[int]:
    """Fill a row up."""
    return padding + tokens if left else tokens + padding


def decoder_settings(model: Model) -> dict[str, Any]:
    """Say what a decoder begins with, as its own settings do."""
    settings = model.network.generation_config
    start = settings.decoder_start_token_id
    return {
        "decoder_start_token_id": model.network.config.decoder_start_token_id if start is None else start,
        "forced_bos_token_id": settings.forced_bos_token_id,
    }


def describe(
    model: Model, answer: list[int], stops: list[str], prompt_tokens: int, logprobs: list[float] | None
) -> Result:
    """Cut one row at its end and say why it ended."""
    end = next((at for at, token in enumerate(answer) if token in model.ends), None)
    kept = answer if end is None else answer[:end]
    text = decode(model, kept)
    finish = "length" if end is None else "stop"
    count = len(answer) if end is None else end + 1
    if any(stop in text for stop in stops):
        # A row that a stop string ended is filled up while others go on: count up to the token that completed it.
        finish = "stop"
        count = next(n for n in range(1, len(kept) + 1) if any(stop in decode(model, kept[:n]) for stop in stops))
        first = min(text.index(stop) for stop in stops if stop in text)
        text = text[:first]
    result: Result = {"text": text, "finish": finish, "tokens": [prompt_tokens, count]}
    if logprobs is not None:
        result["logprobs"] = logprobs[:count]
    return result


def decode(model: Model, tokens: list[int]) -> str:
    """Text without special tokens."""
    return str(model.tokenizer.decode(tokens, skip_special_tokens=True))


class GumbelSampling(LogitsProcessor):
    """Samples by adding Gumbel noise, of each row's own seed, to logits that greedy decoding then chooses from.

    The argmax of logits plus Gumbel noise is a draw from their softmax (Gumbel 1954; Maddison et al. 2014), so that a
    row's draws do not depend on the rows beside it.
    """

    def __init__(self, seeds: list[int], options: dict[str, Any]) -> None:
        """Make one generator a row, on the CPU: the same numbers on every device."""
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.temperature = float(options["temperature"])
        self.top_k = int(options.get("top_k", 0))
        self.top_p = float(options.get("top_p", 1))

    def __call__(self, _: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Warp the logits and add noise."""
        warped = scores.float() / self.temperature
        if 0 < self.top_k < warped.shape[-1]:
            least = torch.topk(warped, self.top_k).values[:, -1:]
            warped = warped.masked_fill(warped < least, -torch.inf)
        if self.top_p < 1:
            ordered, places = torch.sort(warped, descending=True)
            mass = ordered.softmax(-1).cumsum(-1)
            # The token that crosses the bound stays.
            beyond = mass - ordered.softmax(-1) >= self.top_p
            warped = warped.masked_fill(beyond.scatter(-1, places, beyond), -torch.inf)
        size = warped.shape[-1]
        noise = torch.stack([torch.empty(size).exponential_(generator=each).log_().neg_() for each in self.generators])
        return warped + noise.to(warped.device)


class ChosenLogprobs(LogitsProcessor):
    """Keeps the log-probability of each chosen token: one step's distribution at a time, not all of them."""

    def __init__(self) -> None:
        """Begin without any."""
        self.last: torch.Tensor | None = None
        self.values: list[torch.Tensor] = []

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Look up what was chosen from the distribution before, and keep this one."""
        self.look_up(ids[:, -1])
        self.last = scores.float().log_softmax(-1)
        return scores

    def look_up(self, chosen: torch.Tensor) -> None:
        """Take the chosen tokens' log-probabilities."""
        if self.last is not None:
            self.values.append(self.last.gather(-1, chosen[:, None])[:, 0])

    def finish(self, sequences: torch.Tensor) -> list[list[float]]:
        """Look up the last token and give all values, one list a row."""
        self.look_up(sequences[:, -1])
        rows: list[list[float]] = torch.stack(self.values, dim=1).tolist()
        return rows


class StopTexts(StoppingCriteria):
    """Ends a row whose answer holds one of the texts."""

    def __init__(self, model: Model, stops: list[str], prompt_length: int) -> None:
        """Remember where answers begin."""
        self.model = model
        self.stops = stops
        self.prompt_length = prompt_length
        # A stop string completed by the last token began no more tokens ago than it has bytes.
        self.tail = max(len(stop.encode()) for stop in stops) + 4

    def __call__(self, ids: torch.Tensor, _: torch.Tensor, **__: Any) -> torch.Tensor:  # noqa: ANN401
        """Tell for each row whether it has ended."""
        tails = ids[:, max(self.prompt_length, ids.shape[1] - self.tail) :].tolist()
        done = [any(stop in decode(self.model, tail) for stop in self.stops) for tail in tails]
        return torch.tensor(done, device=ids.device)
