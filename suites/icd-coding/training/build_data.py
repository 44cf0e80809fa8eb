"""Build the icd-coding data from the ICD-10-CM tabular list (April 2026).

The list comes inside the PyPI wheel ``simple-icd-10-cm`` 1.5.0. Its *inclusion terms* are the clinical wordings
that the coding rules file under a code; the code's official description is the *title*. Each pair of the two is one
example of "term -> title" and of "term -> chapter".

Written to ``--data`` (kept in the repository): train.jsonl (the fine-tune pairs), val.jsonl, test.jsonl.
Written to ``--work`` (rebuilt when needed): titles.jsonl and synonyms.jsonl, the base model's pre-training text.

``--check`` writes nothing: it rebuilds everything in memory, compares it with the files in ``--data``, prints how much
the splits overlap, and fails when a promise of data/README.md is broken.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from overlaps import check
from records import CHAPTERS, Entry, Pair, Splits, key, tidy, write_jsonl

TABULAR_LIST = "icd10c-tabular-April-1-2026.xml"
SEED = 20261124
TEST_ROWS, VAL_ROWS, TRAIN_ROWS = 400, 300, 1500
HELD_OUT_SHARE = 0.4  # at most this share of a chapter's titles is held out, so that each chapter is also trained on
MAX_TEXT = 90
CATALOGUE_CODE = 5  # longest code, with its point, that is in the pre-training text though no term is filed under it
COMMON_FROM, RARE_BELOW = 75, 45  # fine-tune pairs of a chapter


def read_list() -> tuple[list[Entry], list[Pair]]:
    """Every code with its title, and every inclusion term with its code, in the order of the list."""
    xml = resources.files("simple_icd_10_cm.data").joinpath(TABULAR_LIST).read_text(encoding="utf-8")
    entries: list[Entry] = []
    pairs: list[Pair] = []

    def walk(node: ET.Element, parent: str, chapter: str) -> None:
        code, title = tidy(node.findtext("name", "")), tidy(node.findtext("desc", ""))
        entries.append(Entry(code, title, parent, chapter))
        for note in node.findall("inclusionTerm/note"):
            pairs.append(Pair(tidy("".join(note.itertext())), title, code, chapter))
        for child in node.findall("diag"):
            walk(child, title, chapter)

    for chapter in ET.fromstring(xml).findall("chapter"):
        name = CHAPTERS[int(chapter.findtext("name", "0")) - 1]
        for section in chapter.findall("section"):
            heading = re.sub(r"\s*\([A-Z0-9]+(-[A-Z0-9]+)?\)$", "", tidy(section.findtext("desc", "")))
            for node in section.findall("diag"):
                walk(node, heading, name)
    return entries, pairs


def usable_pairs(entries: Iterable[Entry], pairs: list[Pair]) -> list[Pair]:
    """Pairs that have one right answer which is not given away.

    Left out: terms filed under several titles, terms that are themselves the title of some code (the base model has
    read those), terms that only point to another code, and texts too long for a small model.
    """
    titles = {key(entry.title) for entry in entries}
    answers: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        answers[key(pair.term)].add(key(pair.title))
    seen: set[str] = set()
    kept: list[Pair] = []
    for pair in pairs:
        term = key(pair.term)
        fits = 4 < len(pair.term) < MAX_TEXT and len(pair.title) < MAX_TEXT
        points = re.search(r"\b[A-TV-Z]\d\d\b", pair.term) is not None
        if fits and not points and term not in titles and term not in seen and len(answers[term]) == 1:
            seen.add(term)
            kept.append(pair)
    return kept


def allocate(total: int, weights: dict[str, float], caps: dict[str, int], least: int = 0) -> dict[str, int]:
    """Share ``total`` among the names by weight, none above its cap (largest remainder; ties by name)."""
    given = {name: min(least, caps[name]) for name in weights}
    while (left := total - sum(given.values())) > 0:
        open_names = sorted(name for name in weights if given[name] < caps[name])
        if not open_names:
            raise ValueError(f"only {sum(given.values())} of {total} rows can be had")
        whole = sum(weights[name] for name in open_names)
        wish = {name: left * weights[name] / whole for name in open_names}
        step = {name: min(int(wish[name]), caps[name] - given[name]) for name in open_names}
        if not any(step.values()):
            by_remainder = sorted(open_names, key=lambda name: (-wish[name], name))
            step = dict.fromkeys(by_remainder[:left], 1)
        for name, number in step.items():
            given[name] += number
    return given


def hold_out(pairs: list[Pair], rng: random.Random) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Validation and test pairs, one per title, and the pairs of all other titles.

    Rows go to chapters by the square root of their number of titles: a plain sample would leave the rare chapters,
    which the suite reports as slices, with two or three rows each.
    """
    groups: dict[str, dict[str, list[Pair]]] = {name: defaultdict(list) for name in CHAPTERS}
    for pair in pairs:
        groups[pair.chapter][key(pair.title)].append(pair)
    weights = {name: math.sqrt(len(groups[name])) for name in CHAPTERS}
    room = {name: max(1, int(len(groups[name]) * HELD_OUT_SHARE)) for name in CHAPTERS}
    test_share = allocate(TEST_ROWS, weights, room)
    val_share = allocate(VAL_ROWS, weights, {name: room[name] - test_share[name] for name in CHAPTERS})
    val, test, rest = [], [], []
    for name in CHAPTERS:
        titles = sorted(groups[name])
        rng.shuffle(titles)
        for place, title in enumerate(titles):
            group = groups[name][title]
            if place < test_share[name]:
                test.append(rng.choice(group))
            elif place < test_share[name] + val_share[name]:
                val.append(rng.choice(group))
            else:
                rest.extend(group)
    return val, test, rest


