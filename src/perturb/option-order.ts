import { EvalhError } from "../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import type { PerturbationModule } from "./perturbation.ts";
import type { Random } from "./random.ts";
import { optionsSchema } from "./words.ts";

interface Options {
  readonly options: string | readonly string[];
  readonly answer?: string;
  readonly base?: number;
}

export const optionOrder: PerturbationModule = {
  name: "option_order",
  summary: "Shows the options of a multiple-choice question in another order; the answer goes along.",
  reference: "our own; after Pezeshkpour and Hruschka 2024 and Zheng et al. 2024",
  options: optionsSchema(
    {
      options: {
        type: ["string", "array"],
        items: { type: "string", minLength: 1 },
        minItems: 2,
        minLength: 1,
        description: "The column with the list of options (choices.text for one inside), or a column for each.",
      },
      answer: {
        type: "string",
        minLength: 1,
        description: "The column that says which is right, as a number or a letter. A column with its text needs none.",
      },
      base: { type: "integer", minimum: 0, maximum: 1, default: 0, description: "The number of the first option." },
    },
    ["options"],
  ),
  example: {
    row: { question: "Which disease stiffens the jaw?", options: ["measles", "tetanus", "cholera"], answer: "B" },
    options: { options: "options", answer: "answer" },
    becomes: { question: "Which disease stiffens the jaw?", options: ["measles", "cholera", "tetanus"], answer: "C" },
  },
  create(options) {
    const { options: where, answer, base = 0 } = options as unknown as Options;
    return {
      row(columns, { random }) {
        const texts = typeof where === "string" ? listAt(columns, where) : where.map((each) => valueAt(columns, each));
        const order = anotherOrder(texts.length, random);
        const shown = order.map((index) => texts[index] ?? null);
        let changed = columns;
        if (typeof where === "string") changed = withValue(changed, where, shown);
        else for (const [at, column] of where.entries()) changed = withValue(changed, column, shown[at] ?? null);
        if (answer === undefined) return changed;
        const moved = movedAnswer(valueAt(columns, answer), { order, base, column: answer });
        return withValue(changed, answer, moved);
      },
    };
  },
};

/** An order that is not the one there is. */
function anotherOrder(length: number, random: Random): number[] {
  const order = random.shuffle(Array.from({ length }, (_, index) => index));
  const isSame = order.every((value, index) => value === index);
  return isSame && length > 1 ? [...order.slice(1), order[0] ?? 0] : order;
}

function movedAnswer(
  value: JsonValue,
  { order, base, column }: { readonly order: readonly number[]; readonly base: number; readonly column: string },
): JsonValue {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const isLetter = /^[A-Za-z]$/u.test(text);
  const first = isLetter ? (text === text.toUpperCase() ? 65 : 97) : base;
  const before = isLetter ? text.charCodeAt(0) - first : /^\d+$/u.test(text) ? Number(text) - base : -1;
  const after = order.indexOf(before);
  if (after < 0) {
    throw new EvalhError(
      "E_DATASET",
      `option_order: ${JSON.stringify(value)} in "${column}" is no option's number or letter`,
      {
        hint:
          base === 0
            ? "numbers count from 0; say `base: 1` where they count from 1"
            : "numbers count from 1 with `base: 1`",
      },
    );
  }
  if (isLetter) return String.fromCharCode(first + after);
  return typeof value === "number" ? after + base : String(after + base);
}

function valueAt(columns: JsonObject, path: string): JsonValue {
  let value: JsonValue = columns;
  for (const step of path.split(".")) {
    const inside: JsonValue | undefined = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    if (inside === undefined) {
      throw new EvalhError("E_DATASET", `option_order: the row has no column "${path}"`, {
        hint: `the columns are ${Object.keys(columns).join(", ")}`,
      });
    }
    value = inside;
  }
  return value;
}

function listAt(columns: JsonObject, path: string): readonly JsonValue[] {
  const value = valueAt(columns, path);
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw new EvalhError("E_DATASET", `option_order: "${path}" is no list of options`, {
    hint: "name a column with a list, or one column for each option",
  });
}

function withValue(columns: JsonObject, path: string, value: JsonValue): JsonObject {
  const [step = "", ...rest] = path.split(".");
  if (rest.length === 0) return { ...columns, [step]: value };
  const inside = columns[step];
  return { ...columns, [step]: withValue(isJsonObject(inside) ? inside : {}, rest.join("."), value) };
}
