import sendRequest from "undici/lib/api/api-request.js";
import UndiciPool from "undici/lib/dispatcher/pool.js";
import type { Dispatcher } from "undici";

/**
 * Undici's connection pool alone. The package's entry loads its fetch, WebSocket, cache and mocks as well, which takes
 * longer than everything else that a command needs, and only there gets a pool its method `request`: hence the function.
 */
export const Pool = UndiciPool;

/** One request over a pool, with the answer's body to read. */
export async function request(pool: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return await sendRequest.call(pool, options);
}
