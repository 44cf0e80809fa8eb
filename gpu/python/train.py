"""Fine-tunes a causal language model with the Hugging Face Trainer, as a suite's `training` says.

Started by `evalh train` through python, torchrun, accelerate or deepspeed, or by hand: `python train.py CONFIG`.
Ends with 0 when done or politely stopped, with 2 for what the user can mend, printed as one line.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainerCallback, TrainingArguments

    from training_config import TrainingConfig


def fail(message: str) -> NoReturn:
    """End with a line that evalh shows."""
    print(f"error: {message}", file=sys.stderr, flush=True)
    sys.exit(2)


try:
    import torch
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        EarlyStoppingCallback,
        Trainer,
        set_seed,
    )
    from transformers import TrainingArguments as Arguments

    from training_callbacks import InitialCheckpoint, LineLog, StopFile
    from training_config import read_config
    from training_data import Collator, Examples
except ImportError as error:
    fail(f"the Python package {error.name} is missing in {sys.executable}: see docs/guide/training.md")


def main() -> None:
    """Train."""
    if len(sys.argv) < 2:  # noqa: PLR2004
        fail("usage: train.py CONFIG")
    # The deepspeed launcher puts --local_rank before or after it.
    config = read_config(next(argument for argument in sys.argv[1:] if not argument.startswith("--")))
    set_seed(config.seed)
    arguments = training_arguments(config)
    tokenizer = load_tokenizer(config)
    model = load_model(config, arguments)
    train = Examples(config.train, tokenizer, config)
    validation = None if config.validation is None else Examples(config.validation, tokenizer, config)
    stop = StopFile(config.stop_file)
    initial = InitialCheckpoint()
    callbacks: list[TrainerCallback] = [stop, LineLog(config.log_file)]
    if config.save_initial:
        callbacks.append(initial)
    if config.early_stopping is not None:
        patience, threshold = config.early_stopping["patience"], config.early_stopping["threshold"]
        callbacks.append(EarlyStoppingCallback(patience, threshold))
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    trainer = Trainer(
        model=model,
        args=arguments,
        data_collator=Collator(int(pad)),
        train_dataset=train,
        eval_dataset=validation,
        processing_class=tokenizer,
        callbacks=callbacks,
    )
    initial.trainer = trainer
    trainer.train(resume_from_checkpoint=config.resume)
    if trainer.is_world_process_zero():
        write_result(config, trainer, stop.reason)


def training_arguments(config: TrainingConfig) -> TrainingArguments:
    """TrainingArguments from the suite, with defaults that suit being watched."""
    known = [field.name for field in fields(Arguments)]
    for name in config.arguments:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            fail(f"TrainingArguments has no {name}{hint}")
    defaults: dict[str, Any] = {
        "seed": config.seed,
        "report_to": "none",
        "save_strategy": strategy_of("save", config.arguments),
        "logging_steps": 10,
        # Otherwise a diverged training logs a loss of 0.
        "logging_nan_inf_filter": False,
        "remove_unused_columns": False,
        "disable_tqdm": True,
    }
    if config.validation is not None:
        defaults |= {"eval_strategy": strategy_of("eval", config.arguments), "prediction_loss_only": True}
    if not torch.cuda.is_available():
        defaults |= {"use_cpu": True, "dataloader_pin_memory": False}
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            defaults["ddp_backend"] = "gloo"
    if config.early_stopping is not None:
        defaults |= {"load_best_model_at_end": True, "metric_for_best_model": "eval_loss", "greater_is_better": False}
    try:
        return Arguments(output_dir=config.output, **{**defaults, **config.arguments})
    except (TypeError, ValueError, ImportError) as error:
        fail(f"TrainingArguments: {str(error).splitlines()[0]}")


def strategy_of(what: str, given: dict[str, Any]) -> str:
    """Each epoch, unless the suite says after how many steps."""
    return "steps" if f"{what}_steps" in given else "epoch"


def load_tokenizer(config: TrainingConfig) -> PreTrainedTokenizerBase:
    """Load the base model's tokenizer; code of its own is never run."""
    try:
        return AutoTokenizer.from_pretrained(config.base_model, trust_remote_code=False)
    except (OSError, ValueError) as error:
        fail(f"the tokenizer of {config.base_model} cannot be loaded: {str(error).splitlines()[0]}")


def load_model(config: TrainingConfig, arguments: TrainingArguments) -> PreTrainedModel:
    """Load the base model, quantised and with an adapter if the suite asks for them. Pickled weights are refused."""
    options: dict[str, Any] = {"use_safetensors": True, "trust_remote_code": False}
    if arguments.bf16 and config.lora is not None:
        options["dtype"] = torch.bfloat16
    if config.quantization is not None:
        options["quantization_config"] = quantization(config.quantization)
        options["device_map"] = {"": int(os.environ.get("LOCAL_RANK", "0"))}
    try:
        model = AutoModelForCausalLM.from_pretrained(config.base_model, **options)
    except (OSError, ValueError, ImportError) as error:
        fail(f"{config.base_model} cannot be loaded: {str(error).splitlines()[0]}")
    return model if config.lora is None else with_adapter(model, config, arguments)


def quantization(bits: int) -> Any:  # noqa: ANN401
    """Make the configuration of bitsandbytes: NF4 with double quantisation for 4 bits (Dettmers et al. 2023)."""
    from transformers import BitsAndBytesConfig  # noqa: PLC0415

    if bits == 8:  # noqa: PLR2004
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def with_adapter(model: PreTrainedModel, config: TrainingConfig, arguments: TrainingArguments) -> PreTrainedModel:
    """Wrap the model in a LoRA adapter."""
    try:
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training  # noqa: PLC0415
    except ImportError:
        fail(f"the Python package peft is missing in {sys.executable}: see docs/guide/training.md")
    if config.quantization is not None:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=arguments.gradient_checkpointing)
    elif arguments.gradient_checkpointing:
        # Frozen embeddings give inputs without gradients, which checkpointing would then drop.
        model.enable_input_require_grads()
    try:
        lora = LoraConfig(**{"task_type": "CAUSAL_LM", **(config.lora or {})})
        return cast("PreTrainedModel", get_peft_model(model, lora))
    except (TypeError, ValueError) as error:
        fail(f"LoraConfig: {str(error).splitlines()[0]}")


def write_result(config: TrainingConfig, trainer: Trainer, reason: str | None) -> None:
    """Say how it ended, in a file for whoever wants to know."""
    result = {"step": trainer.state.global_step, "max_steps": trainer.state.max_steps, "stopped": reason}
    path = Path(config.output) / "evalh" / "result.json"
    path.write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
