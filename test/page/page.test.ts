import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AS_OF, breakeven, findChromium, launch, open, ROOT } from "./browser.ts";

const chromium = findChromium();
/** All golden cases and widths take minutes; `.ci/run` asks for them, elsewhere one of each must do. */
const all = process.env.BREAKEVEN_SLOW === "1";
if (!all) process.stderr.write("\nSHORTENED: the page is tested on one golden case and one width; BREAKEVEN_SLOW=1 tests all\n\n");
const folder = mkdtempSync(join(tmpdir(), "breakeven-page-"));
let browser: Browser;

/** The page of one policy, written by the command line. */
async function pageOf(name: string, ...args: readonly string[]): Promise<string> {
  const path = join(folder, `${name}-${args.length}.html`);
  const policy = name.endsWith(".yml") ? name : join(ROOT, "policies", `${name}.yml`);
  const out = join(folder, `${name.split("/").at(-1)}-${args.length}.html`);
  await breakeven("evaluate", policy, ...args, "--format", "html", "--as-of", AS_OF, "--out", out);
  return pathToFileURL(existsSync(out) ? out : path).href;
}

/** Text of the dialog that a button opens. */
async function shownBy(page: Page, button: string): Promise<string> {
  await page.getByRole("button", { name: button }).click();
  const text = await page.locator("dialog textarea").inputValue();
  await page.getByRole("button", { name: "Close" }).click();
  return text;
}

const amountOf = (page: Page) => page.locator("#amount").getAttribute("data-usd");

describe.runIf(chromium !== null)("the page in a browser", () => {
  beforeAll(async () => {
    browser = await launch(chromium ?? "");
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("says what is recommended, what it costs and what would change it, and talks to nobody", async () => {
    const { page, wrongs } = await open(browser, await pageOf("self-host"));

    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Run open-weight models on your own GPUs");
    for (const title of [
      "Recommended",
      "What it costs",
      "What would change it",
      "What each path costs",
      "Where the break-even lies",
      "What matters most",
    ]) {
      expect(await page.getByRole("heading", { name: title, exact: true }).isVisible(), title).toBe(true);
    }
    expect(await page.locator("svg[role=group]").count()).toBeGreaterThanOrEqual(6);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  const golden = join(ROOT, "test", "golden");
  it.each(readdirSync(golden).filter((name) => all || name === "hybrid"))(
    "agrees with the command line on the golden case %s, to the byte",
    async (name) => {
      const own = join(golden, name, "policy.yml");
      const policy = existsSync(own) ? own : join(ROOT, "policies", `${name}.yml`);
      const base = join(golden, name, "base.yml");
      const args = existsSync(base) ? ["--base", base] : [];
      const url = await pageOf(policy, ...args);
      const { page, wrongs } = await open(browser, url);

      const ours = await shownBy(page, "Show the decision as JSON");

      expect(ours).toBe(await breakeven("evaluate", policy, ...args, "--format", "json", "--as-of", AS_OF));
      expect(wrongs).toEqual([]);
      await page.close();
    },
  );

  it("decides again when a slider moves, keeps it in the link, and hands it out as a policy with the same cents", async () => {
    const url = await pageOf("hybrid");
    const { page, wrongs } = await open(browser, url);
    const before = await amountOf(page);
    await page.locator("summary", { hasText: "public-chat" }).first().click();
    await page.locator('[data-slider="workloads/1/volume/requests_per_day"]').fill("150");
    await page.locator("summary", { hasText: "People and discounts" }).click();
    await page.locator('[data-key="team/hourly_rate_usd"]').fill("130");
    await page
      .locator("summary", { hasText: /^Prices/ })
      .first()
      .click();
    await page.locator('[data-slider="prices/api/gpt-5.4-mini/input_usd_per_mtok"]').fill("140");
    const live = await amountOf(page);
    await page.waitForSelector("#compare td:has-text('Monthly cost')");
    await page.waitForTimeout(400);
    const after = await amountOf(page);
    const link = page.url();
    const policy = join(folder, "what-if.yml");
    writeFileSync(policy, await shownBy(page, "Copy as policy"));
    const again = await open(browser, link);

    expect(after).not.toBe(before);
    expect(live).toBe(after);
    expect(await amountOf(again.page)).toBe(after);
    const decision = JSON.parse(await breakeven("evaluate", policy, "--format", "json", "--as-of", AS_OF));
    expect(decision.monthlyCostUsd.expected.toFixed(2)).toBe(after);
    expect(readFileSync(policy, "utf8")).toContain("# a clinician waits");
    expect([...wrongs, ...again.wrongs]).toEqual([]);
    await page.getByRole("button", { name: "Reset" }).click();
    expect(await amountOf(page)).toBe(before);
    await page.close();
    await again.page.close();
  });

  it("works with the keyboard alone: a figure explains itself on focus, a slider moves with the arrows", async () => {
    const { page } = await open(browser, await pageOf("api"));
    const figure = page.locator("#amount .figure");
    await figure.focus();
    expect(await page.getByRole("tooltip").textContent()).toMatch(/sum of \d+ cost lines.*prices as of 2026-11-21/);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("tooltip").isVisible()).toBe(false);

    const before = await amountOf(page);
    await page.locator('[data-slider="workloads/0/tokens/input"]').focus();
    await page.keyboard.press("ArrowRight");
    expect(await amountOf(page)).not.toBe(before);
    await page.close();
  });

  it("is a site without a policy: starts from an example, reads a pasted one, names every problem of a bad one", async () => {
    const { page, wrongs } = await open(browser, pathToFileURL(join(ROOT, "dist", "page.html")).href);
    expect(await page.getByRole("button", { name: "api.yml" }).getAttribute("aria-current")).toBe("true");
    await page.getByRole("button", { name: "none-feasible.yml" }).click();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Nothing satisfies every requirement");

    await page.locator("summary", { hasText: "Read, change or paste" }).click();
    await page.getByLabel("Policy", { exact: true }).fill("version: 1\nworkloads:\n  - { name: '<img src=x>', volumes: 3 }\n");
    await page.getByRole("button", { name: "Decide this policy" }).click();
    expect(await page.locator(".problems li").count()).toBeGreaterThan(2);
    expect(await page.locator("img").count()).toBe(0);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  const screens = [
    [360, "light"],
    [800, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const;
  it.each(screens.slice(0, all ? screens.length : 1))(
    "has no serious accessibility problem and no sideways scrolling at %i px, %s",
    async (width, colorScheme) => {
      const options = { viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce", bypassCSP: true } as const;
      const { page } = await open(browser, `${await pageOf("hybrid")}#workloads/0/tokens/input=3000`, options);
      await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })");
      await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });

      const result: {
        readonly violations: readonly {
          readonly id: string;
          readonly impact: string;
          readonly nodes: readonly { readonly html: string }[];
        }[];
      } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");

      const serious = result.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(
        serious.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .slice(0, 3)
              .map(({ html }) => html.slice(0, 200))
              .join("\n")}`,
        ),
      ).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await page.close();
    },
  );

  it("prints with every table open", async () => {
    const { page } = await open(browser, await pageOf("api"));
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator("#body details:not([open])").count()).toBe(0);
    expect(await page.locator("#what-if").isVisible()).toBe(false);
    await page.close();
  });
});
