import { sampleBrowser } from "./browser/browser.ts";
import { el } from "./dom.ts";
import { printView } from "./print-view.ts";
import { loadReport } from "./report-data.ts";
import { firstSelection, linkedSelection, selectionStore } from "./selection.ts";
import { bindSorting, bindTabs } from "./tables.ts";
import { bindTheme } from "./theme.ts";
import { trajectoryView } from "./trajectory-view.ts";

let redraw = (): void => undefined;

async function start(): Promise<void> {
  bindTheme(() => redraw());
  bindSorting();
  bindTabs();
  const browserHost = document.querySelector<HTMLElement>("[data-browser]");
  const trajectoryHost = document.querySelector<HTMLElement>("[data-trajectories]");
  if (browserHost !== null) {
    const data = await loadReport();
    if (data.meta.metrics.length === 0) {
      browserHost.replaceChildren(el("p", { class: "waiting" }, "This run has no samples."));
      trajectoryHost?.closest("section")?.remove();
    } else await showSamples(data, browserHost, trajectoryHost);
  }
  document.documentElement.dataset["ready"] = "true";
}

async function showSamples(
  data: Awaited<ReturnType<typeof loadReport>>,
  host: HTMLElement,
  trajectoryHost: HTMLElement | null,
): Promise<void> {
  const linked = linkedSelection(data, location.hash);
  const store = selectionStore({ ...firstSelection(data), ...linked });
  await sampleBrowser(host, data, store);
  if (linked !== null) host.closest("section")?.scrollIntoView();
  const reveal = (): void => host.closest("section")?.scrollIntoView({ behavior: "smooth" });
  if (trajectoryHost !== null) {
    const view = await trajectoryView(trajectoryHost, data, {
      first: data.meta.deciding,
      onFilter(metric, filter) {
        store.set({ metric, filter, sample: null });
        reveal();
      },
      onPick(metric, sample) {
        store.set({ metric, sample, filter: "" });
        reveal();
      },
    });
    redraw = view.redraw;
  }
  const printHost = document.querySelector<HTMLElement>("[data-print]");
  // Paper can wait until the page is read.
  if (printHost !== null) setTimeout(() => void printView(printHost, data), 500);
}

/** What goes wrong is said where it would have been shown. */
function tell(error: unknown): void {
  const text = `The samples cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
  for (const host of document.querySelectorAll("[data-browser], [data-trajectories]")) {
    host.replaceChildren(el("p", { class: "error", role: "alert" }, text));
  }
}

start().catch(tell);
