import { readFileSync } from "node:fs";
import { loadCatalog } from "../../src/catalog/index.ts";
import { CostSampler } from "../../src/decide/cost-draws.ts";
import { latinHypercube } from "../../src/decide/draws.ts";
import { evaluate } from "../../src/evaluate.ts";

/** Times of one policy in one process: the first evaluation, later ones, one of twelve workloads, and the draws of its plan. */
const ROUNDS = 9;
const DRAWS = 10_000;
const catalog = loadCatalog();

function evaluateText(text: string): number {
  const start = performance.now();
  const result = evaluate({ path: "p.yml", text, base: null, catalog, asOf: "2026-11-21", engineVersion: "bench" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
  return performance.now() - start;
}

/** Sampling and pricing the chosen plan in every draw, nothing remembered from the decision. */
function drawsMs(text: string): number {
  const result = evaluate({ path: "p.yml", text, base: null, catalog, asOf: "2026-11-21", engineVersion: "bench" });
  const flips = result.kind === "evaluated" ? result.trace.flips : null;
  if (flips === null) throw new Error("the policy has no plan to draw");
  const start = performance.now();
  new CostSampler(flips.base.context, latinHypercube(DRAWS)).costs(flips.chosen);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const hybrid = readFileSync("policies/hybrid.yml", "utf8");
const twelve = `version: 1\nname: twelve\nregion: us-east-1\nworkloads:\n${Array.from(
  { length: 12 },
  (_, at) =>
    `  - { name: w${at}, use_case: simple_qa, volume: { requests_per_day: ${1000 * (at + 1)} }, tokens: { input: ${400 + 90 * at}, output: ${80 + 30 * at} } }`,
).join("\n")}\n`;

const first = evaluateText(hybrid);
const warm = median(Array.from({ length: ROUNDS }, () => evaluateText(hybrid)));
const portfolio = median(Array.from({ length: ROUNDS }, () => evaluateText(twelve)));
const draws = median(Array.from({ length: ROUNDS }, () => drawsMs(hybrid)));
console.log(JSON.stringify({ first, warm, twelve: portfolio, draws }));
