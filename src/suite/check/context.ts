import type { LoadedCatalog } from "../catalog.ts";
import type { Outline } from "../outline.ts";
import type { SourceDocument } from "../source-document.ts";

/** What the checks of meaning look at. */
export interface CheckContext {
  readonly source: SourceDocument;
  readonly outline: Outline;
  readonly catalog: LoadedCatalog;
  /** Absolute path of the suite's folder. */
  readonly folder: string;
  readonly allowOutside: boolean;
  /** True if nothing at or below the pointer has been found wrong so far. */
  readonly isSound: (pointer: string) => boolean;
}
