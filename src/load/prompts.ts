import { EvalhError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { openDataset } from "../dataset/index.ts";
import { pcg64, type Pcg64 } from "../stats/pcg64.ts";

/** Gives prompts, as many as are asked for. */
export interface PromptSource {
  readonly name: string;
  /** Tokens asked for; null where the prompts are given. */
  readonly tokens: TokenRange | null;
  next(): string;
  /** Makes synthetic prompts as long as the server counts; does nothing to given ones. */
  calibrate(tokensPerWord: number, fixedTokens: number): void;
}

export interface TokenRange {
  readonly lo: number;
  readonly hi: number;
}

/** Short words that nearly every tokenizer has as one token with the space before them. */
const WORDS =
  "time year people way day man thing world life hand part child eye place work week case point company number group problem fact home water room mother area money story month lot right study book word business issue side kind head house service friend father power hour game line end member law car city name team minute idea kid body information back parent face others level office door health person art war history party result change morning reason research girl guy moment air teacher force education"
    .split(" ")
    .map((word) => ` ${word}`);
/** Given prompts that are kept; the first so many of a longer file are used over and over. */
const MOST_PROMPTS = 10_000;
const DRAW = 4096;

/**
 * Prompts of random words, so that no two share a beginning that a server could have cached. A word counts as a token
 * until the server has told how it counts.
 */
export function syntheticPrompts(tokens: TokenRange, seed: number): PromptSource {
  const random = pcg64(seed);
  let drawn: Uint32Array = new Uint32Array(0);
  let at = 0;
  let perWord = 1;
  let fixed = 0;
  const draw = (): number => {
    if (at === drawn.length) {
      drawn = words(random);
      at = 0;
    }
    return drawn[at++] as number;
  };
  return {
    name: "synthetic",
    tokens,
    calibrate(tokensPerWord, fixedTokens) {
      perWord = tokensPerWord;
      fixed = fixedTokens;
    },
    next() {
      const wanted = tokens.lo + (tokens.hi > tokens.lo ? draw() % (tokens.hi - tokens.lo + 1) : 0);
      const count = Math.max(1, Math.round((wanted - fixed) / perWord));
      let text = "";
      for (let i = 0; i < count; i++) text += WORDS[draw() % WORDS.length] as string;
      return text.slice(1);
    },
  };
}

function words(random: Pcg64): Uint32Array {
  // A copy: the generator hands out a view that the next draw from any generator overwrites.
  return random.words32(DRAW).slice();
}

/** Given prompts in turn. @throws EvalhError E_DATASET without any */
export async function givenPrompts(name: string, texts: AsyncIterable<string>): Promise<PromptSource> {
  const kept: string[] = [];
  for await (const text of texts) {
    kept.push(text);
    if (kept.length === MOST_PROMPTS) break;
  }
  if (kept.length === 0) throw new EvalhError("E_DATASET", `${name} has no prompts`);
  let at = 0;
  return {
    name,
    tokens: null,
    calibrate: () => undefined,
    next: () => kept[at++ % kept.length] as string,
  };
}

const COLUMNS = ["prompt", "text", "input", "question", "messages"];

/** The prompts of a file with rows: a column that was named, or the first of a usual name. */
export async function* promptsOfFile(path: string, column: string | undefined): AsyncGenerator<string> {
  for await (const { columns, place } of openDataset({ path })) {
    const names = column === undefined ? COLUMNS : [column];
    const name = names.find((each) => Object.hasOwn(columns, each));
    const value = name === undefined ? undefined : columns[name];
    const text = typeof value === "string" ? value : lastMessage(value);
    if (text === undefined) {
      throw new EvalhError("E_DATASET", `the row has no text in ${names.map((each) => `"${each}"`).join(", ")}`, {
        place,
        hint: `its columns are ${Object.keys(columns).join(", ")}; name one with --column`,
      });
    }
    yield text;
  }
}

/** Of a conversation the last thing the user said. */
function lastMessage(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const asked = (value as readonly unknown[]).filter(isJsonObject).findLast(({ role }) => role === "user");
  return typeof asked?.["content"] === "string" ? asked["content"] : undefined;
}
