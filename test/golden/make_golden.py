"""Writes metrics.json: what the reference implementations say of the sentences in texts.json.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install -r test/golden/requirements.txt
    /tmp/golden/bin/python test/golden/make_golden.py

The output depends on nothing but texts.json and the pinned versions. Expected values come from the reference packages;
where a case says "formula" in `lib`, the reference is a formula of a few lines in numpy instead.
"""

import json
import logging
import math
import random
import re
import string
from collections import Counter
from importlib.metadata import version

import golden_overlap
import golden_statistics
import jiwer
import numpy as np
from golden_cases import HERE, PAIRS, Cases
from sklearn import metrics as sk


def classification(cases):
    def averages(truth, predicted, labels, how, zero):
        keys = ("precision", "recall", "f1", "support")
        found = sk.precision_recall_fscore_support(truth, predicted, labels=labels, average=how, zero_division=zero)
        if how is None:
            return [dict(zip(keys, row)) for row in zip(*(column.tolist() for column in found))]
        return dict(zip(keys[:3], map(float, found[:3])))

    generator = random.Random(11)
    for kinds, count, noise in ((["in", "out"], 40, 0.2), (["oak", "ash", "elm", "fir"], 70, 0.4), ([0, 1, 2, 3, 4], 60, 0.5)):
        truth = [generator.choice(kinds) for _ in range(count)]
        predicted = [generator.choice(kinds[:-1]) if generator.random() < noise else label for label in truth]
        for zero in (0, 1):
            labels = sorted(set(truth) | set(predicted))
            expected = {
                "labels": labels,
                "accuracy": sk.accuracy_score(truth, predicted),
                "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
                "mcc": sk.matthews_corrcoef(truth, predicted),
                "kappa": sk.cohen_kappa_score(truth, predicted),
                "confusion": sk.confusion_matrix(truth, predicted).tolist(),
                "per_class": averages(truth, predicted, labels, None, zero),
            }
            for how in ("micro", "macro", "weighted"):
                expected[how] = averages(truth, predicted, labels, how, zero)
            if kinds[0] == 0:
                for weights in ("linear", "quadratic"):
                    expected[f"kappa_{weights}"] = sk.cohen_kappa_score(truth, predicted, weights=weights)
            cases.add("cls.report", {"y_true": truth, "y_pred": predicted}, {"zero_division": zero}, expected, "scikit-learn")
    truth = [int(generator.random() < 0.4) for _ in range(50)]
    scores = [round(min(1, max(0, 0.3 * label + generator.random() * 0.7)), 2) for label in truth]
    clipped = np.clip(scores, 1e-6, 1 - 1e-6)
    cases.add("cls.scores", {"y_true": truth, "y_score": scores}, {}, {
        "roc_auc": sk.roc_auc_score(truth, scores),
        "average_precision": sk.average_precision_score(truth, scores),
        "log_loss": sk.log_loss(truth, clipped),
        "brier": sk.brier_score_loss(truth, scores),
    }, "scikit-learn")


def speech(cases):
    pairs = [(row["refs"][0], row[system]) for row in PAIRS["english"][:8] + PAIRS["european"][:4] for system in "ab"]
    rates = ("wer", "mer", "wil", "wip")
    for ref, hyp in pairs:
        words = jiwer.process_words(ref, hyp)
        expected = {key: getattr(words, key) for key in (*rates, "hits", "substitutions", "insertions", "deletions")}
        cases.add("asr.wer", {"ref": ref, "hyp": hyp}, {}, expected | {"cer": jiwer.cer(ref, hyp)}, "jiwer")
    refs, hyps = map(list, zip(*pairs))
    words = jiwer.process_words(refs, hyps)
    expected = {key: getattr(words, key) for key in rates} | {"cer": jiwer.cer(refs, hyps)}
    cases.add("asr.wer_corpus", {"refs": refs, "hyps": hyps}, {}, expected, "jiwer")


