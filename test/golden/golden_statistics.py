"""The half of make_golden.py about numbers: intervals, tests, power, agreement, generators."""

import itertools
import math
import random

import krippendorff
import numpy as np
import scipy.stats as st
from statsmodels.stats import contingency_tables, inter_rater, multitest, power, proportion


def scores(seed, n):
    """0/1 scores of two systems on n questions about a third as many documents."""
    generator = random.Random(seed)
    documents = [generator.randrange(n // 3) for _ in range(n)]
    ease = [generator.random() for _ in range(n)]
    a = [int(ease[documents[i]] > 0.4 or generator.random() < 0.3) for i in range(n)]
    b = [x if generator.random() < 0.8 else 1 - x for x in a]
    return a, b, [f"page {d}" for d in documents]


def clustered(values, keys):
    values, keys = np.array(values, float), np.array(keys)
    sums = [(values[keys == key] - values.mean()).sum() for key in sorted(set(keys))]
    miller = math.sqrt(sum(s * s for s in sums)) / len(values)
    return miller, miller * math.sqrt(len(sums) / (len(sums) - 1)), len(sums)


def interval(mean, error, quantile):
    return [mean - quantile * error, mean + quantile * error]


def means(cases):
    for seed, n, level in ((1, 24, 0.95), (2, 150, 0.9)):
        a, b, keys = scores(seed, n)
        values = np.array(a, float)
        miller, corrected, count = clustered(a, keys)
        error, mean, tail = st.sem(values), values.mean(), (1 + level) / 2
        cases.add("stat.mean_se", {"values": a, "clusters": keys}, {"level": level}, {
            "mean": mean, "se_clt": error, "se_bernoulli": math.sqrt(mean * (1 - mean) / n), "n_clusters": count,
            "se_cluster_miller": miller, "se_cluster_inspect": corrected, "deff": (miller / error) ** 2,
            "ci_z": interval(mean, error, st.norm.ppf(tail)), "ci_t": interval(mean, error, st.t.ppf(tail, n - 1)),
            "ci_t_cluster": interval(mean, corrected, st.t.ppf(tail, count - 1)),
        }, "scipy; formula: Miller 2024")
        differences = np.array(b, float) - values
        miller, corrected, _ = clustered(differences, keys)
        test, error = st.ttest_rel(b, a), st.sem(differences)
        cases.add("stat.paired_diff", {"a": a, "b": b, "clusters": keys}, {"level": level}, {
            "mean_diff": differences.mean(), "se_paired": error, "se_unpaired": math.hypot(st.sem(a), st.sem(b)),
            "corr": st.pearsonr(a, b).statistic, "z": differences.mean() / error, "t": test.statistic,
            "p_t": test.pvalue, "p_z": 2 * st.norm.sf(abs(differences.mean() / error)),
            "ci_z": interval(differences.mean(), error, st.norm.ppf(tail)),
            "se_cluster_miller": miller, "se_cluster_inspect": corrected,
        }, "scipy; formula: Miller 2024")
        bootstraps(cases, seed, n, level, a, b)


def bootstraps(cases, seed, n, level, a, b):
    generator = random.Random(seed + 100)
    values = [round(generator.expovariate(0.1), 2) for _ in range(n)]
    for method in ("percentile", "basic", "BCa"):
        found = st.bootstrap((values,), np.mean, method=method, n_resamples=600, confidence_level=level,
                             rng=np.random.default_rng(seed))
        cases.add("stat.bootstrap", {"values": values},
                  {"statistic": "mean", "method": method, "n_resamples": 600, "level": level, "seed": seed},
                  {"low": found.confidence_interval.low, "high": found.confidence_interval.high,
                   "se": found.standard_error}, "scipy")
    found = st.bootstrap((a, b), lambda x, y, axis: y.mean(axis) - x.mean(axis), paired=True, n_resamples=600,
                         confidence_level=level, method="percentile", rng=np.random.default_rng(seed), vectorized=True)
    cases.add("stat.bootstrap_paired", {"a": a, "b": b},
              {"statistic": "mean(b)-mean(a)", "method": "percentile", "n_resamples": 600, "level": level, "seed": seed},
              {"low": found.confidence_interval.low, "high": found.confidence_interval.high, "se": found.standard_error},
              "scipy")


def paired(cases):
    for table in ([[30, 4], [9, 17]], [[100, 0], [0, 20]], [[5, 30], [12, 3]], [[1, 1], [6, 2]]):
        only_a, only_b = table[0][1], table[1][0]
        exact = contingency_tables.mcnemar(table, exact=True)
        expected = {"exact_stat": exact.statistic, "exact_p": exact.pvalue,
                    "p_mid": min(1.0, exact.pvalue - st.binom.pmf(min(only_a, only_b), only_a + only_b, 0.5))}
        if only_a + only_b > 0:
            for names, corrected in ((("chi2", "p"), False), (("chi2_cc", "p_cc"), True)):
                found = contingency_tables.mcnemar(table, exact=False, correction=corrected)
                expected |= dict(zip(names, (found.statistic, found.pvalue)))
        else:
            expected["exact_p"], expected["p_mid"] = 1.0, 1.0
        if only_a == only_b:
            del expected["p_mid"]
        cases.add("stat.mcnemar", {"table": table}, {}, expected, "statsmodels")
    for seed, n in ((1, 12), (2, 40)):
        generator = random.Random(seed)
        a = [round(generator.gauss(50, 10)) for _ in range(n)]
        b = [x + round(generator.gauss(1, 4)) for x in a]
        for correction in (False, True):
            found = st.wilcoxon(a, b, zero_method="wilcox", correction=correction, method="approx")
            cases.add("stat.wilcoxon", {"a": a, "b": b},
                      {"zero_method": "wilcox", "correction": correction, "method": "approx"},
                      {"statistic": found.statistic, "p": found.pvalue}, "scipy")
        differences = [round(generator.gauss(0.8, 2), 1) for _ in range(11)]
        sums = [abs(sum(s * d for s, d in zip(signs, differences))) for signs in itertools.product((1, -1), repeat=11)]
        p = sum(s >= abs(sum(differences)) - 1e-9 for s in sums) / len(sums)
        cases.add("stat.sign_flip_exact", {"diffs": differences}, {}, {"p": p}, "formula: every choice of signs")


def proportions(cases):
    kn = [[0, 7], [7, 7], [2, 9], [13, 40], [499, 1000], [9990, 10000]]
    names = ("wilson", "beta", "jeffreys", "agresti_coull", "normal")
    for level in (0.8, 0.95):
        expected = {name: [proportion.proportion_confint(k, n, alpha=1 - level, method=name) for k, n in kn] for name in names}
        cases.add("stat.proportion_ci", {"kn": kn}, {"level": level}, expected, "statsmodels")
    for k1, n1, k2, n2 in ((15, 30, 9, 35), (480, 500, 470, 500), (3, 8, 0, 6)):
        z, p = proportion.proportions_ztest([k1, k2], [n1, n2])
        low, high = proportion.confint_proportions_2indep(k1, n1, k2, n2, method="newcomb")
        cases.add("stat.two_prop", {"k1": k1, "n1": n1, "k2": k2, "n2": n2}, {}, {
            "z": z, "p": p, "cohen_h": proportion.proportion_effectsize(k1 / n1, k2 / n2), "newcombe": [low, high],
            "fisher_p": st.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue,
        }, "statsmodels, scipy")
    for p in (0.5, 0.2):
        kn = [[0, 12], [3, 12], [6, 12], [12, 12], [70, 150], [31, 150]]
        cases.add("stat.binom", {"kn": kn}, {"p": p},
                  {"p_values": [st.binomtest(k, n, p).pvalue for k, n in kn]}, "scipy")
    for p1, p2 in ((0.4, 0.5), (0.9, 0.93)):
        solver, h = power.NormalIndPower(), abs(proportion.proportion_effectsize(p1, p2))
        cases.add("stat.power_two_prop", {"p1": p1, "p2": p2}, {"alpha": 0.05, "power": 0.8}, {
            "cohen_h": h, "n_per_group": solver.solve_power(h, power=0.8, alpha=0.05),
            "power_at_500": solver.power(h, 500, 0.05),
        }, "statsmodels", tol={"n_per_group": 1e-6})


def inference(cases):
    generator = random.Random(3)
    for p in ([0.2], [0.03, 0.001, 0.04, 0.012, 0.6, 0.012], [round(generator.random() ** 3, 4) for _ in range(15)]):
        expected = {}
        for name in ("bonferroni", "holm", "holm-sidak", "fdr_bh", "fdr_by"):
            reject, adjusted, _, _ = multitest.multipletests(p, 0.05, name)
            expected[name] = {"adjusted": adjusted, "reject": reject}
        cases.add("stat.multiple", {"p": p}, {"alpha": 0.05}, expected, "statsmodels")
    q, df = [0.001, 0.2, 0.5, 0.9, 0.975, 0.9999], [1, 3, 7.5, 40, 5000]
    cases.add("stat.quantiles", {"q": q, "df": df}, {}, {
        "norm": st.norm.ppf(q), "t": [st.t.ppf(q, f) for f in df], "chi2_sf_1": st.chi2.sf([0.1, 1, 3.841, 6.63, 20], 1),
    }, "scipy")
    values = [round(generator.gauss(0, 3), 3) for _ in range(23)]
    q = [0, 1, 10, 50, 66.6, 99, 100]
    cases.add("stat.percentile", {"values": values, "q": q}, {}, {"linear": np.percentile(values, q)}, "numpy")
    for n in (9, 60):
        x = [generator.randrange(6) for _ in range(n)]
        y = [value + generator.choice([0, 0, 1, 1.5, -2]) for value in x]
        cases.add("corr", {"x": x, "y": y}, {}, {
            "pearson": st.pearsonr(x, y).statistic, "spearman": st.spearmanr(x, y).statistic,
            "kendall_tau_b": st.kendalltau(x, y).statistic,
        }, "scipy")
    ratings = [[generator.choice([1, 2, 3, 4, None]) for _ in range(20)] for _ in range(2)]
    ratings.append([None if x is None or generator.random() < 0.1 else max(1, x - generator.randrange(2)) for x in ratings[0]])
    data = np.array([[np.nan if x is None else x for x in row] for row in ratings], float)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        cases.add("agree.krippendorff", {"data": ratings}, {"level": level},
                  {"alpha": krippendorff.alpha(reliability_data=data, level_of_measurement=level)}, "krippendorff")
    for raters, kinds in ((3, 3), (6, 2)):
        counts = [[row.count(k) for k in range(kinds)] for row in
                  ([generator.randrange(kinds) if generator.random() < 0.6 else 0 for _ in range(raters)] for _ in range(15))]
        cases.add("agree.fleiss", {"counts": counts}, {}, {"kappa": inter_rater.fleiss_kappa(counts)}, "statsmodels")


def harness(cases):
    """Aggregations of lm-evaluation-harness."""
    values, _, _ = scores(9, 40)
    cases.add("lmeval.mean_stderr", {"values": values}, {}, {"mean": np.mean(values), "stderr": st.sem(values)}, "scipy")
    for name, f in (("mean", np.mean), ("median", lambda xs: sorted(xs)[len(xs) // 2])):
        draws = []
        for chunk in range(2):
            generator = random.Random(chunk)
            draws += [f(generator.choices(values, k=len(values))) for _ in range(1000)]
        cases.add("lmeval.bootstrap_stderr", {"values": values}, {"f": name, "iters": 2000},
                  {"stderr": np.std(draws, ddof=1)}, "formula: lm-evaluation-harness")
    shares, sizes, errors = np.array([0.4, 0.72, 0.9]), np.array([80, 300, 45]), np.array([0.05, 0.03, 0.04])
    pooled = math.sqrt(((sizes - 1) * errors**2 * sizes).sum() / (sizes.sum() - 3)) / math.sqrt(sizes.sum())
    cases.add("lmeval.group", {"metrics": shares, "sizes": sizes, "stderrs": errors}, {}, {
        "weighted_mean": np.average(shares, weights=sizes), "pooled": pooled,
        "unweighted": math.sqrt((errors**2).sum()) / 3,
    }, "formula: lm-evaluation-harness")
    for total, share in ((0.3, 1), (0.12, 5)):
        design = {"omega2": 0.08, "sigmaA2": total, "sigmaB2": 0.2, "K_A": share, "K_B": share, "n": 500, "delta": 0.04}
        z, variance = st.norm.ppf(0.975) + st.norm.ppf(0.8), 0.08 + (total + 0.2) / share
        cases.add("stat.power_miller", design, {"alpha": 0.05, "power": 0.8}, {
            "n_required": z**2 * variance / 0.04**2, "mde": z * math.sqrt(variance / 500),
            "power": st.norm.cdf(0.04 / math.sqrt(variance / 500) - st.norm.ppf(0.975)),
        }, "formula: Miller 2024")


def generators(cases):
    for seed in (0, 42, 2**32 - 1, 2**40 + 17):
        new = lambda: np.random.default_rng(seed)
        state = new().bit_generator.state["state"]
        cases.add("rng.pcg64", {"seed": seed}, {}, {
            "raw_uint64": [str(x) for x in new().bit_generator.random_raw(8)],
            "state_inc": [str(state["state"]), str(state["inc"])],
            "choice_100": new().choice(100, (3, 20)), "integers_7": new().integers(0, 7, 25),
            "integers_1e10": new().integers(0, 10**10, 6),
            "bool_40": new().integers(2, size=(2, 40), dtype=bool).astype(int), "random": new().random(6),
        }, "numpy")
    for seed in (0, 7, 2**32 - 1):
        numpy_random = lambda: np.random.RandomState(seed)
        cases.add("rng.mt19937_numpy", {"seed": seed}, {}, {
            "choice_50": numpy_random().choice(50, 30), "random_sample": numpy_random().random_sample(5),
            "permutation_10": numpy_random().permutation(10),
        }, "numpy")
        draw = [random.Random(seed) for _ in range(5)]
        order = list(range(8))
        draw[4].shuffle(order)
        cases.add("rng.mt19937_python", {"seed": seed}, {}, {
            "random": [draw[0].random() for _ in range(5)], "choices_17": draw[1].choices(range(17), k=20),
            "randrange_10": [draw[2].randrange(10) for _ in range(12)], "sample_30_5": draw[3].sample(range(30), 5),
            "shuffle_8": order,
        }, "CPython")


def add_all(cases):
    for add in (means, paired, proportions, inference, harness, generators):
        add(cases)
