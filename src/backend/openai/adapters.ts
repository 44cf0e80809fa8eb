import { EvalhError } from "../../core/errors.ts";
import { explanation } from "../http/failure.ts";
import type { Transport } from "../http/transport.ts";
import { serverName, type Recognised } from "./recognise.ts";

/** Milliseconds: an adapter is read from disk. */
const TIMEOUT = 120_000;

interface Adapter {
  readonly name: string;
  /** Folder as the server sees it. */
  readonly path: string;
}

/**
 * Has the server load a LoRA adapter under a name. One that is loaded already is left as it is, and stays.
 *
 * @returns what unloads it again
 * @throws EvalhError E_BACKEND if the server cannot or will not
 */
export async function loadAdapter(
  transport: Transport,
  { name, path, server }: Adapter & { readonly server: Recognised },
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const stays = (): Promise<void> => Promise.resolve();
  if (server.models.some(({ id }) => id === name)) return stays;
  const calls = server.profile?.adapters;
  if (calls === undefined) {
    const who = serverName(server) ?? "this server";
    throw new EvalhError("E_BACKEND", `${transport.address}: ${who} loads no LoRA adapters while it runs`, {
      hint: "vLLM and SGLang do; for others, load the adapters at the start and name them with model_name.",
    });
  }
  const body = { lora_name: name, lora_path: path };
  const found = await transport.look({ path: calls.load, isFromRoot: true, body, timeout: TIMEOUT }, signal);
  if (found.kind === "none") {
    throw new EvalhError("E_BACKEND", `${transport.address}: loading ${name} failed: ${found.message}`);
  }
  const { status } = found.answer;
  const words = transport.redact(explanation(found.answer.body));
  if (status === 400 && /already been loaded|already loaded/i.test(words)) return stays;
  if (status < 200 || status >= 300) {
    throw new EvalhError("E_BACKEND", `the server does not load the adapter ${path}: HTTP ${status}: ${words}`, {
      hint: status === 404 || status === 405 ? calls.needs : "the path is one on the server's machine",
    });
  }
  return async () => {
    const unload = { path: calls.unload, isFromRoot: true, body: { lora_name: name } };
    // A server that is gone has unloaded it, too.
    await transport.look(unload, new AbortController().signal).catch(() => undefined);
  };
}
