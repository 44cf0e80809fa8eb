"""Loads checkpoints: whole, sharded, or an adapter on its base, which is kept for the next adapter."""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForMultipleChoice,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoModelForZeroShotImageClassification,
    AutoProcessor,
    AutoTokenizer,
)

from worker_int8 import round_weights

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

CLASSES = {
    "causal": AutoModelForCausalLM,
    "seq2seq": AutoModelForSeq2SeqLM,
    "classifier": AutoModelForSequenceClassification,
    "multiple-choice": AutoModelForMultipleChoice,
    "image-text": AutoModelForZeroShotImageClassification,
}
ADAPTER_KINDS = {"CAUSAL_LM": "causal", "SEQ_2_SEQ_LM": "seq2seq", "SEQ_CLS": "classifier"}


class LoadError(Exception):
    """What the user can mend, in one line."""


@dataclass(frozen=True)
class Model:
    """A loaded model with what is known of its tokens."""

    kind: str
    """A key of CLASSES."""
    network: Any
    """A PreTrainedModel, or a PeftModel around one; their annotations do not say that they can be called."""
    tokenizer: PreTrainedTokenizerBase
    processor: Any
    """For image-text models, what makes tensors of images and texts."""
    device: torch.device
    precision: str
    reused_base: bool
    """Whether the base was in memory already."""
    ends: list[int]
    """Tokens that end a generation."""
    prefix: int | None
    """What stands before an empty context."""
    pad: int
    window: int | None
    """Most tokens of prompt and answer together."""
    options: dict[str, Any]

    @property
    def chat(self) -> bool:
        """Whether prompts go through the chat template."""
        return bool(self.options.get("chat"))

    def encode(self, text: str) -> list[int]:
        """Tokens as the tokenizer puts them; a chat template has furnished its text already."""
        if not self.chat:
            return list(self.tokenizer(text)["input_ids"])
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def render(self, prompt: str) -> str:
        """Put a prompt through the chat template, if that is wanted."""
        if not self.chat:
            return prompt
        system = self.options.get("system")
        opening = [] if system is None else [{"role": "system", "content": system}]
        messages = [*opening, {"role": "user", "content": prompt}]
        return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


class Loader:
    """Holds one checkpoint, and below adapters the base they share."""

    def __init__(self) -> None:
        """Begin with nothing loaded."""
        self.model: Model | None = None
        self.base_key: tuple[str, ...] | None = None
        """What decides the network in memory; None where no further adapter can be put on it."""
        self.count = 0

    def load(self, checkpoint: str, options: dict[str, Any]) -> Model:
        """Load weights (safetensors only, no code of the checkpoint's own) and tokenizer."""
        device = torch.device(options.get("device") or ("cuda" if torch.cuda.is_available() else "cpu"))
        precision = options.get("dtype") or ("float32" if device.type == "cpu" else "auto")
        adapter = read_json(Path(checkpoint) / "adapter_config.json")
        base = checkpoint
        if adapter is not None:
            base = str(options.get("base") or options.get("base_model") or adapter.get("base_model_name_or_path"))
        try:
            config = AutoConfig.from_pretrained(base, trust_remote_code=False)
            kind = options.get("kind") or kind_of(config, adapter)
            labels = None if adapter is None or kind != "classifier" else labels_in(checkpoint)
            key = (base, kind, str(device), precision, str(labels))
            network, reused = self.network(checkpoint, adapter, key)
        except (OSError, ValueError, ImportError, RuntimeError) as error:
            self.forget()
            raise LoadError(f"{base} cannot be loaded: {first_line(error)}") from error
        self.model = describe(
            network,
            kind,
            checkpoint=checkpoint,
            base=base,
            device=device,
            precision=precision,
            options=options,
            reused=reused,
        )
        self.base_key = None if adapter is None else key
        return self.model

    def network(self, checkpoint: str, adapter: dict[str, Any] | None, key: tuple[str, ...]) -> tuple[Any, bool]:
        """Load the network, or put the adapter on the base that is there."""
        base, kind, device, precision, labels = key
        self.count += 1
        name = f"adapter-{self.count}"
        if adapter is not None and self.base_key == key and self.model is not None:
            network = self.model.network
            network.load_adapter(checkpoint, adapter_name=name, use_safetensors=True)
            network.set_adapter(name)
            network.delete_adapter(f"adapter-{self.count - 1}")
            return network.to(device).eval(), True
        self.forget()
        more = {} if labels == "None" else {"num_labels": int(labels)}
        network = CLASSES[kind].from_pretrained(
            base,
            dtype=stored_type(precision, device),
            use_safetensors=True,
            trust_remote_code=False,
            **more,
        )
        if precision == "int8":
            round_weights(network)
        if adapter is not None:
            if precision == "int8":
                raise ValueError("int8 is for whole models; merge the adapter into its base first")
            from peft import PeftModel  # noqa: PLC0415

            network = PeftModel.from_pretrained(network, checkpoint, adapter_name=name, use_safetensors=True)
        return network.to(device).eval(), False

    def forget(self) -> None:
        """Free the memory before the next is loaded: two may not fit."""
        self.model = None
        self.base_key = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def stored_type(precision: str, device: str) -> Any:  # noqa: ANN401
    """Type of the numbers that weights are loaded as."""
    if precision == "int8":
        return torch.float32 if device == "cpu" else torch.bfloat16
    return "auto" if precision == "auto" else getattr(torch, precision)


