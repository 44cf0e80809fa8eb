"""Writes people.json: agreement, strengths and means of people's verdicts, as the reference packages have them.

    /tmp/golden/bin/python test/golden/make_people.py

Set up as for make_golden.py.
"""

import json
import math
import random
from importlib.metadata import version
from itertools import combinations

import krippendorff
import numpy as np
import scipy.stats as st
from golden_cases import HERE, Cases
from sklearn.metrics import cohen_kappa_score
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.stats import inter_rater, proportion, weightstats

VERDICTS = {"pairwise": ["A", "B", "tie", "both_bad"], "rating": ["1", "2", "3", "4", "5"], "correct": ["yes", "no"]}


def agreement(cases):
    """Verdicts of several raters, some of them missing."""
    for form, raters, missing, seed in (
        ("pairwise", 2, 0, 1), ("pairwise", 3, 0.2, 2), ("rating", 2, 0.1, 3), ("rating", 4, 0.3, 4),
        ("rating", 3, 0, 5), ("correct", 2, 0.15, 6), ("correct", 5, 0.25, 7), ("pairwise", 6, 0.5, 8),
    ):
        generator = random.Random(seed)
        kinds = VERDICTS[form]
        table = []
        for _ in range(30):
            truth = generator.randrange(len(kinds))
            row = [truth if generator.random() < 0.6 else generator.randrange(len(kinds)) for _ in range(raters)]
            table.append([None if generator.random() < missing else code for code in row])
        shared = [row for row in table if sum(code is not None for code in row) > 1]
        whole = [row for row in shared if None not in row]
        pairs = [(a, b) for row in shared for a, b in combinations([c for c in row if c is not None], 2)]
        data = np.array([[math.nan if c is None else c for c in column] for column in zip(*shared)], float)
        expected = {
            "raters": raters, "items": len(shared), "percent": np.mean([a == b for a, b in pairs]),
            "fleiss": inter_rater.fleiss_kappa([[row.count(code) for code in range(len(kinds))] for row in whole]),
            "krippendorff": krippendorff.alpha(
                reliability_data=data, value_domain=list(range(len(kinds))),
                level_of_measurement="ordinal" if form == "rating" else "nominal",
            ),
        }
        if raters == 2:
            weights = "quadratic" if form == "rating" else None
            first, second = zip(*whole)
            expected["cohen"] = cohen_kappa_score(first, second, labels=list(range(len(kinds))), weights=weights)
        answers = [[None if code is None else kinds[code] for code in row] for row in table]
        cases.add("people.agreement", {"answers": answers}, {"form": form}, expected,
                  "krippendorff, statsmodels, scikit-learn")


def strengths(cases):
    """The best of two or more, chosen by chance from true strengths."""
    for players, shown, contests, seed in ((2, 2, 40, 1), (3, 2, 90, 2), (5, 2, 200, 3), (4, 3, 80, 4), (4, 4, 60, 5)):
        generator = random.Random(seed)
        true = [0.4 * player for player in range(players)]
        chosen = []
        for _ in range(contests):
            there = generator.sample(range(players), shown)
            best = generator.choices(there, [math.exp(true[player]) for player in there])[0]
            chosen.append({"players": there, "best": best})
        rows = [(index, player, int(player == contest["best"])) for index, contest in enumerate(chosen) for player in contest["players"]]
        exog = np.array([[float(player == column) for column in range(1, players)] for _, player, _ in rows])
        groups = np.array([index for index, *_ in rows])
        model = ConditionalLogit(np.array([best for *_, best in rows]), exog, groups=groups)
        fit = model.fit(method="newton", disp=False, maxiter=200, tol=1e-14)
        # Centred: strengths are only known up to a constant.
        centre = np.eye(players) - 1 / players
        covariance = np.zeros((players, players))
        covariance[1:, 1:] = fit.cov_params()
        value = centre @ np.concatenate([[0], fit.params])
        error = np.sqrt(np.diag(centre @ covariance @ centre.T))
        z = st.norm.ppf(0.975)
        cases.add("people.strengths", {"players": players, "contests": chosen}, {}, {
            "value": value, "lo": value - z * error, "hi": value + z * error,
        }, "statsmodels", tol={"value": 1e-6, "lo": 1e-6, "hi": 1e-6})


def means(cases):
    for seed, n, share in ((1, 40, False), (2, 100, True), (3, 12, False), (4, 75, True)):
        generator = random.Random(seed)
        values = [generator.choice([0, 0.5, 1] if share else [1, 2, 3, 4, 5]) for _ in range(n)]
        weights = [generator.choice([1, 2.5, 8]) for _ in range(n)]
        described = weightstats.DescrStatsW(values, weights=weights, ddof=0)
        effective = sum(weights) ** 2 / sum(w * w for w in weights)
        if share:
            lo, hi = proportion.proportion_confint(described.mean * effective, effective, method="wilson")
        else:
            error = math.sqrt(described.var / (effective - 1))
            lo, hi = st.t.interval(0.95, effective - 1, described.mean, error)
        cases.add("people.mean", {"values": values, "weights": weights}, {"share": share}, {
            "value": described.mean, "lo": max(lo, 0 if share else 1), "hi": min(hi, 1 if share else 5),
        }, "statsmodels; formula: Kish 1965")


def tests(cases):
    for wins, losses in ((33, 17), (50, 30), (61, 39), (60, 40), (0, 5), (1, 0)):
        cases.add("people.sign", {"wins": wins, "losses": losses}, {}, {"p": st.binomtest(wins, wins + losses).pvalue}, "scipy")
    for first, picked, expected in ((60, 100, 0.5), (45, 90, 1 / 3), (30, 120, 0.25)):
        cases.add("people.sign", {"wins": first, "losses": picked - first}, {"expected": expected},
                  {"p": st.binomtest(first, picked, expected).pvalue}, "scipy")


def judges(cases):
    """A judge's points beside people's."""
    for seed, n in ((1, 30), (2, 80), (3, 200)):
        generator = random.Random(seed)
        people = [generator.randint(1, 5) for _ in range(n)]
        judge = [min(5, max(1, said + generator.choice([-1, 0, 0, 1, 2]))) for said in people]
        rho = st.spearmanr(people, judge).statistic
        half = st.norm.ppf(0.975) * math.sqrt((1 + rho**2 / 2) / (n - 3))
        cases.add("people.judge", {"people": people, "judge": judge}, {}, {
            "spearman": rho, "lo": math.tanh(math.atanh(rho) - half), "hi": math.tanh(math.atanh(rho) + half),
            "kendall": st.kendalltau(people, judge).statistic,
            "kappa": cohen_kappa_score(people, judge, weights="quadratic"),
            "bias": (np.mean(judge) - np.mean(people)) / 4,
        }, "scipy, scikit-learn; formula: Bonett and Wright 2000")


CASES = Cases()
for add in (agreement, strengths, means, tests, judges):
    add(CASES)
PACKAGES = ("krippendorff", "scikit-learn", "scipy", "statsmodels", "numpy")
FILE = {"format": "evalh-metrics-golden/1", "set": "people", "libraries": {name: version(name) for name in PACKAGES}, "texts": {}, "cases": CASES.all}
(HERE / "people.json").write_text(json.dumps(FILE, separators=(",", ":")) + "\n", encoding="utf8")
