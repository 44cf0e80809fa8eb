"""The half of make_golden.py that compares texts: sacrebleu's metrics and their resampling, and ROUGE."""

import itertools

import nltk.stem.porter
import numpy as np
from golden_cases import PAIRS
from rouge_score import rouge_scorer, scoring, tokenizers
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import _compute_p_value, estimate_ci

GROUPS = ["english", "european", "asian", "edge"]
ROUGE_TYPES = ["rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"]


def columns(group):
    """The group as systems have it: hypotheses of two systems and one list a reference."""
    rows = PAIRS[group]
    count = min(len(row["refs"]) for row in rows)
    return {
        "a": [row["a"] for row in rows],
        "b": [row["b"] for row in rows],
        "refs": [[row["refs"][r] for row in rows] for r in range(count)],
    }


TEXTS = {group: columns(group) for group in GROUPS}


def corpus_input(group, system):
    return {"hyps": {"$text": f"{group}.{system}"}, "refs": {"$text": f"{group}.refs"}}


def described(metric, score):
    signature = metric.get_signature()
    found = {"score": score.score, "signature": signature.format(), "short_signature": signature.format(short=True)}
    if isinstance(metric, BLEU):
        for key in ("counts", "totals", "precisions", "bp", "sys_len", "ref_len"):
            found[key] = getattr(score, key)
        found["format"] = str(score)
    elif isinstance(metric, CHRF):
        del found["short_signature"]
        found["name"] = score.name
    else:
        del found["short_signature"]
        found |= {"num_edits": score.num_edits, "ref_length": score.ref_length}
    return found


def corpus(cases, fn, make, group, system, **params):
    metric = make(**params)
    text = TEXTS[group]
    score = metric.corpus_score(text[system], text["refs"])
    cases.add(fn, corpus_input(group, system), params, described(metric, score), "sacrebleu")


def sentences(cases, fn, make, group, **params):
    text = TEXTS[group]
    for i, system in itertools.product(range(len(text["a"])), "ab"):
        metric = make(**params)
        refs = [one[i] for one in text["refs"]]
        score = metric.sentence_score(text[system][i], refs)
        inputs = {"hyp": {"$text": f"{group}.{system}.{i}"}, "refs": refs}
        cases.add(fn, inputs, params, described(metric, score), "sacrebleu")


def overlap(cases):
    rare = [text for group in GROUPS[1:] for text in [*TEXTS[group]["a"], *TEXTS[group]["refs"][0]]]
    for name in ("13a", "intl", "zh", "char", "none"):
        tokenized = [BLEU(tokenize=name).tokenizer(text) for text in rare]
        cases.add("bleu.tokenize", {"texts": rare}, {"tokenize": name}, {"tokenized": tokenized}, "sacrebleu")
        for group, system in itertools.product(GROUPS, "ab"):
            corpus(cases, "bleu.corpus", BLEU, group, system, tokenize=name)
    for method, effective in itertools.product(("exp", "floor", "add-k", "none"), (False, True)):
        corpus(cases, "bleu.corpus", BLEU, "european", "b", smooth_method=method, effective_order=effective)
    for order in (1, 2, 3, 5, 6):
        corpus(cases, "bleu.corpus", BLEU, "english", "a", max_ngram_order=order)
    for group in GROUPS:
        corpus(cases, "bleu.corpus", BLEU, group, "a", lowercase=True)
    sentences(cases, "bleu.sentence", BLEU, "edge", effective_order=True)
    sentences(cases, "bleu.sentence", BLEU, "european", smooth_method="floor", smooth_value=0.01)
    for options in ({}, {"word_order": 2}, {"lowercase": True}, {"eps_smoothing": True}):
        for group, system in itertools.product(GROUPS, "ab"):
            corpus(cases, "chrf.corpus", CHRF, group, system, **options)
    corpus(cases, "chrf.corpus", CHRF, "english", "b", whitespace=True)
    corpus(cases, "chrf.corpus", CHRF, "english", "b", beta=1, char_order=4, word_order=1)
    sentences(cases, "chrf.sentence", CHRF, "edge", word_order=2)
    sentences(cases, "chrf.sentence", CHRF, "asian")
    for options in ({}, {"normalized": True}, {"no_punct": True}, {"case_sensitive": True},
                    {"normalized": True, "asian_support": True, "no_punct": True}):
        tokenized = [TER(**options).tokenizer(text) for text in rare]
        cases.add("ter.tokenize", {"texts": rare}, options, {"tokenized": tokenized}, "sacrebleu")
        for group, system in itertools.product(GROUPS, "ab"):
            corpus(cases, "ter.corpus", TER, group, system, **options)
    sentences(cases, "ter.sentence", TER, "edge")


METRICS = {"bleu": BLEU, "chrf": CHRF, "chrf++": lambda: CHRF(word_order=2), "ter": TER}


def segment_statistics(name, system):
    metric = METRICS[name]()
    text = TEXTS["english"]
    stats = metric._extract_corpus_statistics(text[system], text["refs"])
    return metric, np.array(stats), metric.corpus_score(text[system], text["refs"]).score


def resampled(metric, stats, indices, kind):
    # sacrebleu sums in float32; in float64 the same draws give what any other program gives.
    stats = np.array(stats, dtype=kind)
    return np.array([metric._compute_score_from_stats(one.sum(0)).score for one in stats[indices]])


def signed(metric, *drawn):
    first, *rest = metric.get_signature().format().split("|")
    return "|".join([first, *drawn, *rest])


