import * as library from "@huggingface/jinja";

// The library's declarations import each other without file endings, which Node's resolution does not follow: its types
// arrive as `any`. This file says what of it is used, in one place.

/** A node of a parsed template. */
export interface TemplateNode {
  readonly type: string;
}

/** A parsed template. */
export interface TemplateProgram extends TemplateNode {
  readonly body: readonly TemplateNode[];
}

/** A value while a template is rendered: type is "StringValue", "ArrayValue", "UndefinedValue", … */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

/** Variables, with those of an outer scope behind them. */
export interface TemplateScope {
  readonly variables: Map<string, TemplateValue>;
  /** Declares a variable; a name that is declared in this scope already is an error. */
  set(name: string, value: unknown): TemplateValue;
}

interface TemplateInterpreter {
  evaluate(node: TemplateNode | undefined, scope: TemplateScope): TemplateValue;
}

/** Makes a scope. */
export const Scope = library.Environment as unknown as new (parent?: TemplateScope) => TemplateScope;

/** The library's interpreter, whose `evaluate` handles every node and calls itself for the nodes inside. */
export const Interpreter = library.Interpreter as unknown as new (scope: TemplateScope) => TemplateInterpreter;

/**
 * Parses a template with Jinja's default treatment of white space.
 * @throws Error with the library's message
 */
export function parseProgram(template: string): TemplateProgram {
  return library.parse(library.tokenize(template)) as TemplateProgram;
}

/** True for nodes of a parsed template among the members of others. */
export function isTemplateNode(value: unknown): value is TemplateNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
