import { sampleBrowser } from "./browser/browser.ts";
import { el } from "./dom.ts";
import { bindLiveNote } from "./live-note.ts";
import { printView } from "./print-view.ts";
import { loadReport, type ReportData } from "./report-data.ts";
import { firstSelection, linkedSelection, selectionStore, type SelectionStore } from "./selection.ts";
import { bindSorting, bindTabs } from "./tables.ts";
import { bindTheme } from "./theme.ts";
import { trajectoryView } from "./trajectory-view.ts";

let redraw = (): void => undefined;

async function start(): Promise<void> {
  bindTheme(() => redraw());
  bindSorting();
  bindTabs();
  bindLiveNote();
  const browserHost = document.querySelector<HTMLElement>("[data-browser]");
  const trajectoryHost = document.querySelector<HTMLElement>("[data-trajectories]");
  if (browserHost !== null) {
    const data = await loadReport();
    if (data.meta.metrics.length === 0) {
      browserHost.replaceChildren(el("p", { class: "waiting" }, "This run has no samples."));
      trajectoryHost?.closest("section")?.remove();
    } else {
      const store = await showBrowser(data, browserHost);
      // What is further down or on paper can wait until the page answers.
      setTimeout(() => void showRest(data, store, trajectoryHost).catch(tell));
    }
  }
  performance.mark("evalh-ready");
  document.documentElement.dataset["ready"] = "true";
}

async function showBrowser(data: ReportData, host: HTMLElement): Promise<SelectionStore> {
  const linked = linkedSelection(data, location.hash);
  const store = selectionStore({ ...firstSelection(data), ...linked });
  await sampleBrowser(host, data, store);
  if (linked !== null) host.closest("section")?.scrollIntoView();
  return store;
}

async function showRest(data: ReportData, store: SelectionStore, trajectoryHost: HTMLElement | null): Promise<void> {
  const reveal = (): void => {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.querySelector("#samples")?.scrollIntoView({ behavior: isCalm ? "instant" : "smooth" });
  };
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
  if (printHost !== null) await printView(printHost, data);
  document.documentElement.dataset["complete"] = "true";
}

/** What goes wrong is said where it would have been shown. */
function tell(error: unknown): void {
  const text = `The samples cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
  for (const host of document.querySelectorAll("[data-browser], [data-trajectories]")) {
    host.replaceChildren(el("p", { class: "error", role: "alert" }, text));
  }
}

start().catch(tell);
