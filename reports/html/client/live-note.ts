import type { PageState } from "../data/format.ts";
import { fetchServed, servedVersion } from "./blocks.ts";
import { button, el } from "./dom.ts";

const LOOK_MS = 3_000;

/** On a served page: says when the run has moved on, or when its server has gone. Never reloads by itself. */
export function bindLiveNote(): void {
  if (servedVersion() === null) return;
  const host = el("div", { class: "live-note", role: "status" });
  document.querySelector("main")?.prepend(host);
  let said = "";
  const say = (text: string, canReload: boolean): void => {
    if (text === said) return;
    said = text;
    host.replaceChildren(
      ...(text === ""
        ? []
        : [el("p", {}, text, canReload ? button("Show it", () => location.reload(), { class: "chip" }) : null)]),
    );
  };
  const look = async (): Promise<void> => {
    const state = await stateOf();
    if (state === null) say("evalh view has ended. The page keeps what it has read.", false);
    else if (state === "gone" || state.isStale) say("The run has moved on since this page was made.", true);
    else say(state.isRunning ? "The run is going on: these are its results so far." : "", false);
    setTimeout(() => void look(), LOOK_MS);
  };
  void look();
}

/** "gone" where the server has read the run anew; null without a server. */
async function stateOf(): Promise<PageState | "gone" | null> {
  try {
    return (await (await fetchServed("state")).json()) as PageState;
  } catch (error) {
    return error instanceof TypeError ? null : "gone";
  }
}
