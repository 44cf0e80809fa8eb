import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { escapeText } from "../../reports/escape-text.ts";

describe("item 8: escapeText", () => {
  test.each([
    ["a terminal escape", "a\u001b[2Jb", "a␛[2Jb"],
    ["a bell and a backspace", "\u0007\u0008", "␇␈"],
    ["a C1 control sequence introducer", "\u009b31m", "⟨U+009B⟩31m"],
    ["a right-to-left override", "abc\u202edef", "abc⟨U+202E⟩def"],
    ["a line separator", "a\u2028b", "a⟨U+2028⟩b"],
    ["NUL", "a\u0000b", "a␀b"],
    ["a lone surrogate", "a\ud83d b", "a⟨U+D83D⟩ b"],
    ["a zero-width space", "a\u200bb", "a⟨U+200B⟩b"],
    ["a tag character", "a\u{e0041}b", "a⟨U+E0041⟩b"],
    ["a byte-order mark", "\ufeffa", "⟨U+FEFF⟩a"],
  ])("shows %s", (_, text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });

  test("leaves letters, emoji of several code points and joiners alone", () => {
    const text = "Grüße, 世界 👩‍🔬 क्‍ष";
    expect(escapeText(text)).toBe(text);
  });

  test("keeps line feeds and tabs only where several lines are shown", () => {
    expect(escapeText("a\n\tb")).toBe("a␊␉b");
    expect(escapeText("a\n\tb\r", { multiline: true })).toBe("a\n\tb␍");
  });

  test("lets no control character through, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u);
      }),
    );
  });
});
