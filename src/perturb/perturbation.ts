import type { Asker } from "../core/judge.ts";
import type { JsonObject } from "../core/json.ts";
import type { Random } from "./random.ts";

/** One version of a sample that is to be made. */
export interface Draw {
  /** Which one, from 0. */
  readonly version: number;
  /** Derived from the suite's seed, the perturbation, the sample, the column and the version: never from order. */
  readonly random: Random;
}

/** How a sample is changed before it is asked. What it says stays the same; how it is written does not. */
export interface Perturbation {
  /** Changes one text that the prompt shows. A text with nothing to change comes back as it is. */
  text?(text: string, draw: Draw): string | Promise<string>;
  /** Changes the whole row, its right answer along with it. */
  row?(columns: JsonObject, draw: Draw): JsonObject;
}

/** What a perturbation may ask of the world. Everything may be missing: where options are only checked. */
export interface PerturbContext {
  /** Folder that paths in options are relative to. */
  readonly folder?: string;
  /** Names of the models that `ask` knows. */
  readonly models?: readonly string[];
  readonly ask?: (model: string) => Promise<Asker>;
}

/** One file of this folder: a perturbation's description and how to make it. */
export interface PerturbationModule {
  readonly name: string;
  /** One sentence for the guide. */
  readonly summary: string;
  /** Whose names and semantics these are, with version, or the paper. */
  readonly reference: string;
  /** JSON schema (draft 2020-12) of the options object. */
  readonly options: JsonObject;
  /** True if it asks a model that the suite lists under `judge_models`. */
  readonly asks?: boolean;
  /** A worked example with seed 1, executed by a test. */
  readonly example: {
    readonly text?: string;
    readonly row?: JsonObject;
    readonly options?: JsonObject;
    /** What the model replies, in order. */
    readonly replies?: readonly string[];
    readonly becomes: string | JsonObject;
  };
  /**
   * Options are already checked against `options`.
   * @throws EvalhError where they contradict each other or name what is not there
   */
  create(options: JsonObject, context: PerturbContext): Perturbation;
}
