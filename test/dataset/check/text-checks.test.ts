import { stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";

import { characters } from "../../../src/dataset/check/characters.ts";
import { html } from "../../../src/dataset/check/html.ts";
import { checks, type CheckName } from "../../../src/dataset/check/index.ts";
import { mojibake } from "../../../src/dataset/check/mojibake.ts";
import { personalData } from "../../../src/dataset/check/personal-data.ts";
import { checkRows } from "./dataset.ts";
import { always } from "./properties.ts";

async function found(name: CheckName, texts: readonly string[]): Promise<string[]> {
  const { findings } = await checkRows(
    [name],
    texts.map((text) => ({ text, answer: "fine" })),
  );
  return findings.flatMap(({ evidence }) => evidence.map(({ ordinal }) => texts[ordinal] ?? ""));
}

describe("checks of single texts", () => {
  it("find and take out characters that cannot be seen, but keep joiners, tabs and line ends", async () => {
    const bad = ["zero\u200Bwidth", "bell\u0007", "a\u00A0b", "turn\u202Earound"];
    const good = ["plain\ttext\nhere", "می\u200Cخواهم", "👩\u200D👧", "naïve – “quoted”"];
    expect(await found("characters", [...bad, ...good])).toEqual(bad);
    expect(bad.map((text) => characters.repair?.(text))).toEqual(["zerowidth", "bell", "a b", "turnaround"]);
  });

  it("find a lone surrogate that JSON carries", async () => {
    expect(await found("characters", ["cut \uD83D"])).toHaveLength(1);
  });

  it("find HTML, not comparisons or tokens in angle brackets", async () => {
    const bad = ["<p>Fever</p>", "a<br/>b", "salt &amp; pepper", "<script>alert(1)</script>done"];
    const good = ["a < b and c > d", "<unk> token", "AT&T", "if x<y: z", "<s>"];
    expect(await found("html", [...bad, ...good])).toEqual(bad);
    expect(bad.map((text) => html.repair?.(text))).toEqual(["Fever", "a b", "salt & pepper", "done"]);
  });

  it("find and undo UTF-8 that was read as Windows-1252, not proper accents", async () => {
    const bad = ["cafÃ© au lait", "donâ€™t", "5 â‚¬", "grÃ¼ÃŸe"];
    const good = ["café", "Straße – Öl", "«Ça»", "São Paulo", "Ångström"];
    expect(await found("mojibake", [...bad, ...good])).toEqual(bad);
    expect(bad.map((text) => mojibake.repair?.(text))).toEqual(["café au lait", "don’t", "5 €", "grüße"]);
    expect(await found("mojibake", ["lost \uFFFD letter"])).toHaveLength(1);
  });

  it("undo what an encoder broke, whatever the text", () => {
    const broken = (text: string): string => new TextDecoder("windows-1252").decode(new TextEncoder().encode(text));
    always(stringMatching(/^[a-zäöüéèñçß€’ ]{1,30}$/u), (text) => mojibake.repair?.(broken(text)) === text);
  });

  it("find personal data with their check digits, and mask them", async () => {
    const bad = [
      "write to jane.doe@example.org today",
      "call +49 30 901820 now",
      "card 4111 1111 1111 1111",
      "IBAN DE89 3704 0044 0532 0130 00",
      "from 203.0.113.9",
    ];
    const good = [
      "card 4111 1111 1111 1112",
      "DE89 3704 0044 0532 0130 01",
      "code H68.1 of 2026-04-01",
      "version 1.2.3",
      "12345678901234",
    ];
    expect(await found("personal-data", [...bad, ...good])).toEqual(bad);
    expect(personalData.repair?.(bad.join("; "))).toBe(
      "write to [e-mail] today; call [phone] now; card [card]; IBAN [iban]; from [ip-address]",
    );
  });

  it("never print the personal data they found", async () => {
    const { findings } = await checkRows(["personal-data"], [{ text: "jane.doe@example.org", answer: "x" }]);
    expect(JSON.stringify(findings)).not.toContain("jane");
  });

  it("repair so that they find nothing afterwards", async () => {
    for (const name of ["characters", "html", "mojibake", "personal-data"] as const) {
      const { repair } = await checks[name]();
      const texts = ["<b>x</b> &lt;i&gt;", "a\u200B\u0000b", "Ã©Ã¼", "a@b.example +1 415 555 2671"];
      const mended = texts.map((text) => repair?.(text) ?? "");
      if (name !== "html") expect([name, await found(name, mended)]).toEqual([name, []]);
    }
  });
});
