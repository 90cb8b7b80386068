import { expect, test } from "vitest";
import { memoryFit } from "../../src/capacity/memory.ts";
import { splitParameters, weightBytes } from "../../src/capacity/work.ts";
import { checkCatalog } from "../../src/catalog/check.ts";
import { findGpu, findOpenModel, loadCatalog } from "../../src/catalog/index.ts";
import { evaluated, policy, workload } from "../decide/support.ts";

const catalog = loadCatalog();
const KIMI = ["kimi-k2-instruct", "kimi-k2-thinking", "kimi-k2.5", "kimi-k2.6", "kimi-k2.7-code"];

function model(id: string) {
  const row = findOpenModel(catalog, id);
  if (row === undefined) throw new Error(`no ${id}`);
  return row;
}

/** Weights that one generated token reads, in billions, as the capacity model counts them. */
function used(id: string): number {
  const { dense, experts, expertShare, head } = splitParameters(model(id));
  return (dense + experts * expertShare + head) / 1e9;
}

test.each(KIMI)("%s reads its 32 billion active parameters for a token, not 336", (id) => {
  expect(used(id)).toBeGreaterThan(30);
  expect(used(id)).toBeLessThan(34);
});

test("experts that work in a latent width leave attention and shared experts their own weights", () => {
  // They were counted at full width, which is more than the whole model, so nothing was left for the rest: 51, 5.7 and 25 billion.
  expect(used("kimi-k3")).toBeCloseTo(96, 0);
  expect(used("nemotron-3-super-120b-a12b")).toBeCloseTo(12.2, 1);
  expect(used("nemotron-3-ultra-550b-a55b")).toBeCloseTo(55, 0);
});

test("Kimi K2 Thinking takes the 594 GB of its published files, which eight H100 do not hold", () => {
  const kimi = model("kimi-k2-thinking");
  expect(weightBytes(kimi, "int4") / 1e9).toBeCloseTo(594.2, 0);
  const on = (id: string) => {
    const gpu = findGpu(catalog, id);
    if (gpu === undefined) throw new Error(`no ${id}`);
    return memoryFit({ model: kimi, gpu, precision: "int4", kvPrecision: "bf16", tensorParallel: 8, maxModelLen: 4096 }).fits;
  };
  expect(on("h100")).toBe(false);
  expect(on("h200")).toBe(true);
});

test("a row whose rounded total leaves nothing beside the experts breaks the catalog", () => {
  const rounded = { ...model("kimi-k2-instruct"), parameters: { totalB: 1000, activeB: 32 } };
  const problems = checkCatalog({ ...catalog, openModels: [rounded] }, "2026-11-29", []).filter(
    ({ check }) => check === "active-matches-shape",
  );
  expect(problems).toEqual([
    { check: "active-matches-shape", row: "kimi-k2-instruct", problem: "1000 billion parameters, 1014.7 in experts alone" },
  ]);
});

test("servers of a model whose shape nobody read are said to rest on that", () => {
  const evaluation = evaluated(policy([workload({ candidates: { open: ["bloom-176b"] }, needs: { context_window_tokens: 2000 } })]));
  expect(evaluation.decision.fleets.map((fleet) => fleet.model)).toEqual(["bloom-176b"]);
  expect(evaluation.findings.filter(({ id }) => id === "shape-unread").map(({ level }) => level)).toEqual(["warning"]);
});
