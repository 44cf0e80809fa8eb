import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import { openPromptCodec, type PromptCodec, type PromptToken } from "../../backend/prompt-codec.ts";
import { openTokenAsker } from "../../backend/served-tokens.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { EvalhError } from "../../core/errors.ts";
import { compilePrompt } from "../../suite/prompt.ts";
import type { Model, Suite, Task } from "../../suite/suite.ts";
import { generatesText } from "../ask.ts";
import { cleanItems } from "../render-items.ts";
import { promptingOf, promptingWarnings } from "../prompting.ts";
import type { ItemRecord } from "../store/records.ts";
import { codecWarnings, promptWarnings, unusedTemplate, type PromptWarning } from "./prompt-warning.ts";

/** One sample's prompt as one checkpoint gets it. */
export interface InspectedPrompt {
  readonly task: string;
  readonly id: string;
  /** The prompt as the suite writes it. */
  readonly prompt: string;
  /** The text that is tokenised, chat template applied; null where the server keeps that to itself. */
  readonly rendered: string | null;
  /** Null where they cannot be had: see `whyNoTokens` of the inspection. */
  readonly tokens: readonly PromptToken[] | null;
  readonly warnings: readonly PromptWarning[];
}

export interface Inspection {
  readonly checkpoint: string;
  readonly prompts: readonly InspectedPrompt[];
  readonly whyNoTokens: string | null;
  /** Most tokens of prompt and answer together; null where nobody knows. */
  readonly window: number | null;
  /** What is about all prompts. */
  readonly warnings: readonly PromptWarning[];
}

/** A checkpoint whose prompts are looked at. */
export interface PromptTarget {
  readonly checkpoint: Pick<Checkpoint, "id" | "path" | "format" | "role">;
  readonly model: Model;
}

export interface InspectOptions {
  readonly suite: Suite;
  readonly tasks: readonly Task[];
  readonly target: PromptTarget;
  /** The other checkpoints of its model, whose tokenizers should be the same. */
  readonly siblings: readonly PromptTarget[];
  /** Samples of each task that are shown. */
  readonly samples: number;
  readonly secret: (name: string) => string | undefined;
  readonly signal: AbortSignal;
}

/** What turns prompts into tokens: files, or the server itself. */
interface Reader extends AsyncDisposable {
  readonly whyNot: string | null;
  readonly isChat: boolean;
  read(prompt: string): Promise<{ rendered: string | null; tokens: readonly PromptToken[] | null; window: number }>;
  warnings(prompt: string, tokens: readonly PromptToken[]): PromptWarning[];
  /** What is about all prompts. */
  readonly general: readonly PromptWarning[];
}

/** Prompts longer than the window are looked for among so many samples of a task. */
const MOST_COUNTED = 1000;

/**
 * Shows what a checkpoint is really asked.
 * @throws EvalhError E_DATASET, E_PROMPT, E_CHECKPOINT, E_BACKEND
 */
export async function inspectPrompts(options: InspectOptions): Promise<Inspection> {
  const { suite, tasks, target, samples } = options;
  await using reader = await openReader(options);
  const prompts: InspectedPrompt[] = [];
  const warnings = [...reader.general, ...(await siblingWarnings(options)), ...(await baseWarnings(suite, target))];
  let known = Infinity;
  for (const task of tasks) {
    const maxTokens = generatesText(task) ? task.generate.maxTokens : 0;
    const learned = trainingPrompt(suite);
    let counted = 0;
    let tooLong = 0;
    for await (const item of cleanItems(task, "test")) {
      if (counted >= MOST_COUNTED || (counted >= samples && reader.whyNot !== null)) break;
      // A server is not asked for what is only counted.
      if (counted >= samples && target.model.url !== null) break;
      const seen = await reader.read(item.prompt);
      known = seen.window;
      const found = promptWarnings({ ...seen, maxTokens, isChat: reader.isChat });
      if (found.some(({ kind }) => kind === "too-long")) tooLong++;
      if (counted++ < samples) {
        const own = seen.tokens === null ? [] : reader.warnings(item.prompt, seen.tokens);
        const all = [...found, ...own, ...trainingWarnings(learned, item, target)];
        const { rendered, tokens } = seen;
        prompts.push({ task: task.name, id: item.id, prompt: item.prompt, rendered, tokens, warnings: all });
      }
    }
    if (tooLong > 0) {
      const message = `task "${task.name}": ${tooLong} of ${counted} prompts leave no room for ${maxTokens} tokens in the context window of ${known}`;
      warnings.push({ kind: "too-long", message });
    }
  }
  const window = Number.isFinite(known) ? known : null;
  return { checkpoint: target.checkpoint.id, prompts, whyNoTokens: reader.whyNot, window, warnings };
}

