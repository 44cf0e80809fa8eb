import { openDataset } from "../index.ts";
import type { DatasetSpec } from "../spec.ts";
import type { CheckOptions, Finding, Inspector } from "./check.ts";
import { checkedRow } from "./checked-row.ts";
import { checks, type CheckName } from "./index.ts";

/** A finding with the check that made it. */
export interface ReportedFinding extends Finding {
  readonly check: CheckName;
}

/** What the checks say of a dataset. */
export interface CheckReport {
  readonly rows: number;
  /** Rows of the training data, null without any. */
  readonly trainingRows: number | null;
  readonly findings: readonly ReportedFinding[];
  /** Check → ordinals of the rows that `clean` would drop. */
  readonly drop: ReadonlyMap<CheckName, ReadonlySet<number>>;
}

export interface CheckRequest extends CheckOptions {
  readonly dataset: DatasetSpec;
  readonly training: DatasetSpec | null;
  readonly names: readonly CheckName[];
}

/**
 * Runs checks over a dataset: one pass, and a second one where a check must compare texts. Memory grows with a few
 * hundred bytes a row, whatever the length of the texts.
 * @throws EvalhError E_DATASET
 */
export async function runChecks(request: CheckRequest): Promise<CheckReport> {
  const inspectors = await Promise.all(
    request.names.map(async (name) => ({ name, inspector: (await checks[name]()).create(request) })),
  );
  const all = inspectors.map(({ inspector }) => inspector);
  const learning = all.filter((each) => each.train !== undefined);
  const trainingRows =
    request.training === null
      ? null
      : await pass(request, request.training, (row) => {
          for (const each of learning) each.train?.(row);
        });
  const rows = await pass(request, request.dataset, (row) => {
    for (const each of all) each.inspect(row);
  });
  await secondLook(request, all);
  const drop = new Map<CheckName, ReadonlySet<number>>();
  const findings = inspectors.flatMap(({ name, inspector }) => {
    const inspected = inspector.finish();
    drop.set(name, new Set(inspected.drop));
    return inspected.findings.map((finding) => ({ check: name, ...finding }));
  });
  return { rows, trainingRows, findings, drop };
}

async function secondLook(request: CheckRequest, all: readonly Inspector[]): Promise<void> {
  const again = all.filter((each) => each.wantsSecondLook?.() === true);
  if (again.length === 0) return;
  const { training, dataset } = request;
  if (training !== null) {
    await pass(request, training, (row) => {
      for (const each of again) each.lookAgain?.(row, true);
    });
  }
  await pass(request, dataset, (row) => {
    for (const each of again) each.lookAgain?.(row, false);
  });
}

/** Shows every row of a dataset. @returns their number */
async function pass(
  { roles }: CheckRequest,
  dataset: DatasetSpec,
  visit: (row: ReturnType<typeof checkedRow>) => void,
): Promise<number> {
  let ordinal = 0;
  for await (const row of openDataset(dataset)) visit(checkedRow(row, ordinal++, roles));
  return ordinal;
}
