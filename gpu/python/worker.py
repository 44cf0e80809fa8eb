"""Answers evalh's requests with a model of transformers: one JSON object a line on stdin, one on stdout.

`{"id": 1, "type": "hello"}` is answered by what the worker is. `generate` and `loglikelihood` hold a batch under
"requests" and are answered by "results" in the same order: each a result, or {"error": …} for that request alone.
The worker ends when stdin does.
"""

from __future__ import annotations

import argparse
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

    from worker_generate import generate
    from worker_model import LoadError, Model, load
    from worker_score import score
except ImportError as error:
    fail(f"the Python package {error.name} is missing in {sys.executable}")


def main() -> None:
    """Load the model, then answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint")
    parser.add_argument("--options", default="{}")
    given = parser.parse_args()
    options: dict[str, Any] = json.loads(given.options)
    # Libraries print what they like; only answers may reach the real standard output.
    answers = sys.stdout
    sys.stdout = sys.stderr
    try:
        model = load(given.checkpoint, options)
    except LoadError as error:
        fail(str(error))
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"], **respond(request, model)}
        answers.write(json.dumps(answer, ensure_ascii=True, allow_nan=False) + "\n")
        answers.flush()


def respond(request: dict[str, Any], model: Model) -> dict[str, Any]:
    """Answer one line."""
    if request["type"] == "hello":
        device, dtype = model.device, str(model.network.dtype).removeprefix("torch.")
        version = f"transformers {transformers.__version__} torch {torch.__version__} {device} {dtype}"
        return {"version": version, "window": model.window}
    if request["type"] == "generate":
        settings = request["options"]
        return {"results": in_parts(request["requests"], lambda part: generate(model, part, settings))}
    return {"results": in_parts(request["requests"], lambda part: score(model, part))}


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
