import { shown, textCheck } from "./text-check.ts";

const NAMES =
  "a|abbr|article|b|blockquote|body|br|button|center|code|dd|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|small|span|strong|style|sub|sup|svg|table|tbody|td|th|thead|title|tr|u|ul|video";
/** A tag of HTML: of other words in angle brackets (`<unk>`, `a < b`) nobody can say that they are markup. */
const TAG = new RegExp(`</?(?:${NAMES})(?:\\s[^<>]{0,2000})?/?>|<!--|<!doctype`, "iu");
const TAGS = new RegExp(`</?(?:${NAMES})(?:\\s[^<>]{0,2000})?/?>|<!--.*?-->|<!doctype[^>]{0,200}>`, "gisu");
/** Elements whose content is no text either. */
const HIDDEN = /<(script|style)\b[^>]{0,2000}>.*?<\/\1\s*>/gisu;
const ENTITY = /&(?:amp|lt|gt|quot|apos|nbsp|ndash|mdash|hellip|#\d{1,7}|#x[0-9a-f]{1,6});/iu;
const ENTITIES = new RegExp(ENTITY.source, "giu");

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
  hellip: "…",
};

function decode(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return named[name] ?? entity;
  const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? "" : String.fromCodePoint(code);
}

/** Leftovers of web pages. */
export const html = textCheck({
  summary: "HTML tags and entities",
  level: "problem",
  message: "rows hold HTML",
  find: (text) => {
    if (!text.includes("<") && !text.includes("&")) return null;
    const found = TAG.exec(text) ?? ENTITY.exec(text);
    return found === null ? null : shown(found[0]);
  },
  repair: (text) => {
    const bare = text.replaceAll(HIDDEN, " ").replaceAll(TAGS, " ").replaceAll(ENTITIES, decode);
    return bare === text ? text : bare.replaceAll(/[^\S\n]+/gu, " ").trim();
  },
});
