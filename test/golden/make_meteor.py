"""Writes meteor.json, and the small dictionary in ../fixtures/wordnet that some of its cases need.

    /tmp/golden/bin/python test/golden/make_meteor.py

Set up as for make_golden.py. nltk reads the dictionary as it reads WordNet; its entries are made up for this purpose.
"""

import json
from importlib.metadata import version
from unittest.mock import Mock

import nltk
from golden_cases import HERE, PAIRS, Cases
from nltk import word_tokenize
from nltk.corpus.reader.wordnet import WordNetCorpusReader
from nltk.translate.meteor_score import meteor_score

DICTIONARY = HERE.parent / "fixtures" / "wordnet"

# Part of speech -> synsets. Names with _ are compounds, (p) marks an adjective that only stands behind its noun.
SYNSETS = {
    "noun": [
        ["ferry", "ferryboat"], ["ship", "vessel", "water_craft"], ["vessel", "bowl"], ["child", "kid", "youngster"],
        ["kid", "young_goat"], ["wolf", "Canis_lupus", "Wolf"], ["box", "case"], ["case", "lawsuit"], ["berry"],
        ["church", "chapel"], ["dish", "plate"], ["man", "fellow"], ["quiz", "test"], ["leaf", "foliage"], ["lens", "Lens"],
    ],
    "verb": [
        ["go", "travel", "move"], ["begin", "start", "get_going"], ["start", "depart", "leave"], ["try", "attempt"],
        ["bake", "cook"], ["see", "notice"], ["repair", "mend", "fix"], ["watch", "observe"],
    ],
    "adj": [["big", "large"], ["ready(p)", "prepared"], ["fine", "thin"], ["late", "tardy"], ["near(a)", "close"]],
    "adv": [["slowly", "tardily"], ["almost", "nearly", "just_about"]],
}
EXCEPTIONS = {
    "noun": ["children child", "wolves wolf", "leaves leaf"],
    "verb": ["began begin", "left leave", "saw see", "went go"],
    "adj": ["bigger big"],
    "adv": [],
}
LETTER = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
LICENCE = "  1 Made up to test readers of this format.  \n"


class Reader(WordNetCorpusReader):
    def map_wn(self, version="wordnet"):
        """No mapping to the senses of WordNet 3.0: only other languages need one."""


def write_dictionary():
    DICTIONARY.mkdir(exist_ok=True)
    for part, synsets in SYNSETS.items():
        data, senses = LICENCE, {}
        for lemmas in synsets:
            offset = len(data.encode())
            names = " ".join(f"{lemma} 0" for lemma in lemmas)
            data += f"{offset:08} 00 {LETTER[part]} {len(lemmas):02x} {names} 000 | made up  \n"
            for lemma in lemmas:
                senses.setdefault(lemma.split("(")[0].lower(), []).append(offset)
        index = LICENCE
        for lemma, offsets in sorted(senses.items()):
            unique = list(dict.fromkeys(offsets))
            places = " ".join(f"{offset:08}" for offset in unique)
            index += f"{lemma} {LETTER[part]} {len(unique)} 0 {len(unique)} 0 {places}  \n"
        (DICTIONARY / f"data.{part}").write_text(data)
        (DICTIONARY / f"index.{part}").write_text(index)
        (DICTIONARY / f"{part}.exc").write_text("".join(f"{line}\n" for line in EXCEPTIONS[part]))
    (DICTIONARY / "lexnames").write_text("00\tall\t1\n")


SENTENCES = [
    ("The children saw a large vessel.", ["The kids noticed a big ship.", "A child sees large ships."]),
    ("He mended the ferryboat slowly, almost tardily.", ["He repaired the ferry slowly, nearly slowly."]),
    ("Wolves leave; leaves fall.", ["The wolf departs and foliage falls."]),
    ("the the the the cat", ["the cat the cat the"]),
    ("running runner runs ran", ["run running runners"]),
    ("She tried baking berries in boxes", ["She attempts to cook a berry in the case"]),
    ("Men went to churches with dishes and quizzes.", ["A fellow traveled to the chapel with plates and a test."]),
    ("bigger, finer, latest, nearer", ["large thin tardy close"]),
    ("ready", ["prepared"]),
    ("news of dying skies", ["new die sky"]),
    ("ΟΔΟΣ İstanbul STRASSE straße", ["οδος i̇stanbul strasse STRASSE"]),
    ("is go ox", ["i g o x"]),
    ("", ["nothing"]),
    ("something", [""]),
    ("", [""]),
]

