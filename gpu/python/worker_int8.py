"""Linear layers whose weights are 8-bit integers with one scale an output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LARGEST = 127


class Int8Linear(nn.Module):
    """Computes in the input's precision.

    Only the weights are rounded (absmax, symmetric), so that no neighbour in a batch changes an answer.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        """Round a weight of shape (outputs, inputs)."""
        super().__init__()
        scale = weight.float().abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / LARGEST
        self.register_buffer("weight", (weight.float() / scale).round().to(torch.int8))
        self.register_buffer("scale", scale.to(weight.dtype))
        self.bias = bias

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Multiply."""
        weight = self.weight.to(values.dtype) * self.scale.to(values.dtype)
        return nn.functional.linear(values, weight, self.bias)


def round_weights(network: PreTrainedModel) -> None:
    """Replace every linear layer but the output head, whose errors go straight into the logits."""
    head = network.get_output_embeddings()
    for module in list(network.modules()):
        for name, layer in list(module.named_children()):
            if layer is head:
                continue
            if isinstance(layer, nn.Linear):
                setattr(module, name, Int8Linear(layer.weight.data, layer.bias))
            elif isinstance(layer, Conv1D):
                setattr(module, name, Int8Linear(layer.weight.data.T, layer.bias))
