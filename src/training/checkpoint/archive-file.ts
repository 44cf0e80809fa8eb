import { hdf5Problem } from "./hdf5-end.ts";
import type { CheckpointFormat } from "./checkpoint-format.ts";
import { stepInName } from "./step-in-name.ts";
import { zipProblem } from "./zip-end.ts";

/** A .ckpt file of Lightning: a zip archive around a pickle, which is never opened. */
export const lightning: CheckpointFormat = {
  recognises: ({ kind, name }) => kind === "file" && name.endsWith(".ckpt"),
  inspect: async ({ path, name }) => {
    const { epoch } = stepInName(name);
    const found = { format: "lightning", weights: [path], problem: await zipProblem(path, name) };
    // Lightning counts epochs from 0: "epoch=11" has done twelve.
    return epoch === null ? found : { ...found, epoch: epoch + 1 };
  },
};

/** A .keras archive, or weights in HDF5. */
export const keras: CheckpointFormat = {
  recognises: ({ kind, name }) => kind === "file" && /\.(?:keras|h5|hdf5)$/.test(name),
  inspect: async ({ path, name }) => {
    const archive = name.endsWith(".keras");
    const problem = archive ? await zipProblem(path, name) : await hdf5Problem(path, name);
    return { format: archive ? "keras" : "keras-hdf5", weights: [path], problem };
  },
};
