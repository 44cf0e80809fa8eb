import { execFileSync } from "node:child_process";

/** An element as a strict parser sees it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

/** True where a Python is at hand, whose expat is what most readers of JUnit files stand on. */
export const hasPython = ((): boolean => {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const PROGRAM = `
import json, sys, xml.etree.ElementTree as tree
def plain(e):
    return {"name": e.tag, "attributes": dict(e.attrib), "text": e.text or "", "children": [plain(c) for c in e]}
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`;

/** Parses with Python's expat; throws where that refuses. */
export function parseWithPython(text: string): Element {
  return JSON.parse(execFileSync("python3", ["-c", PROGRAM], { input: text, encoding: "utf8" })) as Element;
}
