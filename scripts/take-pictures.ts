/**
 * Makes the pictures of the README from the shipped suite: runs it, opens the report in Chromium and the screens in a
 * real terminal, and prints what the terminal showed. Needs tmux. Usage: node scripts/take-pictures.ts [CHROMIUM]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium, type Browser } from "playwright-core";

import { terminalPage } from "./terminal-page.ts";

const SCREEN = { columns: 118, rows: 34 };

const [executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const images = fileURLToPath(new URL("../docs/images/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "evalh-pictures-"));
try {
  const env = { ...process.env, NO_COLOR: "1", COLUMNS: "110" };
  const text = execFileSync(process.execPath, [main, "run", "icd-coding", "--quiet"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  process.stdout.write(text);
  const runs = join(folder, ".evalh", "runs");
  const run = join(runs, readdirSync(runs)[0] ?? "");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  await takeReport(browser, join(run, "report.html"));
  await takeTerminal(browser, run);
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takeReport(browser: Browser, report: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1180, height: 1380 }, colorScheme: "light" });
  await page.goto(pathToFileURL(report).href);
  await page.screenshot({ path: join(images, "report.png") });
}

async function takeTerminal(browser: Browser, run: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.setContent(terminalPage(await screenOf(run)));
  await page.locator("pre").screenshot({ path: join(images, "terminal.png") });
}

/** What `evalh tui` shows of a run, with its colours. */
async function screenOf(run: string): Promise<string> {
  const socket = `evalh-pictures-${process.pid}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
  const { columns, rows } = SCREEN;
  const command = `env NO_COLOR= TERM=xterm-256color '${process.execPath}' '${main}' tui '${run}'`;
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), command);
  try {
    while (!tmux("capture-pane", "-p").includes("▶ ship")) await setTimeout(200);
    await setTimeout(1_000);
    return tmux("capture-pane", "-p", "-e");
  } finally {
    tmux("kill-server");
  }
}
