import type { CheckContext } from "./check/context.ts";
import { checkColumns } from "./check/columns.ts";
import { checkGates } from "./check/gates.ts";
import { checkJudges } from "./check/judges.ts";
import { checkNames } from "./check/names.ts";
import { checkPaths } from "./check/paths.ts";
import { checkPerturb } from "./check/perturb.ts";
import { checkTemplates } from "./check/templates.ts";
import type { Problem } from "./diagnostics.ts";

/**
 * Everything a schema cannot say: names that must exist or be unique, files that must be there, templates, metrics.
 * It runs on whatever can be made out, so that these mistakes come together with the schema's.
 */
export async function checkMeaning(
  context: Omit<CheckContext, "isSound"> & { readonly faulty: readonly Problem[] },
): Promise<Problem[]> {
  const found: Problem[] = [];
  const isSound = (pointer: string): boolean =>
    ![...context.faulty, ...found].some((problem) => `${problem.pointer}/`.startsWith(`${pointer}/`));
  const checks = { ...context, isSound };
  found.push(...checkNames(checks));
  found.push(...(await checkPaths(checks)));
  found.push(...checkTemplates(checks));
  found.push(...(await checkColumns(checks)));
  found.push(...checkPerturb(checks));
  const { problems, metrics } = checkJudges(checks);
  found.push(...problems);
  found.push(...checkGates(checks, metrics));
  return found;
}