def questions(cases):
    """The official SQuAD scripts' formulas; lm-evaluation-harness's exact match."""
    predictions = [row["prediction"] for row in PAIRS["answers"]]
    references = [row["references"] for row in PAIRS["answers"]]

    def normalized(text):
        kept = "".join(c for c in text.lower() if c not in string.punctuation)
        return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())

    def f1(prediction, reference, v2):
        mine, theirs = normalized(prediction).split(), normalized(reference).split()
        if v2 and not (mine and theirs):
            return float(mine == theirs)
        common = sum((Counter(mine) & Counter(theirs)).values())
        return 2 * common / (len(mine) + len(theirs)) if common else 0.0

    pairs = list(zip(predictions, references))
    for version in (1, 2):
        exact = [max(float(normalized(p) == normalized(r)) for r in rs) for p, rs in pairs]
        overlap = [max(f1(p, r, version == 2) for r in rs) for p, rs in pairs]
        cases.add("qa.squad", {"predictions": predictions, "references": references}, {"version": version}, {
            "normalized": [normalized(p) for p in predictions], "exact": exact, "f1": overlap,
            "mean_exact": 100 * np.mean(exact), "mean_f1": 100 * np.mean(overlap),
        }, "formula: SQuAD evaluation scripts")
    first = [rs[0] for rs in references]
    for options in ({}, {"ignore_case": True, "ignore_punctuation": True}, {"ignore_numbers": True}, {"regexes": ["the ", " of"]}):
        dropped = (string.punctuation if "ignore_punctuation" in options else "") + (
            string.digits if "ignore_numbers" in options else "")

        def kept(text):
            for pattern in options.get("regexes", []):
                text = re.sub(pattern, "", text)
            text = text.lower() if "ignore_case" in options else text
            return "".join(c for c in text if c not in dropped)

        each = [int(kept(p) == kept(r)) for p, r in zip(predictions, first)]
        cases.add("qa.exact_match", {"predictions": predictions, "references": first}, options,
                  {"each": each, "exact_match": np.mean(each)}, "formula: lm-evaluation-harness")


def calibration(cases):
    generator = random.Random(5)
    confidence = [0.0, 0.2, 0.4, 1.0] + [round(generator.random(), 3) for _ in range(60)]
    correct = [int(generator.random() < c**1.5) for c in confidence]
    for n_bins in (4, 10):
        edges = np.linspace(0, 1, n_bins + 1)
        where = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, n_bins - 1)
        bins, gaps = [], []
        for k in range(n_bins):
            inside = where == k
            share = inside.mean()
            accuracy = float(np.mean(np.array(correct)[inside])) if share else None
            mean = float(np.mean(np.array(confidence)[inside])) if share else None
            bins.append([int(inside.sum()), accuracy, mean])
            gaps.append((share, abs(accuracy - mean) if share else 0.0))
        cases.add("calib.ece", {"confidence": confidence, "correct": correct}, {"n_bins": n_bins, "edges": "right-closed"}, {
            "ece": sum(share * gap for share, gap in gaps),
            "mce": max(gap for _, gap in gaps),
            "rmsce": math.sqrt(sum(share * gap**2 for share, gap in gaps)),
            "bins": bins,
        }, "formula: Guo et al. 2017")
    nck = [[n, c, k] for n, k in ((4, 1), (4, 4), (30, 7)) for c in (0, 1, n // 2, n)]
    cases.add("passk", {"nck": nck}, {}, {
        "pass_at_k": [1 - math.comb(n - c, k) / math.comb(n, k) for n, c, k in nck],
        "pass_hat_k": [math.comb(c, k) / math.comb(n, k) for n, c, k in nck],
    }, "formula: Chen et al. 2021")


def main():
    # It warns of sentence scores without effective order, which are meant here.
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    cases = Cases()
    for add in (golden_overlap.add_all, classification, speech, questions, calibration, golden_statistics.add_all):
        add(cases)
    packages = [line.split("==")[0] for line in (HERE / "requirements.txt").read_text().split()]
    golden = {
        "format": "evalh-metrics-golden/1",
        "set": "own",
        "libraries": {name: version(name) for name in packages},
        "texts": golden_overlap.TEXTS,
        "cases": cases.all,
    }
    lines = json.dumps(golden, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    (HERE / "metrics.json").write_text(lines.replace('{"id":', '\n{"id":') + "\n", encoding="utf8")
    print(f"{len(cases.all)} cases, {len(lines.encode())} bytes")


if __name__ == "__main__":
    main()
