import { markup, type Content, type Html } from "../markup.ts";

export interface ScrollTable {
  /** What the table holds, for those who cannot see it. */
  readonly label: string;
  readonly head: Content;
  readonly body: Content;
  /** Further classes of the table. */
  readonly look?: string;
}

/** A table that scrolls within its own frame when it is wider than the page. */
export function scrollTable({ label, head, body, look = "" }: ScrollTable): Html {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${look}"><thead>${head}</thead><tbody>${body}</tbody></table></div>`;
}

/** A column header whose button sorts the table by the column's `data-v`. */
export function sortHeader(text: Content, { note = null }: { readonly note?: Content } = {}): Html {
  return markup`<th scope="col" aria-sort="none"><button type="button" class="sort" data-sort>${text}</button>${note}</th>`;
}
