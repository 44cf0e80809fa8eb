import { EvalhError } from "../../core/errors.ts";
import { didYouMean } from "../../core/near-name.ts";

interface Flag {
  /** As sacrebleu has them; the last one is shown first. */
  readonly names: readonly string[];
  /** What follows: nothing, one value, or values up to the next flag. */
  readonly takes: "nothing" | "one" | "many";
  readonly help: string;
}

/**
 * sacrebleu's own flags. They are parsed here and not by commander, which knows no `-tok` or `-lc`, no lists between
 * flags.
 */
export const FLAGS = {
  input: {
    names: ["-i", "--input"],
    takes: "many",
    help: "files to score, one segment a line; standard input if none",
  },
  numRefs: { names: ["-nr", "--num-refs"], takes: "one", help: "references a line, separated by tabs (1)" },
  encoding: { names: ["-e", "--encoding"], takes: "one", help: "of all files (utf-8)" },
  langpair: { names: ["-l", "--language-pair"], takes: "one", help: "for example en-ja: chooses the tokenizer" },
  metrics: { names: ["-m", "--metrics"], takes: "many", help: "bleu, chrf, ter (bleu)" },
  sentenceLevel: { names: ["-sl", "--sentence-level"], takes: "nothing", help: "score every segment" },
  smoothMethod: { names: ["-s", "--smooth-method"], takes: "one", help: "exp, floor, add-k, none (exp)" },
  smoothValue: { names: ["-sv", "--smooth-value"], takes: "one", help: "for floor (0.1) and add-k (1)" },
  tokenize: { names: ["-tok", "--tokenize"], takes: "one", help: "13a, intl, zh, ja-mecab, char, none (13a)" },
  lowercase: { names: ["-lc", "--lowercase"], takes: "nothing", help: "BLEU in lowercase" },
  force: { names: ["--force"], takes: "nothing", help: "no warning about text that is tokenized already" },
  chrfCharOrder: { names: ["-cc", "--chrf-char-order"], takes: "one", help: "longest character n-gram (6)" },
  chrfWordOrder: { names: ["-cw", "--chrf-word-order"], takes: "one", help: "longest word n-gram; 2 is chrF++ (0)" },
  chrfBeta: { names: ["--chrf-beta"], takes: "one", help: "weight of recall (2)" },
  chrfWhitespace: { names: ["--chrf-whitespace"], takes: "nothing", help: "white space counts" },
  chrfLowercase: { names: ["--chrf-lowercase"], takes: "nothing", help: "chrF in lowercase" },
  chrfEpsSmoothing: { names: ["--chrf-eps-smoothing"], takes: "nothing", help: "smooth as chrF++.py does" },
  terCaseSensitive: { names: ["--ter-case-sensitive"], takes: "nothing", help: "TER with case" },
  terAsianSupport: { names: ["--ter-asian-support"], takes: "nothing", help: "TER of Asian characters one by one" },
  terNoPunct: { names: ["--ter-no-punct"], takes: "nothing", help: "TER without punctuation" },
  terNormalized: { names: ["--ter-normalized"], takes: "nothing", help: "TER after normalisation" },
  confidence: { names: ["-ci", "--confidence"], takes: "nothing", help: "95 % interval by bootstrap" },
  confidenceN: { names: ["-cin", "--confidence-n"], takes: "one", help: "resamples (1000)" },
  pairedAr: { names: ["-par", "--paired-ar"], takes: "nothing", help: "compare with the first file: randomisation" },
  pairedBs: { names: ["-pbs", "--paired-bs"], takes: "nothing", help: "compare with the first file: bootstrap" },
  pairedArN: { names: ["-parn", "--paired-ar-n"], takes: "one", help: "trials (10000)" },
  pairedBsN: { names: ["-pbsn", "--paired-bs-n"], takes: "one", help: "resamples (1000)" },
  pairedJobs: { names: ["-j", "--paired-jobs"], takes: "one", help: "ignored: one process is quick enough" },
  quiet: { names: ["-q", "--quiet"], takes: "nothing", help: "no messages" },
  short: { names: ["-sh", "--short"], takes: "nothing", help: "short signatures" },
  scoreOnly: { names: ["-b", "--score-only"], takes: "nothing", help: "only the score" },
  width: { names: ["-w", "--width"], takes: "one", help: "decimals (1)" },
  noColor: { names: ["-nc", "--no-color"], takes: "nothing", help: "ignored: there are no colours" },
  format: { names: ["-f", "--format"], takes: "one", help: "json, text, latex (json)" },
} satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;

