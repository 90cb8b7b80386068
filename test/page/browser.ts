import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

export const ROOT = join(import.meta.dirname, "..", "..");
export const AS_OF = "2026-11-21";

/** Chromium of the machine: the variable CHROMIUM, else the one on the PATH; null when there is none, said out loud. */
export function findChromium(): string | null {
  const named = process.env.CHROMIUM;
  if (named !== undefined && existsSync(named)) return named;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // The next name may be there.
    }
  }
  if (process.env.BREAKEVEN_REQUIRE_CHROMIUM === "1")
    throw new Error("BREAKEVEN_REQUIRE_CHROMIUM=1, but there is no Chromium; name one in CHROMIUM");
  process.stderr.write("\nSKIPPED: the page is not tested in a browser; install Chromium or name one in CHROMIUM\n\n");
  return null;
}

/** A browser that talks to nobody by itself. */
export function launch(executablePath: string): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ executablePath, args });
}

/** Opens a page and keeps what it must not do: messages on the console, errors, requests. */
export async function open(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<{ readonly page: Page; readonly wrongs: readonly string[] }> {
  const page = await browser.newPage(options);
  const wrongs: string[] = [];
  page.on("console", (message) => wrongs.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrongs.push(String(error.stack)));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) wrongs.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector("#body section, #body footer");
  return { page, wrongs };
}

/** Standard output of the built command line; a failed gate is no failure here. */
export function breakeven(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(ROOT, "dist", "cli.js"), ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null || error.code === 1) resolve(stdout);
      else reject(new Error(stderr));
    });
  });
}
