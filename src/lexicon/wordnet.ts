import { readFileSync } from "node:fs";
import { join } from "node:path";

import { EvalhError } from "../core/errors.ts";

/** The synonyms of a word, itself among them; none for a word that is not in the dictionary. */
export type Synonyms = (word: string) => readonly string[];

type Ending = readonly [old: string, replacement: string];

/** Parts of speech by the endings of their files, with the endings that inflect their words (WordNet's Morphy). */
const PARTS: readonly { readonly file: string; readonly endings: readonly Ending[] }[] = [
  {
    file: "noun",
    endings: [
      ["s", ""],
      ["ses", "s"],
      ["ves", "f"],
      ["xes", "x"],
      ["zes", "z"],
      ["ches", "ch"],
      ["shes", "sh"],
      ["men", "man"],
      ["ies", "y"],
    ],
  },
  {
    file: "verb",
    endings: [
      ["s", ""],
      ["ies", "y"],
      ["es", "e"],
      ["es", ""],
      ["ed", "e"],
      ["ed", ""],
      ["ing", "e"],
      ["ing", ""],
    ],
  },
  {
    file: "adj",
    endings: [
      ["er", ""],
      ["est", ""],
      ["er", "e"],
      ["est", "e"],
    ],
  },
  { file: "adv", endings: [] },
];

/** Words whose synonyms are remembered: texts use few words often. */
const MOST_KNOWN = 50_000;

interface Part {
  readonly endings: readonly Ending[];
  /** Lemma → byte offsets of its synsets. */
  readonly offsets: ReadonlyMap<string, readonly number[]>;
  /** Inflected form → base forms. */
  readonly exceptions: ReadonlyMap<string, readonly string[]>;
  readonly data: Buffer;
}

/**
 * Reads a dictionary in WordNet's database format (index.noun, data.noun, noun.exc and so on, see wndb(5WN)). A word's
 * synonyms are the single words that share a sense with it or one of its base forms, as nltk 3.10.4 finds them.
 * @param phrases keeps synonyms of several words, joined by "_"
 * @throws EvalhError E_MISSING_DEPENDENCY if the folder holds no such dictionary
 */
export function readWordNet(folder: string, { phrases = false }: { readonly phrases?: boolean } = {}): Synonyms {
  const parts = PARTS.map(({ file, endings }): Part => {
    const offsets = new Map(lines(read(folder, `index.${file}`).toString("utf8")).map(indexEntry));
    const exceptions = new Map(
      lines(read(folder, `${file}.exc`).toString("utf8")).map((line) => {
        const [form = "", ...bases] = line.split(" ");
        return [form, bases];
      }),
    );
    return { endings, offsets, exceptions, data: read(folder, `data.${file}`) };
  });
  const known = new Map<string, readonly string[]>();
  return (word) => {
    const found = known.get(word) ?? [
      ...new Set(
        parts
          .flatMap((part) => synonymsIn(part, word.toLowerCase()))
          .filter((lemma) => phrases || !lemma.includes("_")),
      ),
    ];
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(word, found);
    return found;
  };
}

function read(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch (error) {
    throw new EvalhError("E_MISSING_DEPENDENCY", `${folder} is no WordNet dictionary: ${name} cannot be read`, {
      cause: error,
      hint: "`wordnet` names the folder that index.noun lies in, for example nltk_data/corpora/wordnet or Debian's /usr/share/wordnet",
    });
  }
}

/** Lines that are no part of the licence, which is indented. */
function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith(" "));
}

/** "lemma pos synset_cnt p_cnt [ptr_symbol...] sense_cnt tagsense_cnt synset_offset [synset_offset...]" */
function indexEntry(line: string): [string, readonly number[]] {
  const fields = line.trim().split(" ");
  const count = Number(fields[2]);
  return [fields[0] as string, fields.slice(-count).map(Number)];
}

function synonymsIn(part: Part, word: string): string[] {
  const bases = part.exceptions.get(word) ?? uninflected(part, word);
  return [word, ...bases].flatMap((form) => (part.offsets.get(form) ?? []).flatMap((at) => lemmasAt(part.data, at)));
}

function uninflected({ endings }: Part, word: string): string[] {
  return endings.flatMap(([old, replacement]) =>
    word.endsWith(old) ? [word.slice(0, word.length - old.length) + replacement] : [],
  );
}

/** "synset_offset lex_filenum ss_type w_cnt word lex_id [word lex_id...] …", the count in hexadecimal. */
function lemmasAt(data: Buffer, offset: number): string[] {
  const end = data.indexOf("\n", offset);
  const fields = data.toString("utf8", offset, end < 0 ? data.length : end).split(" ");
  const count = Number.parseInt(fields[3] ?? "0", 16);
  return Array.from({ length: count }, (_, index) => (fields[4 + 2 * index] ?? "").replace(/\(.*\)$/, ""));
}