/** What a command line says. */
export interface Given {
  readonly references: readonly string[];
  has(name: FlagName): boolean;
  /** The value of a flag that takes one. */
  text(name: FlagName): string | undefined;
  list(name: FlagName): readonly string[] | undefined;
  /** @throws EvalhError E_USAGE if it is no number of at least `least` */
  number(name: FlagName, fallback: number, least?: number): number;
  /** @throws EvalhError E_USAGE if it is none of the words */
  oneOf<T extends string>(name: FlagName, words: readonly T[]): T | undefined;
}

const byName: ReadonlyMap<string, FlagName> = new Map(
  Object.entries(FLAGS).flatMap(([key, { names }]) => names.map((name) => [name, key as FlagName] as const)),
);

/** @throws EvalhError E_USAGE for an unknown flag or a missing value */
export function parseFlags(argv: readonly string[]): Given {
  const references: string[] = [];
  const values = new Map<FlagName, string[]>();
  let open: FlagName | null = null;
  for (const argument of argv) {
    const [name = "", attached] = splitArgument(argument);
    const flag = byName.get(name);
    if (flag !== undefined) {
      const takes: Flag["takes"] = FLAGS[flag].takes;
      values.set(flag, attached === undefined ? [] : [attached]);
      open = takes === "nothing" || attached !== undefined ? null : flag;
    } else if (/^-[^\d.]/.test(argument)) {
      throw new EvalhError("E_USAGE", `unknown option ${argument}`, {
        hint: didYouMean(name, byName.keys()) ?? "`evalh sacrebleu --help` lists them",
      });
    } else if (open === null) {
      references.push(argument);
    } else {
      values.get(open)?.push(argument);
      if (FLAGS[open].takes === "one") open = null;
    }
  }
  return given(references, values);
}

function splitArgument(argument: string): string[] {
  const equals = argument.indexOf("=");
  return argument.startsWith("--") && equals > 0 ? [argument.slice(0, equals), argument.slice(equals + 1)] : [argument];
}

function given(references: readonly string[], values: ReadonlyMap<FlagName, readonly string[]>): Given {
  const written = (name: FlagName): string => FLAGS[name].names.at(-1) ?? name;
  const text = (name: FlagName): string | undefined => {
    const found = values.get(name);
    if (found === undefined) return undefined;
    if (found[0] === undefined) throw new EvalhError("E_USAGE", `${written(name)} needs a value`);
    return found[0];
  };
  return {
    references,
    has: (name) => values.has(name),
    text,
    list: (name) => values.get(name),
    number(name, fallback, least = 0) {
      const value = Number(text(name) ?? fallback);
      if (value >= least) return value;
      throw new EvalhError("E_USAGE", `${written(name)} must be a number of at least ${least}, not ${text(name)}`);
    },
    oneOf(name, words) {
      const value = text(name);
      const found = words.find((word) => word === value);
      if (value === undefined || found !== undefined) return found;
      throw new EvalhError("E_USAGE", `${written(name)} must be one of ${words.join(", ")}, not ${value}`, {
        hint: didYouMean(value, words),
      } as { hint?: string });
    },
  };
}

/** The flags for `--help`. */
export function flagsHelp(): string {
  const rows = Object.values(FLAGS).map(({ names, help }) => `  ${names.join(", ").padEnd(32)} ${help}`);
  return ["", "Options, as sacrebleu has them:", ...rows, ""].join("\n");
}
