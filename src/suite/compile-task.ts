import { EvalhError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";
import type { Row } from "../core/sample.ts";
import { drawExamples } from "./few-shot.ts";
import { compilePrompt, type CompiledTemplate } from "./prompt.ts";
import type { FewShot, Task } from "./suite.ts";

/** A task ready to turn rows into samples. */
export interface CompiledTask {
  /**
   * The prompt for a row, few-shot examples included.
   * @throws EvalhError E_PROMPT, E_DATASET
   */
  prompt(row: Row): string;
  /**
   * The accepted answers of a row, in the suite's order.
   * @throws EvalhError E_PROMPT; E_DATASET if the task has choices and a reference is none of them
   */
  references(row: Row): readonly string[];
  /**
   * A row's own choices; null where the task has none or the same for all.
   * @throws EvalhError E_PROMPT; E_DATASET for fewer than two
   */
  choices(row: Row): readonly string[] | null;
}

/**
 * Compiles a task's templates once and draws its few-shot examples.
 * @throws EvalhError E_PROMPT, E_DATASET
 */
export async function compileTask(task: Task): Promise<CompiledTask> {
  const template = compilePrompt(task.prompt.text, task.prompt.place);
  const answers = task.references.map(({ text, place }) => compilePrompt(text, place));
  const isKnown = choiceTest(task.choices);
  const choices = choiceReader(task);
  const references = (row: Row): readonly string[] => {
    const texts = answers.flatMap((answer) => answer.renderList(row.columns, row));
    const own = choices(row);
    const isOption = own === null ? isKnown : choiceTest(own);
    for (const text of texts) if (!isOption(text)) throw notAChoice(text, row, { task, choices: own ?? task.choices });
    return texts;
  };
  const { fewShot } = task;
  if (fewShot === null) return { prompt: (row) => template.render(row.columns, row), references, choices };
  const examplesOf = await drawExamples(fewShot, { task: task.name, file: task.prompt.place.file });
  if (template.names.has("examples")) {
    return {
      prompt: (row) => {
        const examples = examplesOf(row).map(({ columns }) => columns);
        return template.render({ ...row.columns, examples } satisfies JsonObject, row);
      },
      references,
      choices,
    };
  }
  const prefixOf = memoised((examples) => fewShotPrefix(examples, { template, references, task, fewShot }));
  return { prompt: (row) => prefixOf(examplesOf(row)) + template.render(row.columns, row), references, choices };
}

/** Reads each row's own choices. */
function choiceReader({ choiceList, name }: Task): CompiledTask["choices"] {
  if (choiceList === null) return () => null;
  const list = compilePrompt(choiceList.text, choiceList.place);
  return (row) => {
    const texts = list.renderList(row.columns, row);
    if (texts.length > 1) return texts;
    throw new EvalhError("E_DATASET", `task "${name}" needs two choices or more, and the row has ${texts.length}`, {
      place: row.place,
      hint: "`choices` must be a single expression whose value is a list, such as {{ choices.text }}",
    });
  };
}

/** Each example's prompt with its first accepted answer, joined and followed by the separator. */
function fewShotPrefix(
  examples: readonly Row[],
  from: {
    readonly template: CompiledTemplate;
    readonly references: CompiledTask["references"];
    readonly task: Task;
    readonly fewShot: FewShot;
  },
): string {
  const texts = examples
    .map((row) => {
      const [answer] = from.references(row);
      if (answer === undefined) {
        throw new EvalhError("E_DATASET", `the example ${JSON.stringify(row.id)} has no reference`, {
          place: row.place,
        });
      }
      return from.template.render(row.columns, row) + from.task.targetDelimiter + answer + from.fewShot.separator;
    })
    .join("");
  return from.fewShot.description + texts;
}

/** Nearly every row has the very same examples, so the last text is kept. */
function memoised(make: (examples: readonly Row[]) => string): (examples: readonly Row[]) => string {
  let last: { readonly examples: readonly Row[]; readonly text: string } | null = null;
  return (examples) => {
    if (last?.examples !== examples) last = { examples, text: make(examples) };
    return last.text;
  };
}

function choiceTest(choices: Task["choices"]): (text: string) => boolean {
  if (choices === null) return () => true;
  const known = new Set(choices.map((choice) => choice.trim()));
  return (text) => known.has(text.trim());
}

function notAChoice(
  text: string,
  row: Row,
  { task, choices }: { readonly task: Task; readonly choices: readonly string[] | null },
): EvalhError {
  const hint = didYouMean(text, choices ?? []) ?? "add it to `choices`, or leave such rows out with `where`";
  return new EvalhError(
    "E_DATASET",
    `the reference ${JSON.stringify(text)} is none of the choices of task "${task.name}"`,
    {
      place: row.place,
      hint,
    },
  );
}
