import { formPage } from "../form/page.ts";
import { evalh } from "./evalh.ts";
import type { ExchangeFormat } from "./exchange-format.ts";

/** One page for the browser; it saves answers in our own format. */
export const html: ExchangeFormat = {
  summary: "one HTML file to open in a browser, offline; it saves JSON Lines",
  write: (sheet) => [{ suffix: ".html", text: formPage(sheet) }],
  read: evalh.read,
};
