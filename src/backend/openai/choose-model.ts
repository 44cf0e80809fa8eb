import { EvalhError } from "../../core/errors.ts";
import { didYouMean } from "../../core/near-name.ts";
import type { ListedModel, Recognised } from "./recognise.ts";

const SHOWN = 8;

function listed(models: readonly ListedModel[]): string {
  const names = models.slice(0, SHOWN).map(({ id }) => id);
  return `${names.join(", ")}${models.length > SHOWN ? `, … (${models.length} in all)` : ""}`;
}

/**
 * The name to ask a server for: the wanted one, or that of the only model it serves, LoRA adapters aside. Undefined
 * where it lists none, which leaves the choice to the server.
 *
 * @throws EvalhError E_BACKEND if there are several, or if a server that is strict about names has no such model
 */
export function chooseModel(
  wanted: string | undefined,
  { models, profile }: Pick<Recognised, "models" | "profile">,
  address: string,
): string | undefined {
  const strict = profile?.checksModelName === true;
  if (wanted !== undefined) {
    // Ollama's "llama3" is "llama3:latest".
    const isThere = models.some(({ id }) => id === wanted || id === `${wanted}:latest`);
    if (!strict || models.length === 0 || isThere) return wanted;
    const names = models.map(({ id }) => id);
    throw new EvalhError("E_BACKEND", `${address} serves no model "${wanted}"`, {
      hint: didYouMean(wanted, names) ?? `it serves ${listed(models)}`,
    });
  }
  const own = models.filter(({ parent }) => parent === null);
  const [only, second] = own;
  if (second !== undefined) {
    throw new EvalhError("E_BACKEND", `${address} serves several models: which one?`, {
      hint: `name it with model_name in the suite or --model: ${listed(own)}`,
    });
  }
  return only?.id;
}
