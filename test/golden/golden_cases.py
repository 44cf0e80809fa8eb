"""The texts that golden cases are made of, and the list that cases are added to."""

import json
import math
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PAIRS = json.loads((HERE / "texts.json").read_text(encoding="utf8"))


class Cases:
    """Golden cases in the order in which they were added, numbered within their function."""

    def __init__(self):
        self.all = []
        self.count = {}

    def add(self, fn, inputs, params, expected, lib, alt=None, tol=None):
        self.count[fn] = self.count.get(fn, 0) + 1
        case = {"id": f"{fn}#{self.count[fn]:03}", "fn": fn, "input": plain(inputs), "params": params, "lib": lib}
        case["expected"] = plain(expected)
        if alt is not None:
            case["alt"] = plain(alt)
        if tol is not None:
            case["tol"] = tol
        self.all.append(case)


def plain(value):
    """The value as JSON has it: numpy's numbers as Python's, NaN and infinities as strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
