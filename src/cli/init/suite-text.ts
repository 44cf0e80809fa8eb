import type { TaskGuess } from "./guess-task.ts";

interface SuitePaths {
  readonly name: string;
  readonly dataset: string;
  readonly checkpoints: string;
  readonly log: string | null;
  /** Formats of the checkpoints that were found. */
  readonly formats: readonly string[];
}

/** About three characters a token, and room for an answer longer than the longest reference. */
function tokenLimit(guess: TaskGuess): number {
  return Math.max(16, Math.ceil((guess.longestReference / 3) * 1.5));
}

/** A suite for the guessed task, every line explained. Values are written as JSON, which is YAML. */
export function suiteText(guess: TaskGuess, paths: SuitePaths): string {
  const quote = (value: unknown): string => JSON.stringify(value);
  const id = guess.id === null ? "" : `, id: ${quote(guess.id)}`;
  const lines = [
    `suite: ${quote(paths.name)}`,
    "version: 1",
    "",
    "tasks:",
    `  - task: ${guess.kind === "choice" ? "label" : "answer"}`,
    "    # Held-out samples. `validation: other.jsonl` chooses the checkpoint on samples of their own.",
    `    dataset: { path: ${quote(paths.dataset)}${id} }`,
    "    # Jinja over the columns of a row; write it exactly as in the fine-tune.",
    `    prompt: ${quote(`{{ ${guess.input} }}\n`)}`,
    `    references: ${quote(`{{ ${guess.reference} }}`)}`,
    ...(guess.kind === "choice" ? choiceLines(guess) : generateLines(guess)),
    ...(guess.slices.length === 0
      ? []
      : [
          "    # Scores are also reported for the samples that share a value of these columns.",
          `    slices: ${quote(guess.slices)}`,
        ]),
    "",
    "models:",
    `  - model: ${quote(paths.name)}`,
    `    # Found there: ${paths.formats.length === 0 ? "no checkpoints yet" : paths.formats.join(", ")}.`,
    "    backend: onnx",
    `    checkpoints: ${quote(paths.checkpoints)}`,
    ...(paths.log === null
      ? [
          "",
          "# With the trainer's log, losses are joined with the scores and overfitting is judged.",
          "# training: { log: outputs/ }",
        ]
      : [
          "",
          "# Losses are joined with the scores, and overfitting is judged.",
          `training: { log: ${quote(paths.log)} }`,
        ]),
    "",
  ];
  return lines.join("\n");
}

function choiceLines(guess: TaskGuess): string[] {
  return [
    "    # The option with the highest log-probability is the answer.",
    "    kind: choice",
    `    choices: ${JSON.stringify(guess.choices)}`,
    "    judges: [accuracy, { f1: { average: macro } }]",
  ];
}

function generateLines(guess: TaskGuess): string[] {
  return [
    "    generate:",
    `      max_tokens: ${tokenLimit(guess)} # half as much again as the longest reference needs`,
    "      temperature: 0 # greedy: the same answer every time",
    '      stop: ["\\n"]',
    "    judges: [bleu, rouge, { exact_match: { ignore_case: true } }]",
  ];
}
