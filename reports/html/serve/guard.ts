import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** What a request asks for below the secret part of its address. */
export type Admission = { readonly path: readonly string[] } | { readonly refusal: Refusal };

/**
 * Lets in who knows the token and comes from the page itself or from outside any page. A page elsewhere must not: it
 * could have its own name lead here (DNS rebinding), or send a form.
 */
export function admit(
  request: IncomingMessage,
  { port, token }: { readonly port: number; readonly token: string },
): Admission {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = "", origin } = request.headers;
  if (!own.includes(host)) return refuse(403, "this server answers to its own name only");
  if (origin !== undefined && !own.some((name) => origin === `http://${name}`))
    return refuse(403, "pages elsewhere get nothing");
  const isForeign =
    request.headers["sec-fetch-site"] === "cross-site" || request.headers["sec-fetch-site"] === "same-site";
  if (isForeign && request.headers["sec-fetch-mode"] !== "navigate") return refuse(403, "pages elsewhere get nothing");
  const [, given = "", ...path] = (request.url ?? "").replace(/[?#].*$/u, "").split("/");
  if (!isEqual(given, token)) return refuse(404, "there is nothing here: open the address that evalh view printed");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "there is nothing to change here");
  return { path };
}

function refuse(status: number, text: string): Admission {
  return { refusal: { status, text } };
}

/** In a time that does not tell how much of it is right. */
function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
