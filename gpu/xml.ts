/** An element of an XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, trimmed. */
  readonly text: string;
}

const MAX_DEPTH = 64;
// A node with sixteen busy GPUs prints some 300 KB.
const MAX_LENGTH = 16 * 1024 * 1024;

const NAME = String.raw`[A-Za-z_][\w.:-]*`;
// One alternative matches at any place, each in linear time.
const TOKEN = new RegExp(
  [
    String.raw`<\?[^]*?\?>`,
    String.raw`<!--[^]*?-->`,
    String.raw`<!DOCTYPE[^>[]*>`,
    String.raw`<!\[CDATA\[([^]*?)\]\]>`,
    String.raw`</(${NAME})\s*>`,
    String.raw`<(${NAME})((?:\s+${NAME}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>`,
    String.raw`([^<]+)`,
  ].join("|"),
  "y",
);
const ATTRIBUTE = new RegExp(String.raw`(${NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')`, "g");

/**
 * Parses the XML that programs print: elements, attributes, text, the five predefined and numeric references. Of a
 * document type only the name is allowed, so that there are no entities to expand.
 * @throws SyntaxError with the position of what is wrong
 */
export function parseXml(xml: string): XmlElement {
  if (xml.length > MAX_LENGTH) throw new SyntaxError(`the document is longer than ${MAX_LENGTH} characters`);
  const top: Draft = { name: "", attributes: new Map(), children: [], text: "" };
  const open: Draft[] = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < xml.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(xml);
    if (match === null) throw new SyntaxError(`the document is not XML at ${positionOf(xml, at)}`);
    take(match, open, () => positionOf(xml, at));
  }
  if (open.length > 1) throw new SyntaxError(`<${open.at(-1)?.name}> is not closed: the document is cut off`);
  const root = top.children[0];
  if (root === undefined || top.children.length > 1 || top.text.trim() !== "") {
    throw new SyntaxError("the document must have exactly one outermost element");
  }
  return root;
}

interface Draft {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

function take(match: RegExpExecArray, open: Draft[], position: () => string): void {
  const [, data, closing, opening, attributes, empty, text] = match;
  const inner = open.at(-1) as Draft;
  if (text !== undefined) inner.text += unescape(text);
  else if (data !== undefined) inner.text += data;
  else if (closing !== undefined) {
    if (inner.name !== closing) throw new SyntaxError(`</${closing}> closes <${inner.name}> at ${position()}`);
    open.pop();
    (open.at(-1) as Draft).children.push({ ...inner, text: inner.text.trim() });
  } else if (opening !== undefined) {
    const element: Draft = { name: opening, attributes: attributesOf(attributes ?? ""), children: [], text: "" };
    if (empty === "/") inner.children.push(element);
    else if (open.push(element) > MAX_DEPTH) throw new SyntaxError(`elements are nested too deeply at ${position()}`);
  }
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name, double, single]) => [name as string, unescape(double ?? single ?? "")]),
  );
}

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** What is no reference stays as it is: process names are printed without escaping. */
function unescape(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return REFERENCES.get(name) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function positionOf(xml: string, at: number): string {
  const before = xml.slice(0, at);
  return `line ${before.split("\n").length}, column ${at - before.lastIndexOf("\n")}`;
}
