import { existsSync } from "node:fs";
import { platform } from "node:os";

import { chromium, type Browser } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A browser on this machine; null where there is none, said aloud. */
export function findChromium(): string | null {
  const found =
    [process.env["EVALH_CHROMIUM"], ...PLACES].find((path) => path !== undefined && existsSync(path)) ?? null;
  if (found === null) {
    console.warn(
      `SKIPPED: no Chromium on this ${platform()} machine; set EVALH_CHROMIUM or install the package chromium`,
    );
  }
  return found;
}

/** No first-run pages, no calls home: what leaves the machine would be the page's own doing. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