def significance(cases):
    """The scheme of sacrebleu's significance module, in float32 as there and, as `alt`, in float64."""
    n = len(TEXTS["english"]["a"])
    close = {"mean": 2e-6, "ci": 2e-5}
    for name, seed in itertools.product(METRICS, (12345, 8)):
        metric, stats, score = segment_statistics(name, "a")
        indices = np.random.default_rng(seed).choice(n, size=(500, n), replace=True)
        found = {}
        for kind in ("float32", "float64"):
            mean, ci = estimate_ci(resampled(metric, stats, indices, kind))
            found[kind] = {"score": score, "mean": mean, "ci": ci,
                           "signature": signed(metric, "bs:500", f"seed:{seed}")}
        params = {"metric": name, "n_bootstrap": 500, "seed": seed}
        cases.add("boot.ci", corpus_input("english", "a"), params, found["float32"], "sacrebleu", found["float64"], close)
    systems = {"base": {"$text": "english.a"}, "other": {"$text": "english.b"}, "same": {"$text": "english.a"}}
    for fn, seed in itertools.product(("paired.bs", "paired.ar"), (12345, 8)):
        paired_test(cases, fn, seed, {"systems": systems, "refs": {"$text": "english.refs"}}, close)


def paired_test(cases, fn, seed, inputs, close):
    n, trials, names = len(TEXTS["english"]["a"]), 400, ["bleu", "chrf", "ter"]
    found = {kind: {"systems": list(inputs["systems"]), "signatures": {}} for kind in ("float32", "float64")}
    for kind, name in itertools.product(found, names):
        metric, base, base_score = segment_statistics(name, "a")
        own = np.random.default_rng(seed).choice(n, size=(trials, n), replace=True)
        mean, ci = estimate_ci(resampled(metric, base, own, kind))
        rows = [{"score": base_score, "p_value": None, "mean": mean, "ci": ci}]
        for system in "ba":
            _, stats, score = segment_statistics(name, system)
            rng = np.random.default_rng(seed)
            if fn == "paired.ar":
                chosen = rng.integers(2, size=(trials, n), dtype=bool)
                left, right = chosen @ base + ~chosen @ stats, ~chosen @ base + chosen @ stats
                values = [np.array([metric._compute_score_from_stats(one).score for one in side]) for side in (left, right)]
                null = np.abs(values[0] - values[1])
            indices = rng.choice(n, size=(trials, n), replace=True)
            draws = resampled(metric, stats, indices, kind)
            if fn == "paired.bs":
                away = np.abs(draws - resampled(metric, base, indices, kind))
                null = away - away.mean()
            mean, ci = estimate_ci(draws)
            p = _compute_p_value(null, abs(base_score - score))
            rows.append({"score": score, "p_value": p, "mean": mean, "ci": ci})
        found[kind][name] = rows
        drawn = [f"bs:{trials}"] + ([f"ar:{trials}"] if fn == "paired.ar" else [])
        found[kind]["signatures"][name] = signed(metric, *drawn, f"seed:{seed}")
    params = {"n_samples": trials, "seed": seed, "metrics": names,
              "n_ar_confidence": trials if fn == "paired.ar" else None}
    cases.add(fn, inputs, params, found["float32"], "sacrebleu", found["float64"], close | {"p_value": 0})


def as_record(score):
    return {"precision": score.precision, "recall": score.recall, "fmeasure": score.fmeasure}


def rouge(cases):
    english = [(row["refs"][0], row["a"]) for row in PAIRS["english"][:10]]
    mixed = [(row["refs"][0], row["a"]) for row in PAIRS["edge"] + PAIRS["european"][:4] + PAIRS["asian"][:2]]
    paragraphs = [(row["target"], row["prediction"]) for row in PAIRS["paragraphs"]]
    for stemmer in (False, True):
        scorer = rouge_scorer.RougeScorer(ROUGE_TYPES, use_stemmer=stemmer)
        params = {"types": ROUGE_TYPES, "use_stemmer": stemmer}
        for target, prediction in english + mixed + paragraphs:
            scores = scorer.score(target, prediction)
            cases.add("rouge.score", {"target": target, "prediction": prediction}, params,
                      {name: as_record(score) for name, score in scores.items()}, "rouge_score")
        for row in PAIRS["english"][:4]:
            scores = scorer.score_multi(row["refs"], row["b"])
            cases.add("rouge.score_multi", {"targets": row["refs"], "prediction": row["b"]}, params,
                      {name: as_record(score) for name, score in scores.items()}, "rouge_score")
        texts = [text for pair in english + mixed for text in pair]
        tokenizer = tokenizers.DefaultTokenizer(use_stemmer=stemmer)
        cases.add("rouge.tokenize", {"texts": texts}, {"use_stemmer": stemmer},
                  {"tokens": [tokenizer.tokenize(text) for text in texts]}, "rouge_score")
    words = PAIRS["words"]
    stems = [nltk.stem.porter.PorterStemmer().stem(word) for word in words]
    cases.add("rouge.porter", {"words": words}, {"mode": "NLTK_EXTENSIONS"}, {"stems": stems}, "nltk")
    order = ["rouge1", "rougeL"]
    scorer = rouge_scorer.RougeScorer(order)
    scores = [scorer.score(row["refs"][0], row["b"]) for row in PAIRS["english"]]
    for seed, level in ((3, 0.95), (4, 0.8)):
        np.random.seed(seed)
        aggregator = scoring.BootstrapAggregator(confidence_interval=level, n_samples=300)
        for score in scores:
            aggregator.add_scores(score)
        expected = {name: {end: as_record(getattr(value, end)) for end in ("low", "mid", "high")}
                    for name, value in aggregator.aggregate().items()}
        cases.add("rouge.aggregate", {"scores": [{k: as_record(v) for k, v in s.items()} for s in scores]},
                  {"n_samples": 300, "confidence_interval": level, "seed": seed, "order": order}, expected, "rouge_score")


def add_all(cases):
    for add in (overlap, significance, rouge):
        add(cases)
