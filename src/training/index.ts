export { digestFiles } from "./checkpoint/digest.ts";
export { discoverCheckpoints, type DiscoveredCheckpoint } from "./checkpoint/discover.ts";
export { stepInName } from "./checkpoint/step-in-name.ts";
export { followTrainingLog } from "./follow.ts";
export { readTrainingLog } from "./read-log.ts";
