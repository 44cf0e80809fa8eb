import { createHash } from "node:crypto";

import { EvalhError, toErrorInfo } from "../src/core/errors.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { AnswerOrigin, Judge, JudgeContext, JudgeModule, Metric, Score } from "../src/core/judge.ts";
import { didYouMean } from "../src/core/near-name.ts";
import type { Sample } from "../src/core/sample.ts";
import { signatureOf } from "./answers/choice.ts";
import { humanAgreement, juryAlpha } from "./llm/agreement.ts";
import { compare, rate, SAME, type Ballot, type Case } from "./llm/ballot.ts";
import { juror, type Juror, type Price } from "./llm/jury.ts";
import { LLM_OPTIONS } from "./llm/options.ts";
import { PROMPT_VERSION } from "./llm/prompt.ts";
import { humanRating, PAIRWISE, scaleOf, type Scale } from "./llm/scale.ts";
import { ballotText, pairMetrics, scoreMetric, statsOf, usageMetrics, type LlmStats } from "./llm/statistics.ts";
import { verdictReader } from "./llm/verdict.ts";

const DEFAULT_RUBRIC = "Is the answer right, complete and to the point?";

interface Settings {
  readonly models: readonly string[];
  /** "reference" or a checkpoint; undefined for a rating by the rubric. */
  readonly against: string | undefined;
  readonly scale: Scale;
  readonly rubric: string;
  readonly isGuided: boolean;
  readonly human: string | undefined;
  readonly prices: Readonly<Record<string, Price>> | undefined;
  readonly maxTokens: number;
  readonly seed: number;
}

function settingsOf(options: JsonObject): Settings {
  const { model, prices, against, rubric, human } = options as {
    model?: string | readonly string[];
    prices?: Readonly<Record<string, Price>>;
    against?: string;
    rubric?: string;
    human?: string;
  };
  if (model === undefined) {
    throw new EvalhError("E_JUDGE", "llm needs the name of a model that judges", {
      hint: "`- llm: { model: NAME }`, where NAME stands under `judge_models`",
    });
  }
  const models = typeof model === "string" ? [model] : model;
  const unpriced = prices === undefined ? undefined : models.find((name) => prices[name] === undefined);
  if (unpriced !== undefined) throw new EvalhError("E_JUDGE", `\`prices\` has none for ${unpriced}`);
  return {
    models,
    prices,
    against,
    scale: against === undefined ? scaleOf(options) : PAIRWISE,
    rubric: rubric ?? DEFAULT_RUBRIC,
    isGuided: options["reference_guided"] === true,
    human,
    maxTokens: Number(options["max_tokens"] ?? 1024),
    seed: Number(options["seed"] ?? 0),
  };
}

function checkModels(models: readonly string[], context: JudgeContext): void {
  const { models: known } = context;
  // The checkpoint after the slash is found when the model is opened.
  const unknown = models.find((name) => known?.includes(name.split("/", 1)[0] as string) === false);
  if (known === undefined || unknown === undefined) return;
  throw new EvalhError("E_JUDGE", `there is no model "${unknown}" to judge`, {
    hint: didYouMean(unknown, known) ?? `there are ${known.join(", ")}; list it under \`judge_models\``,
  });
}

function metricsOf({ against, scale, models, human, prices }: Settings): Metric<LlmStats>[] {
  const size = scale.values.length;
  return [
    ...(against === undefined ? [scoreMetric(scale)] : pairMetrics(scale)),
    ...(models.length > 1 ? [juryAlpha(size)] : []),
    ...(human === undefined ? [] : humanAgreement(size)),
    ...usageMetrics(prices !== undefined),
  ];
}

function signature(settings: Settings): string {
  const { models, against, scale, isGuided, seed } = settings;
  const rubric = createHash("sha256").update(settings.rubric).digest("hex").slice(0, 8);
  const mode = against === undefined ? { scale: scale.values.join(",") } : { against };
  return signatureOf("llm", {
    models: models.join(","),
    ...mode,
    guided: isGuided,
    rubric,
    seed,
    prompt: PROMPT_VERSION,
  });
}

/** What the answer is compared with; null where that is not known (yet). */
async function opponentOf(
  against: string,
  sample: Sample,
  from: { readonly context: JudgeContext; readonly origin: AnswerOrigin | undefined; readonly own: string },
): Promise<string | null> {
  if (against === "reference") return sample.references[0] ?? null;
  const { origin, context, own } = from;
  if (origin === undefined) return null;
  if (origin.checkpoint === against || origin.checkpoint.endsWith(`/${against}`)) return own;
  return (await context.storedAnswer?.(against, sample.id, origin)) ?? null;
}

function create(options: JsonObject, context: JudgeContext): Judge<LlmStats> {
  const settings = settingsOf(options);
  const { against, scale, models, rubric, maxTokens, prices, seed } = settings;
  checkModels(models, context);
  const reader = verdictReader(
    against === undefined ? "score" : "winner",
    against === undefined ? scale.values : ["A", "B", "tie"],
  );
  const jury: readonly Juror[] = models.map((model) =>
    juror(model, context, { reader, maxTokens, price: prices?.[model] }),
  );
  const skipped = (reason: string): Score<LlmStats> => ({ kind: "skipped", reason });
  return {
    name: "llm",
    version: `1.${PROMPT_VERSION}`,
    signature: signature(settings),
    metrics: metricsOf(settings),
    explain: (stats) => ballotText(stats, scale, models),
    async score(completion, sample, origin) {
      const [reference = null] = sample.references;
      if (settings.isGuided && reference === null) return skipped("no reference");
      try {
        const human = settings.human === undefined ? null : humanRating(scale, sample.metadata[settings.human]);
        const about: Case = { completion, sample, rubric, reference: settings.isGuided ? reference : null, seed };
        let vote = (one: Juror): Promise<Ballot> => rate(one, about, scale);
        if (against !== undefined) {
          const opponent = await opponentOf(against, sample, { context, origin, own: completion.text });
          if (opponent === null)
            return skipped(against === "reference" ? "no reference" : `no answer of ${against} yet`);
          vote = async (one) => (opponent === completion.text ? SAME : compare(one, about, opponent));
        }
        const ballots = await Promise.all(jury.map(vote));
        const kept = { isPairwise: against !== undefined, hasPrices: prices !== undefined, human };
        return { kind: "scored", stats: statsOf(ballots, kept) };
      } catch (error) {
        return { kind: "failed", error: toErrorInfo(error) };
      }
    },
  };
}

export const llm: JudgeModule = {
  name: "llm",
  summary: "A model's rating by a rubric, or its preference between the answer and another, one model or a jury.",
  reference: "Zheng et al. 2023 (MT-Bench: both orders, reference-guided); Verga et al. 2024 (juries)",
  needsReferences: false,
  options: LLM_OPTIONS,
  example: {
    output: "The Rhine flows into the North Sea.",
    references: ["Into the North Sea."],
    options: { model: "judge", rubric: "Is the answer right?", reference_guided: true },
    replies: ['{"nonce": "{nonce}", "reason": "It names the right sea.", "score": 5}'],
    values: { llm_score: 5 },
  },
  create,
};
