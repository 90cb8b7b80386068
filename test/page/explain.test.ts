import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AS_OF, breakeven, findChromium, launch, open, ROOT } from "./browser.ts";

const chromium = findChromium();
const folder = mkdtempSync(join(tmpdir(), "breakeven-explain-"));
let browser: Browser;

async function pageOf(policy: string): Promise<string> {
  const out = join(folder, `${policy.replaceAll("/", "-")}.html`);
  await breakeven("evaluate", policy, "--format", "html", "--as-of", AS_OF, "--out", out);
  return pathToFileURL(out).href;
}

const bubble = (page: Page) => page.getByRole("tooltip");

/** A policy that nothing satisfies, and that says what to give up. */
const STUCK = `version: 1
name: stuck
region: us-east-1
compliance: { regimes: [hipaa], data_may_leave: false }
workloads:
  - name: notes
    use_case: complex_reasoning
    data_class: [phi]
    volume: { requests_per_day: 8000 }
    tokens: { input: 3000, output: 600 }
    needs: { min_benchmarks: { gpqa_diamond: 92 } }
`;

describe.runIf(chromium !== null)("explanations in a browser", () => {
  beforeAll(async () => {
    browser = await launch(chromium ?? "");
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("reaches every mark of every chart with the keyboard, and each says formula and source", async () => {
    const { page, wrongs } = await open(browser, await pageOf(join(ROOT, "test", "golden", "split", "policy.yml")));
    await page.waitForSelector(".chart svg[role=group]");
    const charts = page.locator(".chart svg[role=group]");
    expect(await charts.count()).toBe(5);
    for (const chart of await charts.all()) {
      const marks = await chart.locator("[data-formula]").count();
      expect(marks).toBeGreaterThan(2);
      expect(await chart.locator("[data-formula][tabindex='0']").count()).toBe(1);
      await chart.locator("[data-formula][tabindex='0']").focus();
      const seen = new Set<string>();
      await page.keyboard.press("Home");
      for (let step = 0; step < marks; step++) {
        const text = (await bubble(page).textContent()) ?? "";
        expect(text).toMatch(/Source: .+/);
        expect(text).toMatch(/\d{4}-\d{2}|the policy/);
        seen.add(text);
        await page.keyboard.press("ArrowRight");
      }
      // Two bars of one hour share their words; everything else says something of its own.
      expect(seen.size).toBeGreaterThan(marks * 0.8);
    }
    expect(wrongs).toEqual([]);
    await page.close();
  });

  it("says under the pointer what it says on focus, and the nearest point of a line too", async () => {
    const { page } = await open(browser, await pageOf(join(ROOT, "policies", "self-host.yml")), {
      viewport: { width: 1440, height: 1000 },
    });
    const bar = page.locator("#cost rect[data-formula]").first();
    await bar.hover();
    const hovered = await bubble(page).textContent();
    await page.mouse.move(0, 0);
    expect(await bubble(page).isVisible()).toBe(false);
    await page.locator("#cost [data-formula][tabindex='0']").focus();
    expect(await bubble(page).textContent()).toBe(hovered);

    const point = page.locator("#volume circle[data-formula]").nth(10);
    await point.scrollIntoViewIfNeeded();
    const box = await point.boundingBox();
    if (box === null) throw new Error("the point has no place");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 - 20);
    expect(await bubble(page).textContent()).toMatch(/requests a month: \$[\d,]+ a month.*80% band/);
    await page.close();
  });

  it("explains each figure of the cards", async () => {
    const { page } = await open(browser, await pageOf(join(ROOT, "policies", "hybrid.yml")));
    const figures = await page.locator("#verdict .figure").all();
    expect(figures.length).toBeGreaterThanOrEqual(5);
    for (const figure of figures) {
      await figure.focus();
      expect(await bubble(page).textContent()).toMatch(/Source: /);
    }
    await page.close();
  });

  it("shows a split: who serves how much, and the hours that overflow", async () => {
    const { page } = await open(browser, await pageOf(join(ROOT, "test", "golden", "split", "policy.yml")));
    const split = page.locator("#fleet .split");
    const decision = JSON.parse(
      await breakeven("evaluate", join(ROOT, "test", "golden", "split", "policy.yml"), "--format", "json", "--as-of", AS_OF),
    );
    const { overflowShareRatio, overflow } = decision.workloads[0].split;
    expect(await split.textContent()).toContain(`${(overflowShareRatio * 100).toFixed(1)}%`);
    expect(await split.textContent()).toContain(overflow.model);
    expect(await split.textContent()).toMatch(/takes the overflow of \d+:00 to \d+:00/);
    await page.close();
  });

  it("shows where nothing fits: the chain of needs, line by line, and the ways out with their price", async () => {
    const policy = join(folder, "stuck.yml");
    writeFileSync(policy, STUCK);
    const { page, wrongs } = await open(browser, await pageOf(policy));
    const chain = page.locator("#conflict ol li");
    expect(await chain.count()).toBe(3);
    expect(await chain.nth(0).textContent()).toMatch(/data_may_leave.*line 4.*every API is out/);
    expect(await chain.nth(1).textContent()).toMatch(/gpqa_diamond.*line 11/);
    expect(await page.locator("#conflict table tbody tr").count()).toBe(2);
    expect(await page.locator("#conflict table").textContent()).toMatch(/data_may_leave \(line 4\).*\$[\d,]+/);
    expect(await page.getByText("The least expensive way out costs $").isVisible()).toBe(true);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  it("takes a share as percent, gives one number back with one click, and compares two scenarios", async () => {
    const { page, wrongs } = await open(browser, await pageOf(join(ROOT, "policies", "api.yml")), {
      viewport: { width: 1440, height: 1000 },
    });
    const cached = page.locator('[data-key="workloads/0/tokens/cached_input_ratio"]');
    expect(await cached.inputValue()).toBe("50");
    await cached.fill("80");
    expect(page.url()).toContain("cached_input_ratio=0.8");
    await page.getByRole("button", { name: "Compare with this" }).click();
    await page.locator('[data-key="workloads/0/volume/requests_per_day"]').fill("2,000,000");
    await page.locator("#compare th", { hasText: "Kept scenario" }).waitFor();
    await page.waitForTimeout(600);
    const cells = await page.locator("#compare tr", { hasText: "Monthly cost" }).locator("td").allTextContents();
    expect(cells[1]).not.toBe(cells[2]);
    expect(cells[2]).toBe(await page.locator("#amount .figure").textContent());
    const moved = await page.locator("#compare tr", { hasText: "Requests a day" }).locator("td").allTextContents();
    expect(moved).toEqual(["support-bot: Requests a day", "5,000", "2,000,000", "moved"]);

    await page.getByRole("button", { name: "was 50" }).click();
    expect(await cached.inputValue()).toBe("50");
    // The kept scenario stays in the link; the one that stands does not name the share any more.
    expect(page.url()).not.toMatch(/[#&]workloads%2F0%2Ftokens%2Fcached_input_ratio/);
    expect(wrongs).toEqual([]);
    await page.close();
  });
});
