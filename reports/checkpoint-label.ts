import type { Checkpoint } from "../src/core/checkpoint.ts";
import { escapeText } from "./escape-text.ts";

/** Names checkpoints for people: without the model's name where all are of one model. Safe to print. */
export function checkpointLabels(checkpoints: readonly Checkpoint[]): (id: string) => string {
  const models = new Set(checkpoints.map(({ model }) => model));
  const labels = new Map(
    checkpoints.map(({ id, model }) => {
      const isPlain = models.size === 1 && id.startsWith(`${model}/`) && id.length > model.length + 1;
      return [id, escapeText(isPlain ? id.slice(model.length + 1) : id)];
    }),
  );
  return (id) => labels.get(id) ?? escapeText(id);
}
