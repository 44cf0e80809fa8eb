import { isTemplateNode as isNode, type TemplateNode } from "./jinja.ts";

/** Names in a template. */
export interface TemplateNames {
  /** Names that the template does not set itself; a row's columns go before the globals. */
  readonly free: ReadonlySet<string>;
  /**
   * Free names that every rendering needs and that are no globals: not in a branch, not asked about with `is defined`
   * or `default`.
   */
  readonly required: ReadonlySet<string>;
}

/** What a template knows without a row. */
const globalNames = new Set(["true", "false", "none", "True", "False", "None", "range", "namespace", "loop", "caller"]);

interface Collected {
  readonly used: Set<string>;
  readonly certain: Set<string>;
  readonly bound: Set<string>;
  readonly forgiven: Set<string>;
}

/** Collects the names of a parsed template. A name that the template sets anywhere counts as its own. */
export function templateNames(program: TemplateNode): TemplateNames {
  const names: Collected = { used: new Set(), certain: new Set(), bound: new Set(), forgiven: new Set() };
  walk(program, false, names);
  const free = new Set([...names.used].filter((name) => !names.bound.has(name)));
  const isRequired = (name: string): boolean => free.has(name) && !names.forgiven.has(name) && !globalNames.has(name);
  const required = new Set([...names.certain].filter(isRequired));
  return { free, required };
}

/** Members whose identifiers are no variables: operators, filter and test names, keyword names. */
const labels: Readonly<Record<string, readonly string[]>> = {
  BinaryExpression: ["operator"],
  UnaryExpression: ["operator"],
  TestExpression: ["test"],
  KeywordArgumentExpression: ["key"],
};

/** Members that bind names. */
const binders: Readonly<Record<string, readonly string[]>> = {
  For: ["loopvar"],
  Set: ["assignee"],
  Macro: ["name", "args"],
  CallStatement: ["callerArgs"],
};

/** Members that are evaluated on some renderings only. */
const branches: Readonly<Record<string, readonly string[]>> = {
  If: ["body", "alternate"],
  For: ["body", "defaultBlock"],
  Ternary: ["trueExpr", "falseExpr"],
  SelectExpression: ["lhs"],
  BinaryExpression: ["right"],
  Macro: ["body"],
  CallStatement: ["body"],
};

function walk(node: unknown, isConditional: boolean, names: Collected): void {
  if (Array.isArray(node) || node instanceof Map) {
    for (const item of node instanceof Map ? [...node].flat() : node) walk(item, isConditional, names);
  } else if (isNode(node)) {
    if (node.type === "Identifier") use(nameOf(node), isConditional, names);
    else walkMembers(node, isConditional, names);
  }
}

function use(name: string, isConditional: boolean, { used, certain }: Collected): void {
  used.add(name);
  if (!isConditional) certain.add(name);
}

function walkMembers(node: TemplateNode, isConditional: boolean, names: Collected): void {
  const forgiven = leniently(node);
  if (forgiven?.type === "Identifier") names.forgiven.add(nameOf(forgiven));
  const has = (table: Readonly<Record<string, readonly string[]>>, member: string): boolean =>
    table[node.type]?.includes(member) ?? false;
  for (const [member, value] of Object.entries(node)) {
    if (has(labels, member) || isPropertyName(node, member)) continue;
    if (has(binders, member)) bind(value, names);
    else walk(isFilter(node, member) ? argumentsOf(value) : value, isConditional || has(branches, member), names);
  }
}

/** The operand of `is defined`, `is undefined`, `default(…)` or `d(…)`, which may be undefined. */
export function leniently(node: TemplateNode): TemplateNode | null {
  if (node.type === "TestExpression" && ["defined", "undefined"].includes(nameOf(memberOf(node, "test")))) {
    return memberOf(node, "operand");
  }
  if (node.type !== "FilterExpression") return null;
  const filter = memberOf(node, "filter");
  const name = filter?.type === "CallExpression" ? memberOf(filter, "callee") : filter;
  return ["default", "d"].includes(nameOf(name)) ? memberOf(node, "operand") : null;
}

function isFilter({ type }: TemplateNode, member: string): boolean {
  return member === "filter" && (type === "FilterExpression" || type === "FilterStatement");
}

/** What a filter is called with; its name is no variable. */
function argumentsOf(filter: unknown): unknown {
  return isNode(filter) && "args" in filter ? filter.args : [];
}

function isPropertyName(node: TemplateNode, member: string): boolean {
  if (node.type !== "MemberExpression" || member !== "property") return false;
  return !(node as unknown as { readonly computed: boolean }).computed;
}

/** Names that a loop variable, assignment or parameter list binds; defaults of parameters are evaluated, not bound. */
function bind(target: unknown, names: Collected): void {
  if (Array.isArray(target)) for (const item of target) bind(item, names);
  if (!isNode(target)) return;
  if (target.type === "Identifier") names.bound.add(nameOf(target));
  if (target.type === "TupleLiteral") bind((target as unknown as { readonly value: unknown }).value, names);
  if (target.type === "KeywordArgumentExpression") {
    bind(memberOf(target, "key"), names);
    walk(memberOf(target, "value"), true, names);
  }
}

function memberOf(node: TemplateNode, member: string): TemplateNode | null {
  const value: unknown = (node as unknown as Readonly<Record<string, unknown>>)[member];
  return isNode(value) ? value : null;
}

function nameOf(node: TemplateNode | null): string {
  const value: unknown = node === null ? "" : (node as unknown as { readonly value: unknown }).value;
  return typeof value === "string" ? value : "";
}