LINES = [
    "", " ", ".", "..", "a.", "a.)", 'a."  ', "a.' \n", "a.\n)", "end of it.\n\n", "Mr. Fox left.", "wait... what?!", "3,14 and 3:14, or so:", "x,,y::z,",
    "\"Quoted\" and ''quoted'' and (\"in brackets\").", "``ticks'' `tick'", "«eins» „zwei“ ‘three’ “four”", "isn't he's I'm they'd we'll you've can't",
    "N'T CAN'T HE'S WE'LL 'tis 'twas  'Tis", "cannot d'ye gimme gonna gotta lemme more'n wanna go wanna", "Cannot, GONNA; scannot cannots",
    "'a' 'b 'quote' rock'n'roll the dogs' bowls'", "a--b a---b \u2014 \u2013x \u2012\u2015", "50% of $5 & #1 @home; e*m*p", "[a]{b}<c>(d)",
    "a\u00a0b\u2003c\u3000d\u0085e\x1cf\ufeffg", "12,5 \u0663,\u0664 a:\u0665", "naïve 'été 'é' l'été", "\U0001d4b3s 𝒳.", "1.2.3. ",
    "last one ends, here:", "tab\there.\t", "ends with comma,\n", "ends with quote.'' ", "'s 'm 'd '", "O'Neill's 'n' he 's", "don't. can't! won't?",
    "a .", "a . ) ", ". a", "a.b.", "«a.»", "a.;", "e.g. (this).]", "---", "a' b' c'", "ſ 's 'ſ x",
]


def main():
    write_dictionary()
    cases = Cases()
    nothing = Mock(synsets=lambda _: [])
    # nltk reads dictionaries below its own folders only.
    nltk.data.path.append(str(DICTIONARY))
    wordnet = Reader(str(DICTIONARY), None)
    pairs = [(pair[side], pair["refs"]) for name in ("english", "european", "edge") for pair in PAIRS[name] for side in ("a", "b")]
    for text in LINES + [text for hyp, refs in pairs + SENTENCES for text in (hyp, *refs)]:
        cases.add("meteor.words", text, {}, {"words": word_tokenize(text, preserve_line=True)}, "nltk")
    words = sorted({lemma.split("(")[0].lower() for part in SYNSETS.values() for lemmas in part for lemma in lemmas})
    forms = [line.split()[0] for part in EXCEPTIONS.values() for line in part]
    for word in [*words, *forms, *(f"{word}s" for word in words), "boxes", "dishes", "berries", "tries", "baking", "baked", "women", "unknown", "nicer"]:
        lemmas = {name for synset in wordnet.synsets(word) for name in synset.lemma_names() if "_" not in name}
        cases.add("meteor.synonyms", word, {}, {"synonyms": sorted(lemmas)}, "nltk")
    for index, (hyp, refs) in enumerate(pairs + SENTENCES):
        for tokenize, split in (("none", str.split), ("treebank", lambda text: word_tokenize(text, preserve_line=True))):
            for name, reader in ((None, nothing), ("fixture", wordnet)):
                score = meteor_score([split(ref) for ref in refs], split(hyp), wordnet=reader)
                params = {"tokenize": tokenize, "wordnet": name}
                cases.add("meteor.score", {"hyp": hyp, "refs": refs}, params, {"score": score}, "nltk")
        if index % 5 == 0:
            tuned = {"alpha": 0.5, "beta": 1.5, "gamma": 0.8}
            score = meteor_score([ref.split() for ref in refs], hyp.split(), wordnet=nothing, **tuned)
            cases.add("meteor.score", {"hyp": hyp, "refs": refs}, {"tokenize": "none", "wordnet": None, **tuned}, {"score": score}, "nltk")
    file = {"format": "evalh-metrics-golden/1", "set": "meteor", "libraries": {"nltk": version("nltk")}, "texts": {}, "cases": cases.all}
    (HERE / "meteor.json").write_text(json.dumps(file, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf8")


main()
