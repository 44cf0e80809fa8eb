import type { Backend, LikelihoodRequest, Outcome } from "../core/backend.ts";
import type { Completion, ContinuationScore } from "../core/completion.ts";
import { EvalhError } from "../core/errors.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import type { Task } from "../suite/suite.ts";
import type { WorkItem } from "./batches.ts";
import type { ItemRecord } from "./store/records.ts";

/** Turns a batch of work into the backend's call for the task's kind; outcomes carry the position in the batch. */
export type Ask = (batch: readonly WorkItem<ItemRecord>[], signal: AbortSignal) => AsyncIterable<Outcome<Completion>>;

/**
 * How a task asks a backend.
 * @throws EvalhError E_BACKEND if the backend cannot do what the task needs
 */
export function askFor(task: Task, backend: Backend, seedBase: string): Ask {
  if (generatesText(task)) {
    requireCapability(backend, task, "generate");
    return (batch, signal) => {
      const requests = batch.map(({ item, repeat }, index) => ({
        index,
        prompt: item.prompt,
        seed: hashSeed(seedBase, item.id, String(repeat)),
      }));
      return backend.generate(requests, task.generate, signal);
    };
  }
  requireCapability(backend, task, "loglikelihood");
  return (batch, signal) =>
    scored(
      backend.loglikelihood(
        batch.map(({ item }, index) => likelihoodRequest(task, item, index)),
        signal,
      ),
      batch.map(({ item }) => item.choices ?? task.choices),
    );
}

/** True if a task has the model write text, false if it asks how likely given texts are. */
export function generatesText({ kind, scoring }: Pick<Task, "kind" | "scoring">): boolean {
  return kind === "generate" || (kind === "choice" && scoring === "generate");
}

function requireCapability(backend: Backend, task: Task, capability: "generate" | "loglikelihood"): void {
  if (backend.capabilities[capability]) return;
  const need = capability === "generate" ? "generate text" : "give log-probabilities";
  const { whyNoLikelihood: why } = backend.capabilities;
  throw new EvalhError(
    "E_BACKEND",
    `task "${task.name}" (${task.kind}) needs a backend that can ${need}; ${why ?? `${backend.name} cannot here`}`,
    {
      hint:
        task.kind === "choice"
          ? 'set `scoring: generate` on the task, or use the "completions" API of the server'
          : "choose another backend for this model",
    },
  );
}

/** A perplexity task scores the prompt itself; the others score continuations of it. */
function likelihoodRequest(task: Task, item: ItemRecord, index: number): LikelihoodRequest {
  if (task.kind === "perplexity") return { index, context: "", continuations: [item.prompt] };
  const answers = item.choices ?? task.choices ?? item.references;
  return { index, context: item.prompt, continuations: answers.map((answer) => task.targetDelimiter + answer) };
}

async function* scored(
  outcomes: AsyncIterable<Outcome<readonly ContinuationScore[]>>,
  choices: readonly (readonly string[] | null)[],
): AsyncGenerator<Outcome<Completion>> {
  for await (const outcome of outcomes) {
    if (outcome.kind === "failed") {
      yield outcome;
      continue;
    }
    const scores = outcome.value;
    const text = choices[outcome.index]?.[likeliest(scores)] ?? "";
    yield { index: outcome.index, kind: "done", value: { text, finish: "scored", choices: scores } };
  }
}

/** Index of the highest log-probability, the first of equals; -1 for none. */
function likeliest(scores: readonly ContinuationScore[]): number {
  let best = -1;
  let bestLogprob = -Infinity;
  for (const [index, score] of scores.entries()) {
    if (best >= 0 && !(score.logprob > bestLogprob)) continue;
    best = index;
    bestLogprob = score.logprob;
  }
  return best;
}
