import { EvalhError, messageOf, type Place } from "../core/errors.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";
import {
  parseProgram,
  Scope,
  type TemplateNode,
  type TemplateProgram,
  type TemplateScope,
  type TemplateValue,
} from "./template/jinja.ts";
import { MissingName, StrictInterpreter, writtenForm } from "./template/strict-interpreter.ts";
import { templateNames } from "./template/names.ts";

/** A template compiled once for many rows. */
export interface CompiledTemplate {
  /**
   * The text for one row.
   * @throws EvalhError E_PROMPT naming the template's place, the row and the column that is missing
   */
  render(columns: JsonObject, row?: RowLabel): string;
  /** The texts for one row: the items of a list, where the template is a single expression that has a list as value. */
  renderList(columns: JsonObject, row?: RowLabel): string[];
  /** Names that may come from the row. */
  readonly names: ReadonlySet<string>;
  /** Names without which no row can be rendered. */
  readonly required: ReadonlySet<string>;
}

/** What an error says of the row. */
interface RowLabel {
  readonly id: string;
  readonly place: Place;
}

/** Longest list that `range` makes: a template must not exhaust memory. */
const LONGEST_RANGE = 100_000;

/**
 * Compiles a Jinja template with Jinja's own defaults: white space stays as it is, undefined names are errors.
 * @throws EvalhError E_PROMPT at `place` if it is not valid
 */
export function compilePrompt(template: string, place: Place): CompiledTemplate {
  const program = parseTemplate(template, place);
  const { free, required } = templateNames(program);
  const globals = createGlobals();
  const interpreter = new StrictInterpreter(program, globals);
  const expression = onlyExpression(program);

  const scopeOf = (columns: JsonObject): TemplateScope => {
    const scope = new Scope(globals);
    for (const name of free) {
      if (!Object.hasOwn(columns, name)) continue;
      scope.variables.delete(name);
      scope.set(name, columns[name]);
    }
    return scope;
  };
  const interpret = (node: TemplateNode, columns: JsonObject, row: RowLabel | undefined): TemplateValue => {
    try {
      return interpreter.evaluate(node, scopeOf(columns));
    } catch (error) {
      throw renderError(error, { columns, place, row });
    }
  };

  const parts = simpleParts(program);
  const render = (columns: JsonObject, row?: RowLabel): string => {
    const quick = parts === null ? null : joinParts(parts, columns);
    return quick ?? String(interpret(program, columns, row));
  };
  const renderList = (columns: JsonObject, row?: RowLabel): string[] => {
    const quick = parts === null ? null : joinParts(parts, columns);
    if (quick !== null) return [quick];
    if (expression === null) return [render(columns, row)];
    const value = interpret(expression, columns, row);
    if (value.type !== "ArrayValue" || !Array.isArray(value.value)) return [render(columns, row)];
    return (value.value as readonly TemplateValue[]).map((item) => {
      if (item.type === "NullValue") throw renderError(new Error("the list holds null"), { columns, place, row });
      return writtenForm(item);
    });
  };
  return { render, renderList, names: free, required };
}

function parseTemplate(template: string, place: Place): TemplateProgram {
  try {
    // The lexer drops one final line break, as Jinja does by default; in a prompt it is meant.
    return parseProgram(template.endsWith("\n") ? `${template}\n` : template);
  } catch (error) {
    const reason = messageOf(error).replace(/^Parser Error: /, "");
    throw new EvalhError(
      "E_PROMPT",
      `not a valid Jinja template: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
      {
        place,
      },
    );
  }
}

function createGlobals(): TemplateScope {
  const globals = new Scope();
  for (const [name, value] of Object.entries({ true: true, True: true, false: false, False: false }))
    globals.set(name, value);
  globals.set("none", null);
  globals.set("None", null);
  globals.set("range", (start: number, stop?: number, step = 1) => {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    const length = Math.max(0, Math.ceil((to - from) / step));
    if (!(length <= LONGEST_RANGE)) throw new Error(`range() of more than ${LONGEST_RANGE} numbers`);
    return Array.from({ length }, (_, index) => from + index * step);
  });
  return globals;
}

/** The single expression that a template consists of, or null. */
function onlyExpression({ body }: TemplateProgram): TemplateNode | null {
  const [only] = body;
  const isExpression =
    only !== undefined && !["StringLiteral", "If", "For", "Set", "Macro", "Comment"].includes(only.type);
  return body.length === 1 && isExpression ? only : null;
}

type Part = { readonly text: string } | { readonly name: string };

/** The parts of a template that has only text and names, which needs no interpreter; null for any other. */
function simpleParts({ body }: TemplateProgram): readonly Part[] | null {
  const parts: Part[] = [];
  for (const node of body) {
    const value: unknown = "value" in node ? node.value : undefined;
    if (typeof value !== "string") return null;
    if (node.type === "StringLiteral") parts.push({ text: value });
    else if (node.type === "Identifier") parts.push({ name: value });
    else return null;
  }
  return parts;
}

/** The text of simple parts; null if a value needs the interpreter's way of writing or of complaining. */
function joinParts(parts: readonly Part[], columns: JsonObject): string | null {
  let text = "";
  for (const part of parts) {
    if ("text" in part) {
      text += part.text;
      continue;
    }
    const value: JsonValue | undefined = Object.hasOwn(columns, part.name) ? columns[part.name] : undefined;
    if (typeof value === "string") text += value;
    else if (typeof value === "number") text += String(value);
    else return null;
  }
  return text;
}

function renderError(
  error: unknown,
  { columns, place, row }: { readonly columns: JsonObject; readonly place: Place; readonly row: RowLabel | undefined },
): EvalhError {
  const where =
    row === undefined ? "" : ` (row ${JSON.stringify(row.id)}, ${[row.place.file, row.place.line].join(":")})`;
  if (!(error instanceof MissingName)) {
    return new EvalhError("E_PROMPT", `the template cannot be rendered: ${messageOf(error)}${where}`, { place });
  }
  const what = error.reason === "null" ? "is null" : "is missing";
  const hint =
    error.reason === "null"
      ? `leave such rows out with \`where\`, or write {{ ${error.path} or "" }}`
      : (didYouMean(error.path, Object.keys(columns)) ?? `the columns are ${Object.keys(columns).join(", ")}`);
  return new EvalhError("E_PROMPT", `the column "${error.path}" ${what}${where}`, { place, hint });
}
