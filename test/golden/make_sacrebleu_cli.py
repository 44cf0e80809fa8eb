"""Writes ../fixtures/sacrebleu: text files, and what sacrebleu's command line prints of them.

    /tmp/golden/bin/python test/golden/make_sacrebleu_cli.py

Set up as for make_golden.py. (sacrebleu cannot print the means of chrF and TER as JSON, so no case asks for them.)
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

from golden_cases import HERE, PAIRS

FOLDER = HERE.parent / "fixtures" / "sacrebleu"
SACREBLEU = Path(sys.executable).parent / "sacrebleu"

COMMANDS = [
    "ref.txt -i a.txt",
    "ref.txt -i a.txt -m bleu chrf ter",
    "ref.txt other-ref.txt -i b.txt -m ter bleu chrf -w 3",
    "ref.txt -i a.txt -m bleu chrf ter -f text",
    "ref.txt -i a.txt -m bleu -f text -sh",
    "ref.txt -i a.txt -b",
    "ref.txt -i a.txt -b -m bleu chrf",
    "ref.txt -i b.txt -b -m bleu ter -f text -w 4",
    "ref.txt -i a.txt --confidence -m bleu chrf ter",
    "ref.txt -i b.txt -ci -cin 300 -f text -w 2 --short -m chrf bleu",
    "ref.txt -i a.txt -b -ci -f text",
    "ref.txt -i a.txt -lc -tok intl -s floor -sv 0.25",
    "ref.txt -i b.txt --tokenize=char --smooth-method add-k --lowercase -w 5",
    "ref.txt -i b.txt -tok none -s none -f text",
    "zh-ref.txt -i zh-a.txt -l en-zh -m bleu chrf",
    "zh-ref.txt -i zh-a.txt -tok zh -f text -sl",
    "zh-ref.txt -i zh-a.txt -m ter --ter-asian-support --ter-normalized",
    "ref.txt -i a.txt -m ter --ter-no-punct --ter-case-sensitive -f text",
    "ref.txt -i a.txt -m chrf --chrf-word-order 2 --chrf-beta 3 -cc 4 --chrf-lowercase --chrf-whitespace",
    "ref.txt -i a.txt -m chrf -cw 1 --chrf-eps-smoothing -f text",
    "ref.txt -i a.txt -sl -m bleu -w 2",
    "ref.txt other-ref.txt -i a.txt -sl -m ter -b",
    "both-refs.txt --num-refs 2 -i a.txt -f text",
    "ref.txt -i a.txt b.txt",
    "ref.txt -i a.txt b.txt -m chrf bleu -f text -w 2",
    "ref.txt -i a.txt b.txt -m chrf bleu -f latex",
    "ref.txt -i a.txt b.txt c.txt --paired-bs -m bleu",
    "ref.txt -i b.txt a.txt c.txt --paired-ar -m bleu",
    "ref.txt -i a.txt b.txt c.txt -pbs -pbsn 400 -m bleu -f text",
    "ref.txt -i a.txt b.txt a.txt -par -parn 500 -m ter -f text -sh",
    "ref.txt -i a.txt b.txt --paired-bs -m bleu -f latex",
    "ref.txt -i crlf.txt -m chrf ter -f text",
    "ref.txt -i a.txt.gz -b",
    "empty-lines.txt -i a.txt -m bleu chrf ter -f text",
]
STANDARD_INPUT = ["ref.txt -f text", "ref.txt -m chrf bleu", "ref.txt -pbs"]


def write(name, lines, end="\n"):
    (FOLDER / name).write_bytes("".join(line + end for line in lines).encode())


def run(command, stdin=None):
    environment = {"PATH": os.environ["PATH"], "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([SACREBLEU, *command.split()], cwd=FOLDER, env=environment, input=stdin, capture_output=True, check=True)
    return done.stdout.decode()


def main():
    FOLDER.mkdir(exist_ok=True)
    english, chinese = PAIRS["english"], PAIRS["asian"]
    for side in "ab":
        write(f"{side}.txt", [pair[side] for pair in english])
    write("c.txt", [pair["a" if index % 3 else "b"] for index, pair in enumerate(english)])
    write("ref.txt", [pair["refs"][0] for pair in english])
    write("other-ref.txt", [pair["refs"][-1] for pair in english])
    write("both-refs.txt", [pair["refs"][0] + "\t" + pair["refs"][-1] for pair in english])
    write("crlf.txt", [pair["a"] + "  " for pair in english], end="\r\n")
    write("empty-lines.txt", [pair["refs"][0] if index % 5 else "" for index, pair in enumerate(english)])
    write("zh-ref.txt", [pair["refs"][0] for pair in chinese])
    write("zh-a.txt", [pair["a"] for pair in chinese])
    with open(FOLDER / "a.txt.gz", "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write((FOLDER / "a.txt").read_bytes())
    tabbed = "".join(f"{pair['a']}\t{pair['b']}\n" for pair in english)
    cases = [{"command": command, "stdout": run(command)} for command in COMMANDS]
    cases += [{"command": command, "stdin": tabbed, "stdout": run(command, tabbed.encode())} for command in STANDARD_INPUT]
    (FOLDER / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf8")


main()
