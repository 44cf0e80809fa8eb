import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import { catalog as shipped, loadCatalog, type Catalog, type LoadedCatalog } from "./catalog.ts";
import { SuiteInvalid, type Problem } from "./diagnostics.ts";
import { digestOf } from "./digest.ts";
import { checkMeaning } from "./meaning.ts";
import { normalise } from "./normalise.ts";
import { outlineOf, type Outline } from "./outline.ts";
import type { RawSuite } from "./raw-suite.ts";
import { isSound } from "./schema/suite-check.generated.ts";
import { parseSource, type SourceDocument } from "./source-document.ts";
import type { Suite } from "./suite.ts";

/** Larger files are refused before they are read. */
const MAX_BYTES = 5_000_000;

export interface LoadOptions {
  /** Lets paths lead out of the suite's folder. */
  readonly allowOutside?: boolean;
  /** The judges and backends to know; those that ship by default. */
  readonly catalog?: Catalog;
}

/**
 * Reads a suite and checks everything that can be checked without a model: notation, keys, values, templates, metric
 * names, and that its files are there. Nothing in it is executed.
 * @throws SuiteInvalid with every mistake at once
 * @throws EvalhError E_USAGE if the file cannot be read
 */
export async function loadSuite(path: string, options: LoadOptions = {}): Promise<Suite> {
  const file = resolve(path);
  return loadSuiteText(await readSuite(file), file, options);
}

/**
 * The same for a suite's text.
 * @param file absolute path; the suite's paths are relative to its folder
 */
export async function loadSuiteText(text: string, file: string, options: LoadOptions = {}): Promise<Suite> {
  const source = parseSource(text, shownPath(file));
  const raw = await checkSource(source, dirname(file), options);
  return assemble(raw, source, file);
}

async function checkSource(source: SourceDocument, folder: string, options: LoadOptions): Promise<RawSuite> {
  if (source.data === undefined) throw new SuiteInvalid(source.file, source.problems);
  const outline = outlineOf(source.data);
  const catalog = await loadCatalog(options.catalog ?? shipped, wantedBy(outline));
  const inSchema = options.catalog === undefined && isSound(source.data) ? [] : await explain(source, catalog);
  const faulty = [...source.problems, ...inSchema];
  const allowOutside = options.allowOutside ?? false;
  const inMeaning = await checkMeaning({ source, outline, catalog, folder, allowOutside, faulty });
  const problems = [...faulty, ...inMeaning];
  if (problems.length > 0) throw new SuiteInvalid(source.file, problems);
  return source.data as RawSuite;
}

/** What is wrong with a suite, in words: this takes a compiler of schemas, which a sound suite does not wait for. */
async function explain(source: SourceDocument, catalog: LoadedCatalog): Promise<Problem[]> {
  const [{ suiteSchema }, { schemaProblems }] = await Promise.all([
    import("./schema.ts"),
    import("./schema/problems.ts"),
  ]);
  return schemaProblems(source, suiteSchema(catalog));
}

function assemble(raw: RawSuite, source: SourceDocument, file: string): Suite {
  const folder = dirname(file);
  const content = normalise(raw, {
    path: (path) => resolve(folder, path),
    place: (pointer) => {
      const { line, column } = source.at(pointer, { message: "" });
      return { file: source.file, line, column };
    },
  });
  const nowhere = { file: "" };
  const portable = normalise(raw, { path: (path) => path, place: () => nowhere });
  return { ...content, file, folder, digest: digestOf(portable), text: source.text };
}

async function readSuite(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      throw new EvalhError("E_USAGE", `${file} is too large for a suite (${(size / 1e6).toFixed(1)} MB of at most 5)`, {
        hint: "datasets belong into files of their own",
        place: { file },
      });
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof EvalhError) throw error;
    if (error instanceof TypeError) {
      throw new EvalhError("E_USAGE", `${file} is not UTF-8 text`, { place: { file }, hint: "save it as UTF-8" });
    }
    const message = hasErrno(error, "ENOENT") ? `there is no file ${file}` : `cannot read ${file}: ${messageOf(error)}`;
    throw new EvalhError("E_USAGE", message, { place: { file }, cause: error });
  }
}

/** Relative to the working directory where the file lies in it, as compilers write paths. */
function shownPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith("..") || isAbsolute(near) ? file : near;
}

function wantedBy(outline: Outline): Record<keyof Catalog, Set<string>> {
  return {
    perturbations: new Set(outline.tasks.flatMap(({ perturb }) => perturb.map(({ module }) => module))),
    judges: new Set(outline.tasks.flatMap(({ judges }) => judges.map(({ module }) => module))),
    backends: new Set([...outline.models, ...outline.judgeModels].flatMap((model) => model.backends)),
  };
}
