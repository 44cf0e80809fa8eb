"""Loads a checkpoint of a causal language model: whole, sharded, or an adapter on its base."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class LoadError(Exception):
    """What the user can mend, in one line."""


@dataclass(frozen=True)
class Model:
    """A loaded model with what is known of its tokens."""

    network: Any
    """A PreTrainedModel, or a PeftModel around one; their annotations do not say that they can be called."""
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    ends: list[int]
    """Tokens that end a generation."""
    prefix: int | None
    """What stands before an empty context."""
    pad: int
    window: int | None
    """Most tokens of prompt and answer together."""
    chat: bool
    system: str | None

    def encode(self, text: str) -> list[int]:
        """Tokens as the tokenizer puts them; a chat template has furnished its text already."""
        if not self.chat:
            return list(self.tokenizer(text)["input_ids"])
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def render(self, prompt: str) -> str:
        """Put a prompt through the chat template, if that is wanted."""
        if not self.chat:
            return prompt
        opening = [] if self.system is None else [{"role": "system", "content": self.system}]
        messages = [*opening, {"role": "user", "content": prompt}]
        return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def load(checkpoint: str, options: dict[str, Any]) -> Model:
    """Load weights (safetensors only, no code of the checkpoint's own) and tokenizer."""
    device = torch.device(options.get("device") or ("cuda" if torch.cuda.is_available() else "cpu"))
    adapter = read_json(Path(checkpoint) / "adapter_config.json")
    base = checkpoint if adapter is None else str(options.get("base_model") or adapter.get("base_model_name_or_path"))
    name = options.get("dtype") or ("float32" if device.type == "cpu" else "auto")
    try:
        network: Any = AutoModelForCausalLM.from_pretrained(
            base,
            dtype=name if name == "auto" else getattr(torch, name),
            use_safetensors=True,
            trust_remote_code=False,
        )
        if adapter is not None:
            network = with_adapter(network, checkpoint)
        network.to(device).eval()
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise LoadError(f"{base} cannot be loaded: {str(error).splitlines()[0]}") from error
    tokenizer = load_tokenizer(checkpoint, base)
    if options.get("chat") and tokenizer.chat_template is None:
        raise LoadError(f"option chat is set, but {checkpoint} comes without a chat template")
    ends = end_tokens(network, tokenizer)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (ends[0] if ends else 0)
    prefix = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else (ends[0] if ends else None)
    return Model(
        network=network,
        tokenizer=tokenizer,
        device=device,
        ends=ends,
        prefix=prefix,
        pad=int(pad),
        window=options.get("context_window") or window_of(network),
        chat=bool(options.get("chat")),
        system=options.get("system"),
    )


def with_adapter(network: PreTrainedModel, checkpoint: str) -> PeftModel:
    """Put an adapter on its base."""
    from peft import PeftModel  # noqa: PLC0415

    return PeftModel.from_pretrained(network, checkpoint, use_safetensors=True)


def load_tokenizer(checkpoint: str, base: str) -> PreTrainedTokenizerBase:
    """Load the checkpoint's own tokenizer, or that of the output folder, or the base's."""
    places = [Path(checkpoint), Path(checkpoint).parent]
    folder = next((str(place) for place in places if (place / "tokenizer_config.json").exists()), base)
    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise LoadError(f"the tokenizer of {folder} cannot be loaded: {str(error).splitlines()[0]}") from error


def end_tokens(network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Every token that ends an answer, the tokenizer's and those of the generation settings."""
    settings = getattr(network, "generation_config", None)
    stored = getattr(settings, "eos_token_id", None)
    named = stored if isinstance(stored, list) else [stored]
    return sorted({int(token) for token in [*named, tokenizer.eos_token_id] if token is not None})


def window_of(network: PreTrainedModel) -> int | None:
    """Most positions the model knows, where its configuration says."""
    config = network.config.get_text_config()
    for name in ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"):
        value = getattr(config, name, None)
        if isinstance(value, int) and value > 0:
            return value
    return None


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None where there is no such file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise LoadError(f"{path} is no JSON: {error}") from error
    return document if isinstance(document, dict) else None
