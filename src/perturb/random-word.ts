import type { PerturbationModule } from "./perturbation.ts";
import { amount, optionsSchema, pieces, stopTest, wordAmounts, wordOptions } from "./words.ts";

export const randomWord: PerturbationModule = {
  name: "random_word",
  summary: "Leaves words out, or exchanges neighbours.",
  reference: "nlpaug 1.1.11 RandomWordAug with the actions delete and swap",
  options: optionsSchema({
    action: { type: "string", enum: ["delete", "swap"], default: "delete", description: "What happens to a word." },
    ...wordOptions,
  }),
  example: {
    text: "acute bronchitis of the left lung",
    options: { action: "swap" },
    becomes: "bronchitis of acute the left lung",
  },
  create(options) {
    const { action = "delete" } = options as { readonly action?: "delete" | "swap" };
    const { aug_p: share, aug_min: least, aug_max: most, stopwords } = wordAmounts(options);
    const isStop = stopTest(stopwords);
    return {
      text(text, { random }) {
        const all = pieces(text).map((piece) => piece);
        const words = [...all.keys()].filter((index) => all[index]?.isWord);
        // The last word stays: a text without words asks nothing.
        if (words.length < 2) return text;
        const candidates = words.filter((index) => !isStop(all[index]?.text ?? ""));
        const wanted = Math.min(amount(words.length, share, [least, most]), words.length - 1);
        const chosen = random.sample(candidates, wanted);
        const texts = all.map((piece) => piece.text);
        for (const index of chosen) {
          if (action === "swap") {
            const at = words.indexOf(index);
            const other = words[at === words.length - 1 ? at - 1 : at + 1] ?? index;
            [texts[index], texts[other]] = [texts[other] ?? "", texts[index] ?? ""];
          } else {
            texts[index] = "";
            // Of the two gaps around a word that goes, one goes with it.
            if (/^\s+$/u.test(texts[index + 1] ?? "")) texts[index + 1] = "";
          }
        }
        return action === "delete" ? texts.join("").trim() : texts.join("");
      },
    };
  },
};
