import { afterAll, describe, expect, it, vi } from "vitest";
import { startScripted } from "../../fixtures/servers/scripted.ts";
import { ask, open, refusal } from "./transport-kit.ts";

/** Addresses that the name resolves to, one connection after the other. */
const addresses = ["127.0.0.1", "169.254.169.254"];
const asked: string[] = [];

vi.mock("node:dns", async (original) => ({
  ...(await original<typeof import("node:dns")>()),
  lookup(hostname: string, options: { all?: boolean }, callback: (...given: unknown[]) => void) {
    const address = addresses[asked.push(hostname) - 1] ?? "127.0.0.1";
    if (options.all === true) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  },
}));

describe("a name that is re-pointed", () => {
  const servers: AsyncDisposable[] = [];
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });

  it("checklist item 41: to a metadata address is refused at the next connection, and not asked again", async () => {
    const server = await startScripted(() => ({
      do: "answer",
      json: { word: "fine" },
      headers: { connection: "close" },
    }));
    servers.push(server);
    const transport = await open(`http://rebound.example:${new URL(server.origin).port}`);
    expect(await ask(transport)).toMatchObject({ value: "fine" });
    const error = await refusal(ask(transport));
    expect(error.message).toContain("rebound.example resolves to the metadata address 169.254.169.254");
    expect(error.hint).toContain("allow_metadata_address");
    expect(asked).toEqual(["rebound.example", "rebound.example"]);
    expect(server.received).toHaveLength(1);
  });
});
