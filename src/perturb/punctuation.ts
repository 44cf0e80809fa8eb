import type { PerturbationModule } from "./perturbation.ts";
import { optionsSchema, pieces } from "./words.ts";

const MARKS = [",", ".", ";", ":", "!", "?"];

interface Options {
  readonly action?: "delete" | "insert" | "substitute";
  readonly aug_p?: number;
}

export const punctuation: PerturbationModule = {
  name: "punctuation",
  summary: "Leaves punctuation out, adds marks after words (as AEDA does), or exchanges marks.",
  reference: "AEDA: Karimi, Rossi and Prati 2021; marks are , . ; : ! ?",
  options: optionsSchema({
    action: {
      type: "string",
      enum: ["delete", "insert", "substitute"],
      default: "delete",
      description: "What happens to the marks.",
    },
    aug_p: {
      type: "number",
      minimum: 0,
      maximum: 1,
      description: "Chance of each mark, or with insert of each gap between words; 1, with insert 0.3.",
    },
  }),
  example: { text: "Fever, cough; no rash. Since Monday?", becomes: "Fever cough no rash Since Monday" },
  create(options) {
    const { action = "delete", aug_p: share = action === "insert" ? 0.3 : 1 } = options as Options;
    return {
      text(text, { random }) {
        if (action === "insert") {
          const all = pieces(text);
          const marked = all.map(({ text: piece, isWord }, at) =>
            isWord && at < all.length - 1 && /^\s/u.test(all[at + 1]?.text ?? "") && random.chance(share)
              ? `${piece} ${random.pick(MARKS)}`
              : piece,
          );
          return marked.join("");
        }
        // Inside a word or number a mark is part of it: 3.5, don't, e.g. a code such as A15.0.
        return text.replaceAll(/(?<![\p{L}\p{N}])\p{P}|\p{P}(?![\p{L}\p{N}])/gu, (mark) => {
          if (!random.chance(share)) return mark;
          return action === "delete" ? "" : random.pick(MARKS.filter((other) => other !== mark));
        });
      },
    };
  },
};