async function openReader({ target, secret, signal }: InspectOptions): Promise<Reader> {
  const { checkpoint, model } = target;
  if (model.url !== null) return openServed(target, { secret, signal });
  const codec = checkpoint.format.startsWith("gguf")
    ? null
    : await openPromptCodec({ path: checkpoint.path, backend: model.backend, options: model.options });
  if (codec !== null) return codecReader(codec);
  const why = checkpoint.format.startsWith("gguf")
    ? "a GGUF file keeps its tokenizer within: serve it with llama.cpp and name its URL to see tokens"
    : `neither ${checkpoint.path} nor the folder above has a tokenizer.json`;
  return blindReader(why);
}

function codecReader(codec: PromptCodec): Reader {
  return {
    whyNot: null,
    isChat: codec.isChat,
    read(prompt) {
      const rendered = codec.render(prompt);
      return Promise.resolve({ rendered, tokens: codec.tokens(rendered), window: codec.window });
    },
    warnings: (prompt, tokens) => codecWarnings(codec, prompt, tokens),
    general: unusedTemplate(codec),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function blindReader(whyNot: string): Reader {
  return {
    whyNot,
    isChat: false,
    read: (prompt) => Promise.resolve({ rendered: prompt, tokens: null, window: Infinity }),
    warnings: () => [],
    general: [],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openServed(
  { checkpoint, model }: PromptTarget,
  { secret, signal }: Pick<InspectOptions, "secret" | "signal">,
): Promise<Reader> {
  if (model.backend !== "openai") return blindReader(`the backend ${model.backend} does not show tokens`);
  const asker = await openTokenAsker({
    path: model.url ?? checkpoint.path,
    options: model.options,
    secret,
    ...(model.modelName === null ? {} : { modelName: model.modelName }),
  });
  const isChat = model.options["api"] !== "completions";
  const first = await asker.ask("a", signal);
  const whyNot = first === null ? `the server at ${model.url} has no /tokenize, or it does not answer` : null;
  return {
    whyNot,
    isChat,
    async read(prompt) {
      const found = whyNot === null ? await asker.ask(prompt, signal) : null;
      if (found === null) return { rendered: isChat ? null : prompt, tokens: null, window: Infinity };
      return { ...found, window: found.window ?? Infinity };
    },
    warnings: () => [],
    general: [],
    [Symbol.asyncDispose]: () => asker[Symbol.asyncDispose](),
  };
}

async function siblingWarnings({ target, siblings }: InspectOptions): Promise<PromptWarning[]> {
  const all = [target, ...siblings];
  const seen = await Promise.all(
    all.map(async ({ checkpoint, model }) => ({ id: checkpoint.id, prompting: await promptingOf(checkpoint, model) })),
  );
  return promptingWarnings(seen).map((message) => ({ kind: "template-mismatch", message }));
}

/** A base model in a folder of this machine, as the trainer is told, with its own tokenizer and template. */
async function baseWarnings(suite: Suite, { checkpoint, model }: PromptTarget): Promise<PromptWarning[]> {
  const trainer = suite.training?.trainer;
  if (trainer?.kind !== "hf-trainer" || model.url !== null) return [];
  const path = resolve(suite.folder, trainer.baseModel);
  if ((await stat(path).catch(() => null))?.isDirectory() !== true) return [];
  const base = { id: `x/the base model ${trainer.baseModel}`, path, format: "hf-safetensors" };
  const seen = [base, checkpoint].map(async (each) => ({ id: each.id, prompting: await promptingOf(each, model) }));
  return promptingWarnings(await Promise.all(seen)).map((message) => ({ kind: "template-mismatch", message }));
}

type Learned = ((item: ItemRecord) => string | null) | null;

/** What the training data's template makes of a sample; null where the suite names none. */
function trainingPrompt({ training }: Suite): Learned {
  const template = training?.data?.prompt;
  if (template === undefined) return null;
  const compiled = compilePrompt(template.text, template.place);
  return ({ columns }) => {
    try {
      return compiled.render(columns);
    } catch (error) {
      // Evaluation data may lack the columns of the training data: then there is nothing to compare.
      if (error instanceof EvalhError) return null;
      throw error;
    }
  };
}

function trainingWarnings(learned: Learned, item: ItemRecord, { model }: PromptTarget): PromptWarning[] {
  const text = learned?.(item) ?? null;
  if (text === null || item.prompt === text || item.prompt.endsWith(text)) return [];
  const isChat = model.options["chat"] === true;
  let at = 0;
  while (at < text.length && text[at] === item.prompt[at]) at++;
  const from = Math.max(0, at - 20);
  const [then, now] = [text, item.prompt].map((each) => JSON.stringify(each.slice(from, at + 30)));
  const message = `the model learned from prompts of another form: ${then} there, ${now} here${isChat ? ", before the chat template" : ""}`;
  return [{ kind: "training-mismatch", message }];
}
