import type { BackendModule } from "../core/backend.ts";
import type { JudgeModule } from "../core/judge.ts";
import { judges } from "../../judges/index.ts";
import { backends } from "../backend/index.ts";
import { perturbations } from "../perturb/index.ts";
import type { PerturbationModule } from "../perturb/perturbation.ts";

/** The judges, backends and perturbations that a suite may name, each loaded when a suite uses it. */
export interface Catalog {
  readonly judges: Readonly<Record<string, () => Promise<JudgeModule>>>;
  readonly backends: Readonly<Record<string, () => Promise<BackendModule>>>;
  readonly perturbations: Readonly<Record<string, () => Promise<PerturbationModule>>>;
}

/** Everything that ships. */
export const catalog: Catalog = { judges, backends, perturbations };

/** The modules of a catalog that are loaded; null for the names that are only known. */
export interface LoadedCatalog {
  readonly judges: ReadonlyMap<string, JudgeModule | null>;
  readonly backends: ReadonlyMap<string, BackendModule | null>;
  readonly perturbations: ReadonlyMap<string, PerturbationModule | null>;
}

/** Loads the modules that are wanted; without a choice, all. */
export async function loadCatalog(
  from: Catalog,
  wanted?: Readonly<Record<keyof Catalog, ReadonlySet<string>>>,
): Promise<LoadedCatalog> {
  const [loadedJudges, loadedBackends, loadedPerturbations] = await Promise.all([
    loadSome(from.judges, wanted?.judges),
    loadSome(from.backends, wanted?.backends),
    loadSome(from.perturbations, wanted?.perturbations),
  ]);
  return { judges: loadedJudges, backends: loadedBackends, perturbations: loadedPerturbations };
}

async function loadSome<T>(
  map: Readonly<Record<string, () => Promise<T>>>,
  wanted: ReadonlySet<string> | undefined,
): Promise<Map<string, T | null>> {
  const entries = Object.entries(map).map(
    async ([name, load]) => [name, wanted === undefined || wanted.has(name) ? await load() : null] as const,
  );
  return new Map(await Promise.all(entries));
}
