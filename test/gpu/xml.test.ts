import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseXml } from "../../gpu/xml.ts";

describe("parseXml", () => {
  it("reads elements, attributes, text, references, comments and character data", () => {
    const root = parseXml(
      '<?xml version="1.0" ?>\n<!DOCTYPE a SYSTEM "a.dtd">\n<a x="1" y=\'&lt;\'> t &amp; &#65;&#x42; <!-- <no> --><b/><c:d><![CDATA[<&>]]></c:d> u</a>\n',
    );
    expect(root.name).toBe("a");
    expect([...root.attributes]).toEqual([
      ["x", "1"],
      ["y", "<"],
    ]);
    expect(root.text).toMatch(/^t & AB\s+u$/);
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ["b", ""],
      ["c:d", "<&>"],
    ]);
  });

  it("leaves alone what only looks like a reference", () => {
    expect(parseXml("<p>run.sh & wait; a&b; &#9999999; AT&T</p>").text).toBe("run.sh & wait; a&b; &#9999999; AT&T");
  });

  it.each([
    ["<a><b></a>", /<\/a> closes <b> at line 1, column 7/],
    ["<a>\n <b", /not XML at line 2, column 2/],
    ["<a><b></b>", /<a> is not closed/],
    ["<a/><b/>", /exactly one outermost element/],
    ["", /exactly one outermost element/],
    ["<a/>x", /exactly one outermost element/],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /not XML at line 1, column 1/],
    ["</a>", /<\/a> closes <>/],
    ["<a>".repeat(100), /nested too deeply/],
  ])("refuses %j", (xml, message) => {
    expect(() => parseXml(xml)).toThrow(SyntaxError);
    expect(() => parseXml(xml)).toThrow(message);
  });

  it("gives back every text that was escaped, and never anything but a tree or a syntax error", () => {
    const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseXml(`<a>${escape(text)}</a>`).text).toBe(text.trim());
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<a>", "</a>", "<", ">", "<!--", "-->", "<![CDATA[", "]]>", "&", '"', "<b x='", "x")),
        (pieces) => {
          try {
            expect(parseXml(pieces.join("")).name).toBe("a");
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
          }
        },
      ),
    );
  });

  it("takes linear time for input that is open everywhere", () => {
    for (const piece of ["<!--", "<a ", "<?", "<![CDATA[", '<a x="', "&#"]) {
      const [short = 0, long = 0] = [20_000, 160_000].map((length) => {
        const started = performance.now();
        expect(() => parseXml(`<a>${piece.repeat(length)}`)).toThrow(SyntaxError);
        return performance.now() - started;
      });
      expect(long).toBeLessThan(40 * Math.max(20, short));
    }
  });
});
