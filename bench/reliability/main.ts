/**
 * The full numbers behind "nothing is lost": kills, damage to the store, a failing file system, faulty responses.
 *
 *   npm run test:reliability [-- --kills 200 --seed 1 --record bench/results/reliability.json]
 *
 * Exits with 1 where anything was lost, counted twice or altered.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { damageCampaign } from "../../test/reliability/campaign/damage.ts";
import { fileFaultCampaign } from "../../test/reliability/campaign/file-faults.ts";
import { killCampaign } from "../../test/reliability/campaign/kills.ts";
import { responseCampaign } from "../../test/reliability/campaign/responses.ts";
import { machine } from "../measure.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    cuts: { type: "string", default: "2000" },
    flips: { type: "string", default: "2000" },
    "file-fault-runs": { type: "string", default: "1000" },
    responses: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    record: { type: "string" },
  },
});
const seed = Number(values.seed);

const campaigns = {
  kills: () => killCampaign({ kills: Number(values.kills), rows: 400, seed }),
  damage: () => damageCampaign({ cuts: Number(values.cuts), flips: Number(values.flips), samples: 100, seed }),
  file_faults: () => fileFaultCampaign({ runs: Number(values["file-fault-runs"]), samples: 200, seed }),
  responses: () => responseCampaign({ samples: Number(values.responses), seed }),
};

const results: Record<string, object> = {};
let losses = 0;
for (const [name, campaign] of Object.entries(campaigns)) {
  const result = await campaign();
  results[name] = result;
  console.log(name, result);
  losses += result.lost + result.twice + result.altered;
  if ("acknowledgedLost" in result) losses += result.acknowledgedLost;
  if ("unclear" in result) losses += result.unclear.length;
  if ("unaccounted" in result) losses += result.unaccounted;
}
if (values.record !== undefined) {
  writeFileSync(values.record, `${JSON.stringify({ machine: machine(), seed, ...results }, null, 2)}\n`);
}
if (losses > 0) process.exitCode = 1;
