import { expect, test } from "vitest";
import { memoryFit } from "../../src/capacity/memory.ts";
import { weightBytes } from "../../src/capacity/work.ts";
import { findGpu, findOpenModel, loadCatalog } from "../../src/catalog/index.ts";
import type { Precision } from "../../src/catalog/precision.ts";

const catalog = loadCatalog();

function model(id: string) {
  const row = findOpenModel(catalog, id);
  if (row === undefined) throw new Error(`no ${id}`);
  return row;
}

function gigabytes(id: string, precision: Precision): number {
  return weightBytes(model(id), precision) / 1e9;
}

/** Weights of a draft layer, which the files hold and a server does not load: layers' worth of experts and shared experts, in billions. */
test.each([
  // Files of 352.3 GB with a draft layer of 11.2 B in bf16 (1,121 GB in bf16 are 560.5 B of 549.3 B).
  ["nemotron-3-ultra-550b-a55b", "nvfp4", 352.3 - 22.4],
  // Files of 850.38 GiB and 148.66 GiB; the draft layer is one of the experts' layers, at their format.
  ["deepseek-v4-pro", "nvfp4", 850.38 * 1.073741824 - 25.8 * 0.5625],
  ["deepseek-v4-flash", "mxfp4", 148.66 * 1.073741824 - 6.6 * 0.53125],
  // Files of about 865 GB, and of 25.42 GB (vllm-project/recipes, 2026-08).
  ["deepseek-v4-pro", "mxfp4", 865 - 25.8 * 0.53125],
  ["muse-glimmer-30b", "nvfp4", 25.42],
  // 3.06 times smaller than 35.95 B in bf16, with a draft layer of 0.85 B in bf16; its head is in nvfp4 as well, which is not modelled.
  ["qwen3.6-35b-a3b", "nvfp4", (35.95 * 2) / 3.06 - 1.7],
] as const)("%s in %s takes what its published files take, less the draft layer", (id, precision, published) => {
  expect(gigabytes(id, precision) / published).toBeGreaterThan(0.98);
  expect(gigabytes(id, precision) / published).toBeLessThan(1.03);
});

test("a dense checkpoint that leaves its attention in bf16 is not sized as if it were all in four bits", () => {
  // 60 layers: MLPs of 3 x 5376 x 21504 in nvfp4, attention of 8.6 B and the embedding in bf16.
  const attention = 50 * 2 * 5376 * 256 * (32 + 16) + 10 * 5376 * 512 * (2 * 32 + 4);
  const mlp = 60 * 3 * 5376 * 21504;
  const byHand = (attention * 2 + mlp * 0.5625 + 5376 * 262144 * 2) / 1e9;
  expect(gigabytes("gemma-4-31b-it", "nvfp4")).toBeGreaterThan(byHand * 0.98);
  expect(gigabytes("gemma-4-31b-it", "nvfp4")).toBeLessThan(byHand * 1.03);
  const gpu = findGpu(catalog, "l40s");
  if (gpu === undefined) throw new Error("no l40s");
  const fit = memoryFit({
    model: model("gemma-4-31b-it"),
    gpu,
    precision: "nvfp4",
    kvPrecision: "bf16",
    tensorParallel: 1,
    maxModelLen: 4096,
  });
  expect(fit.fits && fit.weightsGiB).toBeGreaterThan(28);
});

test("Qwen3.5 27B in int4 keeps its attention in bf16, so it takes 29 GB and no card of 24 GB holds it", () => {
  // Linear attention of 48 layers and full attention of 16 in bf16, MLPs of 3 x 5120 x 17408 in int4, embedding and head in bf16.
  const attention = 48 * (5120 * (2 * 2048 + 6144) + 2 * 6144 * 5120) + 16 * (2 * 5120 * 6144 + 2 * 5120 * 1024 + 6144 * 5120);
  const byHand = (attention * 2 + 64 * 3 * 5120 * 17408 * 0.52 + 2 * 5120 * 248320 * 2) / 1e9;
  expect(gigabytes("qwen3.5-27b", "int4") / byHand).toBeGreaterThan(0.99);
  expect(gigabytes("qwen3.5-27b", "int4") / byHand).toBeLessThan(1.03);
  const gpu = findGpu(catalog, "l4");
  if (gpu === undefined) throw new Error("no l4");
  const shape = { precision: "int4", kvPrecision: "bf16", tensorParallel: 1, maxModelLen: 4096 } as const;
  expect(memoryFit({ model: model("qwen3.5-27b"), gpu, ...shape }).fits).toBe(false);
});

test("no plan names a checkpoint that its maker does not publish", () => {
  expect(model("qwen3.6-27b").checkpoints.map(({ precision }) => precision)).toEqual(["bf16", "fp8", "nvfp4"]);
});

test("where a checkpoint leaves nothing wider, nothing changes", () => {
  expect(gigabytes("llama-3.3-70b-instruct", "nvfp4")).toBeCloseTo(68.45 * 0.5625 + 4 * 1.0507, 1);
  expect(gigabytes("gpt-oss-120b", "mxfp4")).toBeCloseTo(65.2, 0);
});
