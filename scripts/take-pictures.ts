/**
 * Makes the pictures of the README from the shipped suite: runs it, opens the report in Chromium, and prints what the
 * terminal showed. Usage: node scripts/take-pictures.ts [CHROMIUM]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

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
  const report = join(runs, readdirSync(runs)[0] ?? "", "report.html");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1180, height: 1380 }, colorScheme: "light" });
  await page.goto(pathToFileURL(report).href);
  await page.screenshot({ path: join(images, "report.png") });
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
