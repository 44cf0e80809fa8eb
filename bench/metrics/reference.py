"""One row of the metric benchmark by the reference implementation: reference.py ROW TEXTS.json, prints one JSON line."""

import json
import resource
import sys
import time

import numpy as np
from rouge_score import rouge_scorer
from sacrebleu import significance
from sacrebleu.metrics import BLEU, CHRF, TER

ROUGE = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def mean_rouge(texts, stemmer):
    scorer = rouge_scorer.RougeScorer(ROUGE, use_stemmer=stemmer)
    total = 0.0
    for target, prediction in zip(texts["references"], texts["a"]):
        total += sum(score.fmeasure for score in scorer.score(target, prediction).values())
    return total / (len(ROUGE) * len(texts["a"]))


def paired_test(texts, test, trials):
    """The test alone: statistics are extracted beforehand and handed out when it asks for them."""
    metric = BLEU()
    base, other = (metric._extract_corpus_statistics(texts[s], [texts["references"]]) for s in "ab")
    score = metric._aggregate_and_compute(base)
    metric._extract_corpus_statistics = lambda hypotheses, references: other
    info = {"BLEU": (np.array(base), significance.Result(score.score))}
    return lambda: test(info, "b", texts["b"], None, {"BLEU": metric}, trials, -1, 12345)[1]["BLEU"].p_value


def prepared(row, texts):
    corpus = (texts["a"], [texts["references"]])
    return {
        "bleu": lambda: lambda: BLEU().corpus_score(*corpus).score,
        "chrf": lambda: lambda: CHRF().corpus_score(*corpus).score,
        "chrf++": lambda: lambda: CHRF(word_order=2).corpus_score(*corpus).score,
        "ter": lambda: lambda: TER().corpus_score(*corpus).score,
        "rouge": lambda: lambda: mean_rouge(texts, False),
        "rouge-stemmed": lambda: lambda: mean_rouge(texts, True),
        "rouge-documents": lambda: lambda: mean_rouge(texts, False),
        "bootstrap": lambda: paired_test(texts, significance._paired_bs_test, 1000),
        "randomisation": lambda: paired_test(texts, significance._paired_ar_test, 10000),
    }[row]()


def main():
    row, path = sys.argv[1:]
    with open(path, encoding="utf8") as file:
        texts = json.load(file)
    job = prepared(row, texts)
    start, wall = time.process_time(), time.perf_counter()
    value = job()
    print(json.dumps({
        "cpuSeconds": time.process_time() - start,
        "wallSeconds": time.perf_counter() - wall,
        "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "value": float(value),
    }))


if __name__ == "__main__":
    main()
