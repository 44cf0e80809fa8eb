import { join } from "node:path";

import type { CheckpointFormat } from "./checkpoint-format.ts";

const SHARD = /^(?:[^/]+\/)?__\d+_\d+\.distcp$/;

/** torch.distributed.checkpoint, as FSDP writes it. Its ".metadata" is renamed into place last (torch 2.15). */
export const torchDcp: CheckpointFormat = {
  recognises: ({ files }) => files.some((file) => SHARD.test(file)),
  inspect: ({ path, files }) => {
    const hasMetadata = files.some((file) => /(?:^|\/)\.metadata$/.test(file));
    return Promise.resolve({
      format: "torch-dcp",
      weights: files.filter((file) => SHARD.test(file)).map((file) => join(path, file)),
      problem: hasMetadata ? null : ".metadata is not written yet",
    });
  },
};
