import { Interpreter, isTemplateNode, type TemplateNode, type TemplateScope, type TemplateValue } from "./jinja.ts";
import { leniently } from "./names.ts";

/** A name or member that a row does not have. */
export class MissingName extends Error {
  /** As the template writes it, for example "answers.text". */
  readonly path: string;
  readonly reason: "missing" | "null";

  constructor(path: string, reason: MissingName["reason"]) {
    super(reason === "null" ? `"${path}" is null` : `there is no "${path}"`);
    this.name = "MissingName";
    this.path = path;
    this.reason = reason;
  }
}

/**
 * Jinja that refuses what has no value, as its StrictUndefined does, where the library writes nothing: an undefined
 * name anywhere but in `is defined` and `default`, and null where text is to be written. Booleans are written True and
 * False, as Jinja writes them.
 */
export class StrictInterpreter extends Interpreter {
  readonly #lenient = new WeakSet<TemplateNode>();
  /** Expressions whose value is written. */
  readonly #written = new WeakSet<TemplateNode>();

  constructor(program: TemplateNode, scope: TemplateScope) {
    super(scope);
    this.#mark(program, false);
  }

  override evaluate(statement: TemplateNode | undefined, scope: TemplateScope): TemplateValue {
    const place = statement === undefined ? null : this.#listIndex(statement, scope);
    if (place !== null) return super.evaluate({ type: "IntegerLiteral", value: place } as TemplateNode, scope);
    const value = super.evaluate(statement, scope);
    if (statement === undefined) return value;
    if (value.type === "UndefinedValue" && isReference(statement) && !this.#lenient.has(statement)) {
      throw new MissingName(pathOf(statement), "missing");
    }
    if (!this.#written.has(statement)) return value;
    if (value.type === "NullValue" && isReference(statement)) throw new MissingName(pathOf(statement), "null");
    if (value.type !== "BooleanValue") return value;
    return super.evaluate({ type: "StringLiteral", value: writtenForm(value) } as TemplateNode, scope);
  }

  /** Python's `list.index(item)`, which tasks of lm-evaluation-harness use and the library lacks; null for all else. */
  #listIndex(node: TemplateNode, scope: TemplateScope): number | null {
    if (node.type !== "CallExpression") return null;
    const { callee, args } = node as unknown as { callee: unknown; args: readonly TemplateNode[] };
    if (!isTemplateNode(callee) || callee.type !== "MemberExpression") return null;
    const { object, property } = callee as unknown as { object: TemplateNode; property: unknown };
    if (!isTemplateNode(property) || !("value" in property) || property.value !== "index" || args.length !== 1)
      return null;
    const list = this.evaluate(object, scope);
    if (list.type !== "ArrayValue" || !Array.isArray(list.value)) return null;
    const wanted = this.evaluate(args[0], scope);
    const at = (list.value as readonly TemplateValue[]).findIndex(({ value }) => value === wanted.value);
    if (at < 0) throw new Error(`${JSON.stringify(wanted.value)} is not in the list`);
    return at;
  }

  #mark(node: unknown, isBlock: boolean): void {
    if (Array.isArray(node)) {
      for (const item of node) {
        if (isBlock && isTemplateNode(item)) this.#written.add(item);
        this.#mark(item, false);
      }
      return;
    }
    if (node instanceof Map) for (const item of [...node].flat()) this.#mark(item, false);
    if (!isTemplateNode(node)) return;
    const forgiven = leniently(node);
    if (forgiven !== null) this.#lenient.add(forgiven);
    for (const [member, value] of Object.entries(node)) {
      this.#mark(value, ["body", "alternate", "defaultBlock"].includes(member));
    }
  }
}

/** A value as Jinja writes it. */
export function writtenForm(value: TemplateValue): string {
  if (value.type === "BooleanValue") return value.value === true ? "True" : "False";
  return String(value);
}

function isReference({ type }: TemplateNode): boolean {
  return type === "Identifier" || type === "MemberExpression";
}

/** A reference as the template writes it; computed members as […]. */
function pathOf(node: unknown): string {
  if (!isTemplateNode(node)) return "?";
  if (node.type === "MemberExpression") {
    const { object, property, computed } = node as unknown as { object: unknown; property: unknown; computed: boolean };
    const inner = isTemplateNode(property) && "value" in property ? String(property.value) : "…";
    return computed ? `${pathOf(object)}[${inner}]` : `${pathOf(object)}.${inner}`;
  }
  return "value" in node ? String(node.value) : "…";
}
