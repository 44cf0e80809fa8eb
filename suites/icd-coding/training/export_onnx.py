"""Export the fine-tune's checkpoints to the files that the suite ships.

Each chosen checkpoint becomes ``checkpoints/checkpoint-<step>/`` with an ONNX model that has int8 weights and a
key-value cache (the input and output names of transformers.js). The tokenizer is the same for all and is written once,
beside them. The step given as ``--compress`` also becomes ``variants/fp32-<step>`` and ``variants/pruned50-<step>``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import DynamicCache, LlamaForCausalLM

OPSET = 17
WEIGHT_MAX = 127
CHECKPOINT_FILES = ("config.json", "generation_config.json", "trainer_state.json")
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


class WithCache(torch.nn.Module):
    """The model with its cache as plain tensors, as ONNX needs them."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, position_ids: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        output = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        present = [tensor for layer in output.past_key_values.layers for tensor in (layer.keys, layer.values)]
        return (output.logits, *present)


def cache_names(prefix: str, layers: int) -> list[str]:
    """``<prefix>.0.key``, ``<prefix>.0.value``, ``<prefix>.1.key`` ..."""
    return [f"{prefix}.{layer}.{part}" for layer in range(layers) for part in ("key", "value")]


def trace(model: LlamaForCausalLM, path: Path) -> None:
    """Write the fp32 graph."""
    config = model.config
    past_names = cache_names("past_key_values", config.num_hidden_layers)
    present_names = cache_names("present", config.num_hidden_layers)
    inputs, outputs = ["input_ids", "attention_mask", "position_ids", *past_names], ["logits", *present_names]
    axes: dict[str, dict[int, str]] = {
        "input_ids": {0: "batch", 1: "length"},
        "attention_mask": {0: "batch", 1: "total"},
        "position_ids": {0: "batch", 1: "length"},
        "logits": {0: "batch", 1: "length"},
    }
    axes |= {name: {0: "batch", 2: "past"} for name in past_names}
    axes |= {name: {0: "batch", 2: "total"} for name in present_names}
    past = [torch.zeros(2, config.num_key_value_heads, 2, config.head_dim) for _ in past_names]
    ids, mask = torch.tensor([[5, 6, 7], [8, 9, 10]]), torch.ones(2, 5, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks about Python values that are constant here
        torch.onnx.export(
            WithCache(model), (ids, mask, torch.tensor([[2, 3, 4]] * 2), *past), str(path), input_names=inputs,
            output_names=outputs, dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def find_embedding(graph: onnx.GraphProto) -> onnx.TensorProto:
    """The table in which tokens are looked up."""
    name = next(node.input[0] for node in graph.node if node.op_type == "Gather" and node.input[1] == "input_ids")
    return next(tensor for tensor in graph.initializer if tensor.name == name)


def share_embedding(model: onnx.ModelProto) -> None:
    """Let the head read the embedding table, which the tracer has stored a second time, transposed."""
    graph = model.graph
    table = find_embedding(graph)
    head = next(node for node in graph.node if "logits" in node.output)
    copy = next(tensor for tensor in graph.initializer if tensor.name == head.input[1])
    if not np.array_equal(numpy_helper.to_array(copy), numpy_helper.to_array(table).T):
        raise ValueError("the head does not share the embedding")
    graph.initializer.remove(copy)
    graph.node.insert(0, helper.make_node("Transpose", [table.name], ["head_weight"], perm=[1, 0]))
    head.input[1] = "head_weight"


def quantize_weights(model: onnx.ModelProto) -> None:
    """Store each weight matrix as int8 with a scale for each output (for each token, in the embedding).

    Only the stored weights are int8: onnxruntime turns them into fp32 once, when it loads the model, and computes in
    fp32. Dynamic quantisation, the usual int8, was tried and given up: it measures activations over a whole batch, so
    that a sample's answer depends on its neighbours. A quarter of this model's answers changed with the batch size.
    """
    graph = model.graph
    table = find_embedding(graph)
    unpack: list[onnx.NodeProto] = []
    for tensor in [tensor for tensor in graph.initializer if len(tensor.dims) == 2]:
        name, weights = tensor.name, numpy_helper.to_array(tensor)
        largest = np.abs(weights).max(axis=1 if name == table.name else 0, keepdims=True)
        scale = np.maximum(largest, 1e-8).astype(np.float32) / WEIGHT_MAX
        rounded = np.clip(np.rint(weights / scale), -WEIGHT_MAX, WEIGHT_MAX).astype(np.int8)
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [numpy_helper.from_array(rounded, f"{name}_int8"), numpy_helper.from_array(scale, f"{name}_scale")]
        )
        unpack += [
            helper.make_node("Cast", [f"{name}_int8"], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_float", f"{name}_scale"], [name]),
        ]
    nodes = [*unpack, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def shorten(model: onnx.ModelProto) -> None:
    """Give inner tensors short names and drop notes: in so small a model they are a tenth of the file."""
    graph = model.graph
    fixed = {value.name for value in (*graph.input, *graph.output)} | {""}
    names: dict[str, str] = {}

    def short(name: str) -> str:
        return name if name in fixed else names.setdefault(name, f"{len(names):x}")

    for tensor in graph.initializer:
        tensor.name = short(tensor.name)
        tensor.doc_string = ""
    for node in graph.node:
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
        node.name = ""
        node.doc_string = ""
        del node.metadata_props[:]
    del graph.value_info[:]
    del model.metadata_props[:]


def write_onnx(model: LlamaForCausalLM, path: Path, int8: bool) -> None:
    """The model with its embedding stored once, as fp32 or as int8."""
    trace(model, path)
    graph = onnx.load(path)
    share_embedding(graph)
    if int8:
        quantize_weights(graph)
    shorten(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def prune(model: LlamaForCausalLM, share: float) -> None:
    """Set the smallest weights of each linear layer to zero; the shared embedding stays whole."""
    for name, weight in model.named_parameters():
        if weight.ndim == 2 and "embed" not in name:
            size = weight.detach().abs()
            limit = size.flatten().kthvalue(int(size.numel() * share)).values
            weight.data[size <= limit] = 0


def copy_json(source: Path, target: Path) -> None:
    """Copy without what belongs to the machine that trained: folders, and how a file was read there."""
    content = json.loads(source.read_text(encoding="utf-8"))
    for name in ("_name_or_path", "name_or_path", "best_model_checkpoint", "is_local", "local_files_only"):
        content.pop(name, None)
    target.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_folder(source: Path, target: Path, kind: str) -> None:
    """One checkpoint or variant: ``kind`` is int8, fp32 or pruned50."""
    model = LlamaForCausalLM.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()
    shutil.rmtree(target, ignore_errors=True)
    (target / "onnx").mkdir(parents=True)
    if kind == "pruned50":
        prune(model, 0.5)
    with torch.no_grad():
        if kind == "fp32":
            write_onnx(model, target / "onnx" / "model.onnx", int8=False)
        else:
            write_onnx(model, target / "onnx" / "model_quantized.onnx", int8=True)
    for name in CHECKPOINT_FILES:
        if (source / name).exists():
            copy_json(source / name, target / name)
    print(
        target.name,
        {path.name: path.stat().st_size for path in sorted(target.rglob("*")) if path.is_file()},
        flush=True,
    )


def write_tokenizer(source: Path, target: Path) -> None:
    """The tokenizer, once for all checkpoints of a folder."""
    target.mkdir(parents=True, exist_ok=True)
    content = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (target / "tokenizer.json").write_text(text + "\n", encoding="utf-8")
    copy_json(source / "tokenizer_config.json", target / "tokenizer_config.json")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, default=Path("runs/finetune"), help="the fine-tune's folder")
    parser.add_argument("--steps", type=int, nargs="+", required=True, help="checkpoints to export")
    parser.add_argument("--compress", type=int, help="the step that also becomes the two variants")
    parser.add_argument("--suite", type=Path, default=Path(__file__).parent.parent, help="the suite's folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    last = options.run / f"checkpoint-{max(options.steps)}"
    for step in options.steps:
        write_folder(options.run / f"checkpoint-{step}", options.suite / "checkpoints" / f"checkpoint-{step}", "int8")
    write_tokenizer(last, options.suite / "checkpoints")
    if options.compress is not None:
        for kind in ("fp32", "pruned50"):
            source = options.run / f"checkpoint-{options.compress}"
            write_folder(source, options.suite / "variants" / f"{kind}-{options.compress}", kind)
        write_tokenizer(last, options.suite / "variants")
    log = options.suite / "training" / "log"
    log.mkdir(parents=True, exist_ok=True)
    copy_json(options.run / "trainer_state.json", log / "trainer_state.json")
    for events in sorted((options.run / "tensorboard").rglob("events.out.tfevents.*")):
        shutil.copyfile(events, log / "events.out.tfevents.finetune")


if __name__ == "__main__":
    main()
