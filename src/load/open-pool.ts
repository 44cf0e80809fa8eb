import type { Pool } from "undici";

import { guardedLookup } from "../backend/http/address-guard.ts";
import { createRedactor, isSecretHeader } from "../backend/http/redaction.ts";
import { checkUrl } from "../backend/http/transport.ts";

export interface LoadEndpoint extends AsyncDisposable {
  readonly url: URL;
  readonly pool: Pool;
  readonly headers: Readonly<Record<string, string>>;
  /** Blots keys out of text that is to be shown or stored. */
  readonly redact: (text: string) => string;
}

export interface EndpointOptions {
  readonly url: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string | undefined;
  readonly allowMetadataAddress: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connections to one endpoint, as many as requests are under way; nothing is sent twice, nothing is followed.
 * @throws EvalhError E_BACKEND for a URL that cannot be used
 */
export async function openEndpoint(options: EndpointOptions): Promise<LoadEndpoint> {
  const { allowMetadataAddress, headers } = options;
  const url = checkUrl({ baseUrl: options.url, allowMetadataAddress });
  const { Pool } = await import("../backend/http/pool.ts");
  const lookup = allowMetadataAddress ? {} : { lookup: guardedLookup };
  const pool = new Pool(url.origin, {
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...lookup } as object,
    // The client keeps the time of whole answers itself.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 60_000,
  });
  const key = options.key?.trim();
  const hidden = Object.entries(headers).filter(([name]) => isSecretHeader(name));
  return {
    url,
    pool,
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream, application/json",
      ...headers,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    redact: createRedactor([...(key === undefined ? [] : [key]), ...hidden.map(([, value]) => value)]),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
