import { datasetRevision } from "../dataset/revision.ts";
import type { Suite } from "../suite/suite.ts";
import { datasetOf } from "./dataset-of.ts";
import type { UnitInfo } from "./store/records.ts";

/**
 * Units with the revision of what they were read from: the pinned one, or the one that was found.
 * @throws EvalhError E_DATASET if a dataset is not at the revision that the suite pins
 */
export async function withRevisions(suite: Suite, units: readonly UnitInfo[]): Promise<UnitInfo[]> {
  const revised: UnitInfo[] = [];
  for (const unit of units) {
    const task = suite.tasks.find(({ name }) => name === (unit.perturbation?.of ?? unit.task));
    if (task === undefined) revised.push(unit);
    else {
      const { revision, ...dataset } = datasetOf(task, unit.split);
      // What is pinned is the test data; other splits lie elsewhere.
      const spec = unit.split === "test" && revision !== undefined ? { ...dataset, revision } : dataset;
      revised.push({ ...unit, dataset: await datasetRevision(spec) });
    }
  }
  return revised;
}

/**
 * Checks the revisions that a suite pins, without reading datasets that it does not pin.
 * @throws EvalhError E_DATASET
 */
export async function checkRevisions(suite: Suite): Promise<void> {
  for (const { dataset } of suite.tasks) if (dataset.revision !== undefined) await datasetRevision(dataset);
}