def kind_of(config: PreTrainedConfig, adapter: dict[str, Any] | None) -> str:
    """Tell what a model is for, by its adapter or by the class that saved it."""
    named = None if adapter is None else ADAPTER_KINDS.get(str(adapter.get("task_type")))
    if named is not None:
        return named
    saved = (config.architectures or [""])[0]
    if saved.endswith("ForSequenceClassification"):
        return "classifier"
    if saved.endswith("ForMultipleChoice"):
        return "multiple-choice"
    if hasattr(config, "vision_config") and hasattr(config, "text_config") and saved.endswith("Model"):
        return "image-text"
    return "seq2seq" if config.is_encoder_decoder else "causal"


def labels_in(checkpoint: str) -> int | None:
    """Count the labels of an adapter's own classification head; its configuration does not tell."""
    from safetensors import safe_open  # noqa: PLC0415

    with safe_open(str(Path(checkpoint) / "adapter_model.safetensors"), framework="pt") as tensors:
        for name in tensors.keys():  # noqa: SIM118
            if name.endswith((".score.weight", ".classifier.weight", ".out_proj.weight")):
                return int(tensors.get_slice(name).get_shape()[0])
    return None


def describe(  # noqa: PLR0913
    network: Any,  # noqa: ANN401
    kind: str,
    *,
    checkpoint: str,
    base: str,
    device: torch.device,
    precision: str,
    options: dict[str, Any],
    reused: bool,
) -> Model:
    """Find out what is to be known of a network's tokens."""
    tokenizer = load_tokenizer(checkpoint, base)
    if options.get("chat") and tokenizer.chat_template is None:
        raise LoadError(f"option chat is set, but {checkpoint} comes without a chat template")
    ends = end_tokens(network, tokenizer)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (ends[0] if ends else 0)
    prefix = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else (ends[0] if ends else None)
    if tokenizer.pad_token is None and kind in ("classifier", "multiple-choice"):
        tokenizer.pad_token = tokenizer.eos_token
        network.config.pad_token_id = tokenizer.pad_token_id
    return Model(
        kind=kind,
        network=network,
        tokenizer=tokenizer,
        processor=load_processor(checkpoint) if kind == "image-text" else None,
        device=device,
        precision=precision if precision == "int8" else str(network.dtype).removeprefix("torch."),
        reused_base=reused,
        ends=ends,
        prefix=prefix,
        pad=int(pad),
        window=options.get("context_window") or window_of(network, None if kind == "causal" else tokenizer),
        options=options,
    )


def load_tokenizer(checkpoint: str, base: str) -> PreTrainedTokenizerBase:
    """Load the checkpoint's own tokenizer, or that of the output folder, or the base's."""
    places = [Path(checkpoint), Path(checkpoint).parent]
    folder = next((str(place) for place in places if (place / "tokenizer_config.json").exists()), base)
    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise LoadError(f"the tokenizer of {folder} cannot be loaded: {first_line(error)}") from error


def load_processor(checkpoint: str) -> Any:  # noqa: ANN401
    """Load what prepares images."""
    try:
        return AutoProcessor.from_pretrained(checkpoint, trust_remote_code=False)
    except (OSError, ValueError, ImportError) as error:
        raise LoadError(f"the image processor of {checkpoint} cannot be loaded: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """Take the first line of an error that says something."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def end_tokens(network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Every token that ends an answer, the tokenizer's and those of the generation settings."""
    settings = getattr(network, "generation_config", None)
    stored = getattr(settings, "eos_token_id", None)
    named = stored if isinstance(stored, list) else [stored]
    return sorted({int(token) for token in [*named, tokenizer.eos_token_id] if token is not None})


def window_of(network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase | None) -> int | None:
    """Most positions the model knows, where its configuration or an encoder's tokenizer says."""
    config = network.config.get_text_config()
    named = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len")]
    # Tokenizers without a limit are saved with 1e30; RoBERTa's is two less than its positions.
    if tokenizer is not None:
        named.append(tokenizer.model_max_length)
    known = [value for value in named if isinstance(value, int) and 0 < value < 10**9]
    return min(known) if known else None


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None where there is no such file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise LoadError(f"{path} is no JSON: {error}") from error
    return document if isinstance(document, dict) else None
