"""Answers evalh's requests with models of transformers: one JSON object a line on stdin, one on stdout.

`{"id": 1, "type": "load", "checkpoint": …, "options": {…}}` loads a checkpoint in place of the one before and is
answered by what it is. `generate` and `loglikelihood` hold a batch under "requests" and are answered by "results" in
the same order: each a result, or {"error": …} for that request alone. {"failed": …} answers what cannot be done at all.
The worker ends when stdin does.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


def fail(message: str) -> NoReturn:
    """End with a line that evalh shows."""
    print(f"error: {message}", file=sys.stderr, flush=True)
    sys.exit(2)


try:
    import torch
    import transformers

    from worker_encoders import match_images, score_choices, score_labels
    from worker_generate import generate
    from worker_model import Loader, LoadError, Model
    from worker_score import score
    from worker_seq2seq import score_targets
except ImportError as error:
    fail(f"the Python package {error.name} is missing in {sys.executable}")

SCORERS = {
    "causal": score,
    "seq2seq": score_targets,
    "classifier": score_labels,
    "multiple-choice": score_choices,
    "image-text": match_images,
}


def main() -> None:
    """Answer until there is nothing more to answer."""
    # Libraries print what they like; only answers may reach the real standard output.
    answers = sys.stdout
    sys.stdout = sys.stderr
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    loader = Loader()
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"], **respond(request, loader)}
        answers.write(json.dumps(answer, ensure_ascii=True, allow_nan=False) + "\n")
        answers.flush()


def respond(request: dict[str, Any], loader: Loader) -> dict[str, Any]:
    """Answer one line."""
    if request["type"] == "load":
        try:
            return describe(loader.load(request["checkpoint"], request["options"]))
        except LoadError as error:
            return {"failed": str(error)}
    model = loader.model
    if model is None:
        return {"failed": "nothing is loaded"}
    if request["type"] == "generate":
        settings = request["options"]
        return {"results": in_parts(request["requests"], lambda part: generate(model, part, settings))}
    scorer = SCORERS[model.kind]
    return {"results": in_parts(request["requests"], lambda part: scorer(model, part))}


def describe(model: Model) -> dict[str, Any]:
    """Say what has been loaded."""
    version = f"transformers {transformers.__version__} torch {torch.__version__} {model.device} {model.precision}"
    return {
        "version": version,
        "kind": model.kind,
        "generates": model.kind in ("causal", "seq2seq"),
        "reused_base": model.reused_base,
    }


Part = list[dict[str, Any]]


def in_parts(requests: Part, answer: Callable[[Part], Part]) -> Part:
    """Answer a batch; where memory does not suffice, each half by itself, down to single requests."""
    try:
        return answer(requests)
    except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    # Outside of the handler, whose traceback would keep the tensors of the failed attempt alive.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if len(requests) == 1:
        return [{"error": "out of memory, even by itself"}]
    half = len(requests) // 2
    return in_parts(requests[:half], answer) + in_parts(requests[half:], answer)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell lack of memory, on a GPU or on the CPU, from every other failure."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    return "out of memory" in text or "can't allocate memory" in text


if __name__ == "__main__":
    main()
