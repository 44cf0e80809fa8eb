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
    return;
  }
  if (!isNode(node)) return;
  if (node.type === "Identifier") {
    names.used.add(nameOf(node));
    if (!isConditional) names.certain.add(nameOf(node));
    return;
  }
  const forgiven = leniently(node);
  if (forgiven?.type === "Identifier") names.forgiven.add(nameOf(forgiven));
  for (const [member, value] of Object.entries(node)) {
    if (labels[node.type]?.includes(member) === true) continue;
    if (isFilterName(node, member, value) || isPropertyName(node, member)) continue;
    if (binders[node.type]?.includes(member) === true) bind(value, names);
    else
      walk(
        filterArguments(node, member, value),
        isConditional || branches[node.type]?.includes(member) === true,
        names,
      );
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

function isFilterName(node: TemplateNode, member: string, value: unknown): boolean {
  return member === "filter" && isFilter(node) && isNode(value) && value.type === "Identifier";
}

function filterArguments(node: TemplateNode, member: string, value: unknown): unknown {
  const isCall = member === "filter" && isFilter(node) && isNode(value) && value.type === "CallExpression";
  return isCall ? (value as unknown as { readonly args: unknown }).args : value;
}

function isFilter({ type }: TemplateNode): boolean {
  return type === "FilterExpression" || type === "FilterStatement";
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
