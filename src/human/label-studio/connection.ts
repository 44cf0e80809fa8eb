import { createRedactor } from "../../backend/http/redaction.ts";
import { openTransport, type Transport, type TransportOptions } from "../../backend/http/transport.ts";
import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonValue } from "../../core/json.ts";

/** What the server says to one request. */
export type Said =
  | { readonly kind: "answer"; readonly json: JsonValue }
  /** It failed at its own end or said nothing: what was asked may have been done all the same. */
  | { readonly kind: "unsure"; readonly message: string };

/** An open Label Studio. */
export interface LabelStudio extends AsyncDisposable {
  /** Without a path's end slash. */
  readonly address: string;
  /**
   * Asks once: a GET without a body, otherwise a POST of JSON.
   * @throws EvalhError E_BACKEND where the server refuses
   */
  ask(path: string, body?: JsonValue): Promise<Said>;
}

const TIMEOUT = 120_000;
const MOST_SHOWN = 300;

/**
 * Connects with a key: an access token of old, or a personal access token, which is first changed into a short-lived one.
 * @throws EvalhError E_BACKEND if it is not Label Studio or the key is not taken
 */
export async function openLabelStudio(url: string, key: string, signal: AbortSignal): Promise<LabelStudio> {
  const isPersonal = key.split(".").length === 3;
  const authorization = isPersonal ? `Bearer ${await accessToken(url, key, signal)}` : `Token ${key}`;
  const transport = await openTransport(options(url, { authorization }));
  const redact = createRedactor([key, authorization]);
  try {
    const studio = connection(transport, { signal, redact });
    const who = await studio.ask("/api/current-user/whoami");
    if (who.kind !== "answer" || !isJsonObject(who.json) || who.json["email"] === undefined) {
      throw new EvalhError("E_BACKEND", `${transport.address} does not answer as Label Studio does`, {
        hint: "give the address that the browser shows, without a path",
      });
    }
    return studio;
  } catch (error) {
    await transport[Symbol.asyncDispose]();
    throw error;
  }
}

function options(baseUrl: string, headers: Readonly<Record<string, string>>): TransportOptions {
  return {
    baseUrl,
    headers,
    secret: () => undefined,
    secretHeader: "authorization",
    timeout: TIMEOUT,
    headersTimeout: TIMEOUT,
    idleTimeout: TIMEOUT,
    connectTimeout: 10_000,
    allowMetadataAddress: false,
    adaptUpTo: null,
  };
}

async function accessToken(url: string, refresh: string, signal: AbortSignal): Promise<string> {
  await using transport = await openTransport(options(url, {}));
  const studio = connection(transport, { signal, redact: createRedactor([refresh]) });
  const said = await studio.ask("/api/token/refresh/", { refresh });
  const access = said.kind === "answer" && isJsonObject(said.json) ? said.json["access"] : undefined;
  if (typeof access === "string") return access;
  throw new EvalhError("E_BACKEND", `${studio.address} gave no access token`, { hint: KEY_HINT });
}

const KEY_HINT = "make a token under Account & Settings in Label Studio and put it into LABEL_STUDIO_API_KEY";

interface Around {
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
}

function connection(transport: Transport, { signal, redact }: Around): LabelStudio {
  return {
    address: transport.address,
    async ask(path, body) {
      const request = body === undefined ? { path, timeout: TIMEOUT } : { path, body, timeout: TIMEOUT };
      const found = await transport.look(request, signal);
      if (found.kind === "none") {
        const message = `${transport.address}: ${redact(found.message)}`;
        if (!found.isUnreachable) return { kind: "unsure", message };
        throw new EvalhError("E_BACKEND", message, { hint: "is Label Studio running there?" });
      }
      const { status } = found.answer;
      if (status >= 500) return { kind: "unsure", message: `${transport.address} answered with status ${status}` };
      if (status < 400) return { kind: "answer", json: (found.json ?? null) as JsonValue };
      const why = redact(reasonIn(found.json)).slice(0, MOST_SHOWN);
      const message = `${transport.address}${path} was refused with status ${status}${why}`;
      throw new EvalhError("E_BACKEND", message, status === 401 || status === 403 ? { hint: KEY_HINT } : {});
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function reasonIn(json: unknown): string {
  if (!isJsonObject(json)) return "";
  const { detail, validation_errors: mistakes } = json;
  const parts = [detail, mistakes].filter((part) => part != null && part !== "");
  return parts.length === 0
    ? ""
    : `: ${parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ")}`;
}
