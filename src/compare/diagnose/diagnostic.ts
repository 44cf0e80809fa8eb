/** Something a practitioner would say on seeing the run: what is wrong, its figures, and what to try. */
export interface Diagnostic {
  /** Which rule found it, for example "rare-slices". */
  readonly kind: string;
  readonly task: string | null;
  readonly checkpoint: string | null;
  readonly text: string;
}

/** Fewer training samples than this are too few to learn a case from; the limit practitioners name. */
export const FEW_TRAINING_SAMPLES = 20;

/** "12 of 14". */
export function outOf(part: number, whole: number): string {
  return `${part} of ${whole}`;
}

/** "37 %". */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.round((100 * part) / whole)} %`;
}

/** A checkpoint's folder name. */
export function folderName(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}
