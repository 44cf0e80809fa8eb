"""Whether the splits keep the promises of data/README.md: what of the held-out rows stands elsewhere."""

from __future__ import annotations

from pathlib import Path

from records import Splits, key, read_jsonl


def overlap(splits: Splits) -> dict[str, dict[str, int]]:
    """For validation and test: how many rows have their term, title or category elsewhere."""
    terms_of = {
        name: {key(row["term"]) for row in getattr(splits, name)} for name in ("train", "val", "test", "synonyms")
    }
    titles_of = {
        name: {key(row["title"]) for row in getattr(splits, name)} for name in ("train", "val", "test", "synonyms")
    }
    catalogue = {key(row["title"]) for row in splits.titles}
    headings = {key(row["parent"]) for row in splits.titles}
    text = "\n".join(f" {key(row['title'])} " for row in splits.titles + splits.synonyms + splits.train)
    text += "\n".join(f" {key(row['term'])} " for row in splits.synonyms + splits.train)
    categories = {row["code"][:3] for row in splits.train}
    report: dict[str, dict[str, int]] = {}
    for name, other in (("val", "test"), ("test", "val")):
        held = getattr(splits, name)
        terms, titles = [key(row["term"]) for row in held], [key(row["title"]) for row in held]
        report[name] = {
            "rows": len(held),
            "distinct titles": len(set(titles)),
            "term is a fine-tune term": sum(term in terms_of["train"] for term in terms),
            "term is a pre-training synonym": sum(term in terms_of["synonyms"] for term in terms),
            "term is a catalogue title or heading": sum(term in catalogue | headings for term in terms),
            "term is a term of the other held-out split": sum(term in terms_of[other] for term in terms),
            "title is a fine-tune title": sum(title in titles_of["train"] for title in titles),
            "title is the answer of a pre-training synonym": sum(title in titles_of["synonyms"] for title in titles),
            "title is a title of the other held-out split": sum(title in titles_of[other] for title in titles),
            "title is in the catalogue text (allowed)": sum(title in catalogue for title in titles),
            "term stands inside some longer training text (allowed)": sum(f" {term} " in text for term in terms),
            "three-character category is in the fine-tune pairs (allowed)": sum(
                row["code"][:3] in categories for row in held
            ),
        }
    return report


def check(splits: Splits, data: Path) -> list[str]:
    """Print the overlaps and return what is wrong."""
    wrong: list[str] = []
    for name in ("train", "val", "test"):
        path = data / f"{name}.jsonl"
        if not path.exists() or read_jsonl(path) != getattr(splits, name):
            wrong.append(f"{path} is not what this script builds")
    for split, numbers in overlap(splits).items():
        for what, number in numbers.items():
            print(f"{split:5} {number:5d}  {what}")
            if "(allowed)" not in what and what not in ("rows", "distinct titles") and number:
                wrong.append(f"{split}: {what}: {number}")
        if numbers["rows"] != numbers["distinct titles"]:
            wrong.append(f"{split}: a title occurs twice")
    return wrong