def choose_train(rest: list[Pair], rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """The fine-tune pairs, in the natural proportion of the chapters, and the pairs left for pre-training."""
    by_chapter: dict[str, list[Pair]] = defaultdict(list)
    for pair in rest:
        by_chapter[pair.chapter].append(pair)
    counts = {name: len(members) for name, members in by_chapter.items()}
    share = allocate(TRAIN_ROWS, {name: float(number) for name, number in counts.items()}, counts, least=3)
    train, spare = [], []
    for name in CHAPTERS:
        members = by_chapter[name]
        rng.shuffle(members)
        train.extend(members[: share[name]])
        spare.extend(members[share[name] :])
    return train, spare


def rarity_of(train: list[Pair]) -> dict[str, str]:
    """common, uncommon or rare, by the number of fine-tune pairs of the chapter."""
    counts = Counter(pair.chapter for pair in train)

    def word(number: int) -> str:
        return "common" if number >= COMMON_FROM else "rare" if number < RARE_BELOW else "uncommon"

    return {name: word(counts[name]) for name in CHAPTERS}


def rows(prefix: str, pairs: list[Pair], rarity: dict[str, str], rng: random.Random) -> list[dict[str, str]]:
    """Shuffled JSON rows with short ids."""
    order = pairs[:]
    rng.shuffle(order)
    return [
        dict(id=f"{prefix}-{number:04d}", term=pair.term, title=pair.title, code=pair.code, chapter=pair.chapter,
             rarity=rarity[pair.chapter])
        for number, pair in enumerate(order, 1)
    ]  # fmt: skip


def build() -> Splits:
    """Build all splits; the same wheel and seed always give the same rows."""
    rng = random.Random(SEED)
    entries, raw_pairs = read_list()
    val, test, rest = hold_out(usable_pairs(entries, raw_pairs), rng)
    train, spare = choose_train(rest, rng)
    rarity = rarity_of(train)
    answers = {key(pair.title) for pair in raw_pairs}
    titles = {
        (entry.title, entry.parent, entry.chapter)
        for entry in entries
        # Longer codes mostly repeat their parents with a laterality; a small model has no room for them.
        if len(entry.title) < 110 and (len(entry.code) <= CATALOGUE_CODE or key(entry.title) in answers)
    }
    return Splits(
        train=rows("f", train, rarity, rng),
        val=rows("v", val, rarity, rng),
        test=rows("t", test, rarity, rng),
        titles=[dict(title=title, parent=parent, chapter=chapter) for title, parent, chapter in sorted(titles)],
        synonyms=[dict(term=pair.term, title=pair.title, chapter=pair.chapter) for pair in spare],
    )


def describe(splits: Splits) -> None:
    """Print sizes and the chapters' counts."""
    for name in ("train", "val", "test", "titles", "synonyms"):
        print(f"{name:9} {len(getattr(splits, name)):6d} rows")
    counts = {name: Counter(row["chapter"] for row in getattr(splits, name)) for name in ("train", "val", "test")}
    rarity = {row["chapter"]: row["rarity"] for row in splits.train}
    for chapter in sorted(CHAPTERS, key=lambda name: -counts["train"][name]):
        numbers = " ".join(f"{name} {counts[name][chapter]:4d}" for name in counts)
        print(f"{chapter:16} {rarity.get(chapter, 'rare'):9} {numbers}")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parent.parent / "data", help="folder of the splits")
    parser.add_argument("--work", type=Path, default=Path("work"), help="folder for the pre-training text")
    parser.add_argument("--check", action="store_true", help="compare and measure overlaps; write nothing")
    options = parser.parse_args()
    splits = build()
    if not options.check:
        for name in ("train", "val", "test"):
            write_jsonl(options.data / f"{name}.jsonl", getattr(splits, name))
        for name in ("titles", "synonyms"):
            write_jsonl(options.work / f"{name}.jsonl", getattr(splits, name))
    describe(splits)
    wrong = check(splits, options.data)
    for line in wrong:
        print(f"WRONG: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
