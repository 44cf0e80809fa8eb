"""Log-probabilities of labels and choices from models that write no text.

They answer the requests of worker_score: for a classifier, continuations are names of labels; for a multiple-choice
model, endings; for an image-text model, the context is an image's path and continuations are captions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from worker_model import Model

Request = dict[str, Any]
Result = dict[str, Any]


@torch.inference_mode()
def score_labels(model: Model, requests: list[Request]) -> list[Result]:
    """Answer with the logarithm of each label's probability, given the text."""
    config = model.network.config
    places = [label_places(config.id2label, request["continuations"]) for request in requests]
    known = [at for at, place in enumerate(places) if isinstance(place, list)]
    results: list[Result] = [place if isinstance(place, dict) else {} for place in places]
    fitting = []
    for at in known:
        problem = too_long(model, requests[at]["context"])
        if problem is None:
            fitting.append(at)
        else:
            results[at] = {"error": problem}
    if fitting:
        inputs = model.tokenizer(
            [requests[at]["context"] for at in fitting],
            padding=True,
            truncation=bool(model.options.get("truncate")),
            max_length=model.window,
            return_tensors="pt",
        ).to(model.device)
        logits = model.network(**inputs).logits.float()
        several = config.problem_type == "multi_label_classification"
        logprobs = torch.nn.functional.logsigmoid(logits) if several else logits.log_softmax(-1)
        for at, row in zip(fitting, logprobs, strict=True):
            results[at] = {"scores": scores_of(row, places[at])}
    return results


@torch.inference_mode()
def score_choices(model: Model, requests: list[Request]) -> list[Result]:
    """Answer with the logarithm of each ending's probability among the endings."""
    return [score_choice(model, request) for request in requests]


def score_choice(model: Model, request: Request) -> Result:
    """Answer one request: its endings are one row of the model."""
    endings = [ending.strip() for ending in request["continuations"]]
    longest = max(endings, key=len)
    problem = too_long(model, request["context"], longest)
    if problem is not None:
        return {"error": problem}
    inputs = model.tokenizer(
        [request["context"]] * len(endings),
        endings,
        padding=True,
        truncation="only_first" if model.options.get("truncate") else False,
        max_length=model.window,
        return_tensors="pt",
    ).to(model.device)
    row = model.network(**{name: values[None] for name, values in inputs.items()}).logits.float()[0]
    return {"scores": scores_of(row.log_softmax(-1), list(range(len(endings))))}


@torch.inference_mode()
def match_images(model: Model, requests: list[Request]) -> list[Result]:
    """Answer with the logarithm of each caption's probability among the captions; SigLIP's, each for itself."""
    results: list[Result] = [{} for _ in requests]
    groups: dict[tuple[str, ...], list[tuple[int, Any]]] = {}
    for at, request in enumerate(requests):
        image = open_image(model, request["context"])
        if isinstance(image, str):
            results[at] = {"error": image}
        else:
            captions = tuple(text.strip() for text in request["continuations"])
            groups.setdefault(captions, []).append((at, image))
    for captions, members in groups.items():
        inputs = model.processor(
            text=list(captions),
            images=[image for _, image in members],
            padding=True,
            truncation=True,
            return_tensors="pt",
        ).to(model.device)
        logits = model.network(**inputs).logits_per_image.float()
        alone = "siglip" in str(model.network.config.model_type)
        logprobs = torch.nn.functional.logsigmoid(logits) if alone else logits.log_softmax(-1)
        for (at, _), row in zip(members, logprobs, strict=True):
            results[at] = {"scores": scores_of(row, list(range(len(captions))))}
    return results


def open_image(model: Model, named: str) -> Any:  # noqa: ANN401
    """Read an image below the suite's folder; a text says why that cannot be."""
    from PIL import Image  # noqa: PLC0415

    root = Path(str(model.options.get("folder") or ".")).resolve()
    path = (root / named.strip()).resolve()
    if root != path and root not in path.parents:
        return f"the image {named!r} lies outside of the suite's folder"
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        return f"the image {named!r} cannot be read: {str(error).replace(str(root), '.')}"


def label_places(names: dict[int, str], continuations: list[str]) -> list[int] | Result:
    """Find each choice among the model's labels, by name, or by place where labels were given no names."""
    wanted = [text.strip().casefold() for text in continuations]
    known = {name.strip().casefold(): place for place, name in names.items()}
    if all(name in known for name in wanted):
        return [known[name] for name in wanted]
    if all(re.fullmatch(r"LABEL_\d+", name) for name in names.values()) and len(wanted) == len(names):
        return list(range(len(wanted)))
    missing = next(text.strip() for text in continuations if text.strip().casefold() not in known)
    return {"error": f"the model has no label {missing!r}; it has {', '.join(list(names.values())[:20])}"}


def too_long(model: Model, *texts: str) -> str | None:
    """Say why a text does not fit; None if it does, or may be cut."""
    if model.window is None or model.options.get("truncate"):
        return None
    count = len(model.tokenizer(*texts)["input_ids"])
    if count <= model.window:
        return None
    return f"the text has {count} tokens, the model takes {model.window}: set the option truncate to cut it"


def scores_of(logprobs: torch.Tensor, places: list[int]) -> list[Result]:
    """One entry a choice; a label counts as one token."""
    best = int(logprobs.argmax())
    values = logprobs.tolist()
    return [{"logprob": values[place], "tokens": 1, "greedy": place == best} for place in places]
