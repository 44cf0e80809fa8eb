import type { PerturbationModule } from "./perturbation.ts";

/** Every way to change how a sample is written, by the name that suites use. */
export const perturbations = {
  typos: async () => (await import("./typos.ts")).typos,
  keyboard: async () => (await import("./keyboard.ts")).keyboard,
  random_char: async () => (await import("./random-char.ts")).randomChar,
  ocr: async () => (await import("./ocr.ts")).ocr,
  case: async () => (await import("./case.ts")).letterCase,
  punctuation: async () => (await import("./punctuation.ts")).punctuation,
  whitespace: async () => (await import("./whitespace.ts")).whitespace,
  split: async () => (await import("./split.ts")).split,
  random_word: async () => (await import("./random-word.ts")).randomWord,
  synonym: async () => (await import("./synonym.ts")).synonym,
  back_translation: async () => (await import("./back-translation.ts")).backTranslation,
  paraphrase: async () => (await import("./paraphrase.ts")).paraphrase,
  option_order: async () => (await import("./option-order.ts")).optionOrder,
} satisfies Record<string, () => Promise<PerturbationModule>>;
