export { digestFiles } from "./checkpoint/digest.ts";
export { discoverCheckpoints, type DiscoveredCheckpoint } from "./checkpoint/discover.ts";
export { followTrainingLog, type FollowOptions } from "./follow.ts";
export { readTrainingLog } from "./read-log.ts";
export { readers, type LogFormat } from "./readers.ts";
