import { markup, type Html } from "../markup.ts";

export interface Tab {
  readonly name: string;
  readonly content: Html;
}

/** Contents of which one is shown, chosen by buttons. Without scripts, and where there is one only, the first is shown. */
export function tabs(tabs: readonly Tab[], { label }: { readonly label: string }): Html {
  if (tabs.length <= 1) return markup`${tabs.map(({ content }) => content)}`;
  return markup`<div class="tabs" data-tabs><div class="tab-row" role="group" aria-label="${label}">${tabs.map(
    ({ name }, index) =>
      markup`<button type="button" class="tab" aria-pressed="${index === 0 ? "true" : "false"}">${name}</button>`,
  )}</div>${tabs.map(({ content }, index) => markup`<div class="tab-panel" ${index > 0 && markup` hidden`}>${content}</div>`)}</div>`;
}
