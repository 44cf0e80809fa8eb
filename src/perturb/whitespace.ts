import type { PerturbationModule } from "./perturbation.ts";
import { optionsSchema } from "./words.ts";

interface Options {
  readonly action?: "repeat" | "remove" | "newline" | "tab" | "pad";
  readonly aug_p?: number;
}

const made: Readonly<Record<Exclude<NonNullable<Options["action"]>, "pad">, (space: string) => string>> = {
  repeat: (space) => `${space}${space}`,
  remove: () => "",
  newline: () => "\n",
  tab: () => "\t",
};

export const whitespace: PerturbationModule = {
  name: "whitespace",
  summary: "Doubles, removes or exchanges the white space between words, or pads the text with it.",
  reference: "our own",
  options: optionsSchema({
    action: {
      type: "string",
      enum: ["repeat", "remove", "newline", "tab", "pad"],
      default: "repeat",
      description: "What becomes of a gap.",
    },
    aug_p: { type: "number", minimum: 0, maximum: 1, default: 0.3, description: "Chance of each gap." },
  }),
  example: {
    text: "acute bronchitis of the left lung",
    options: { action: "tab", aug_p: 1 },
    becomes: "acute\tbronchitis\tof\tthe\tleft\tlung",
  },
  create(options) {
    const { action = "repeat", aug_p: share = 0.3 } = options as Options;
    return {
      text: (text, { random }) =>
        action === "pad"
          ? `${" ".repeat(1 + random.below(3))}${text}${" ".repeat(1 + random.below(3))}`
          : text.replaceAll(/\s+/gu, (space) => (random.chance(share) ? made[action](space) : space)),
    };
  },
};
