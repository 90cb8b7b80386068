import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { flipsBetween } from "../../scripts/refresh/flips.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { loadCatalog } from "../../src/catalog/index.ts";

const POLICY = `version: 1
name: example
stage: prototype
workloads:
  - name: chat
    use_case: simple_qa
    volume: { requests_per_day: 1000 }
    tokens: { input: 1000, output: 200 }
    candidates: { api: [gpt-6-luna, claude-haiku-5-5], open: [] }
`;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "breakeven-flips-"));
  await mkdir(join(root, "policies"));
  await writeFile(join(root, "policies/example.yml"), POLICY);
});
afterEach(() => rm(root, { recursive: true }));

/** The bundled catalog with one model's prices multiplied. */
function priced(id: string, factor: number): Catalog {
  const catalog = loadCatalog();
  const apiModels = catalog.apiModels.map((row) =>
    row.id !== id
      ? row
      : {
          ...row,
          prices: row.prices.map((each) => ({
            ...each,
            inputUsdPerMTok: each.inputUsdPerMTok * factor,
            outputUsdPerMTok: each.outputUsdPerMTok * factor,
          })),
        },
  );
  return { ...catalog, apiModels };
}

test("the same catalog flips nothing", async () => {
  expect(await flipsBetween(root, loadCatalog(), loadCatalog(), "2026-11-21")).toEqual([]);
});

test("a workload whose option changes with the prices is named, with both options", async () => {
  const flips = await flipsBetween(root, priced("gpt-6-luna", 0.5), priced("gpt-6-luna", 5), "2026-11-21");
  expect(flips).toEqual([
    { policy: "policies/example.yml", text: "chat: api/openai-api/gpt-6-luna -> api/anthropic-api/claude-haiku-5-5" },
  ]);
});

test("a policy that the new catalog no longer accepts is named with the reason", async () => {
  const catalog = loadCatalog();
  const without = { ...catalog, apiModels: catalog.apiModels.filter(({ id }) => id !== "gpt-6-luna") };
  expect((await flipsBetween(root, catalog, without, "2026-11-21"))[0]?.text).toContain('becomes invalid: unknown API model "gpt-6-luna"');
});
