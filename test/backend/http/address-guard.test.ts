import { describe, expect, it } from "vitest";
import { guardedLookup, isMetadataAddress } from "../../../src/backend/http/address-guard.ts";

describe("metadata addresses", () => {
  it.each([
    "http://169.254.169.254/v1",
    "http://2852039166/v1",
    "http://0xa9.0xfe.0xa9.0xfe/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://100.100.100.200/",
    "http://169.254.170.2/",
    "http://metadata.google.internal/",
    "http://METADATA.google.internal./",
  ])("%s is one", (url) => {
    expect(isMetadataAddress(new URL(url).hostname)).toBe(true);
  });

  it.each([
    "http://127.0.0.1:8000",
    "http://10.0.0.7",
    "http://[::1]:80",
    "https://api.example.org",
    "http://169.253.0.1",
  ])("%s is none", (url) => {
    expect(isMetadataAddress(new URL(url).hostname)).toBe(false);
  });

  it("lets ordinary names resolve", async () => {
    const found = await new Promise((resolve, reject) => {
      guardedLookup("localhost", { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
    });
    expect(found).toContainEqual(expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }));
  });

  it("refuses a name that resolves to one", async () => {
    // getaddrinfo takes an address for a name, as it would a name that was pointed there.
    const refusal = new Promise((resolve) => {
      guardedLookup("169.254.169.254", {}, (error) => resolve(error));
    });
    await expect(refusal).resolves.toMatchObject({ code: "EMETADATA" });
  });
});
