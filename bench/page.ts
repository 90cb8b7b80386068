import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { findChromium, launch, open, ROOT } from "../test/page/browser.ts";

/**
 * `npm run bench:page`: how long a move of a slider takes in Chromium until the page says the new verdict, by policy and kind
 * of number. The aim is 50 ms. Each number is moved to places that it was not at before, so nothing is answered from memory.
 */
const MOVES = 15;
const AIM_MS = 50;

const KINDS: Readonly<Record<string, RegExp>> = {
  volume: /volume\/requests/,
  growth: /growth/,
  peak: /peak_to_average/,
  "input tokens": /tokens\/input/,
  "cache share": /cached_input/,
  "hourly rate": /hourly_rate/,
  "API price": /prices\/api/,
  "GPU price": /prices\/gpu/,
  discount: /discount/,
};

function tenWorkloads(): string {
  const uses = ["customer_facing", "simple_qa", "code_generation", "internal_tools", "bulk_processing"];
  const workloads = Array.from(
    { length: 10 },
    (_, index) =>
      `  - { name: w${index}, use_case: ${uses[index % uses.length]}, volume: { requests_per_day: ${1000 * (index + 1)} }, tokens: { input: ${500 + 150 * index}, output: ${100 + 40 * index} } }`,
  );
  return `version: 1\nname: ten\nregion: us-east-1\nworkloads:\n${workloads.join("\n")}\n`;
}

/** Milliseconds from the event of a slider to the new verdict, one for each move; null where the page puts the answer off until the slider rests. */
function movesOf(page: Page, key: string): Promise<readonly (number | null)[]> {
  const script = (name: string, moves: number) => `(async () => {
    const slider = document.querySelector('[data-slider="${name}"]');
    const times = [];
    for (let move = 0; move < ${moves}; move++) {
      slider.value = String(60 + ((move * 37) % 80));
      const start = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      const took = performance.now() - start;
      times.push(document.querySelector("#what-if .live").textContent.startsWith("Deciding again") ? null : took);
      await new Promise((rest) => setTimeout(rest, 0));
    }
    return times;
  })()`;
  return page.evaluate(script(key, MOVES));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function shown(time: number): string {
  return Number.isFinite(time) ? time.toFixed(1) : "put off";
}

const chromium = findChromium();
if (chromium === null) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), "breakeven-bench-page-"));
writeFileSync(join(folder, "ten.yml"), tenWorkloads());
const policies = {
  api: join(ROOT, "policies", "api.yml"),
  "self-host": join(ROOT, "policies", "self-host.yml"),
  hybrid: join(ROOT, "policies", "hybrid.yml"),
  split: join(ROOT, "test", "golden", "split", "policy.yml"),
  "ten workloads": join(folder, "ten.yml"),
};
const browser = await launch(chromium);
console.log(`| policy | number | median ms | p90 ms | within ${AIM_MS} ms |\n| --- | --- | ---: | ---: | --- |`);
for (const [name, policy] of Object.entries(policies)) {
  const out = join(folder, `${name}.html`);
  execFileSync(process.execPath, [join(ROOT, "dist", "cli.js"), "evaluate", policy, "--format", "html", "--out", out], { stdio: "ignore" });
  const { page } = await open(browser, pathToFileURL(out).href);
  const keys: string[] = await page.evaluate("[...document.querySelectorAll('[data-slider]')].map((slider) => slider.dataset.slider)");
  for (const [kind, pattern] of Object.entries(KINDS)) {
    const key = keys.find((candidate) => pattern.test(candidate));
    if (key === undefined) continue;
    const moves = await movesOf(page, key);
    const times = moves.map((time) => time ?? Number.POSITIVE_INFINITY);
    const [median, p90] = [quantile(times, 0.5), quantile(times, 0.9)];
    console.log(
      `| ${name} | ${kind} | ${shown(median)} | ${shown(p90)} | ${p90 <= AIM_MS ? "yes" : median <= AIM_MS ? "median only" : "no"} |`,
    );
  }
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
