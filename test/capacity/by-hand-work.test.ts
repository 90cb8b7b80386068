import { describe, expect, it } from "vitest";
import { VLLM } from "../../src/capacity/engine.ts";
import { canSplitHeads, weightFormat } from "../../src/capacity/format.ts";
import { supportsFp8Cache } from "../../src/capacity/kv-cache.ts";
import { maxBatchedTokens, maxNumSeqs } from "../../src/capacity/memory.ts";
import { timingOf } from "../../src/capacity/timing.ts";
import { paddingBytes, roleBytes, splitParameters, weightBytes } from "../../src/capacity/work.ts";
import type { Gpu, OpenModel } from "../../src/catalog/schema.ts";
import { a100, b200, deepseekV3, gptOss120b, h100, l4, llama8b, qwen3Next, serving, t4 } from "./fixtures.ts";

/** Counting the work of a model of round numbers on a card of round numbers; each expected figure is worked out beside it. */
const architecture = {
  ...llama8b.architecture,
  layers: 10,
  hiddenSize: 1000,
  vocabSize: 1000,
  attentionHeads: 10,
  kvHeads: 10,
  headDim: 100,
  attentionLayers: { full: 10, sliding: 0, linear: 0 },
};

/** 12 million parameters: 10 of them dense, one each in the embedding and in the head (1000 x 1000). */
function toy(change: Partial<OpenModel["architecture"]> = {}, totalM = 12, activeM = totalM): OpenModel {
  return { ...llama8b, architecture: { ...architecture, ...change }, parameters: { totalB: totalM / 1000, activeB: activeM / 1000 } };
}

/** Experts of 5 x 4 x 1000 x 100 = 2 million a matrix, one of four chosen. */
const moe = { experts: 4, activeExperts: 1, sharedExperts: 0, expertIntermediate: 100, sharedIntermediate: 0, moeLayers: 5 };
/** 100 TFLOP/s: 1e-11 ms for an operation; 1000 GB/s: 1e-9 ms for a byte. */
const card: Gpu = { ...h100, bf16Tflops: 100, fp8Tflops: 200, bandwidthGBPerSecond: 1000, linkGBPerSecond: 100 };
const engine = {
  ...VLLM,
  computeEfficiency: { bf16: 1, fp8: 1, int8: 1, fp4: 1 },
  architectureFactor: { turing: 1, ampere: 1, ada: 1, hopper: 1, blackwell: 1 },
  weightOnlyFactor: 0.5,
  expertFactor: 0.5,
  decodeFactor: 0.5,
  weightBandwidth: { dense: 0.5, experts: 0.25 },
  kvBandwidth: 0.5,
  layerMs: 0.1,
  expertLayerMs: 0.2,
  allReduceMs: 0.01,
  pcieLatencyFactor: 3,
  linkBandwidth: 0.5,
};
const near = (value: number) => expect.closeTo(value, 12);

describe("the parameters of a model", () => {
  it("are the body, the embedding and the head, which a tied model stores once", () => {
    expect(splitParameters(toy())).toMatchObject({ dense: near(10e6), experts: 0, expertShare: 0, embedding: 1e6, head: 1e6 });
    expect(splitParameters(toy({ tiedEmbeddings: true })).dense).toBeCloseTo(11e6, 3);
    // bf16: 12 million x 2 bytes; fp8: 10 million of the body in one byte, embedding and head stay: 10 + 4.
    expect(weightBytes(toy(), "bf16")).toBeCloseTo(24e6, 3);
    expect(weightBytes(toy(), "fp8")).toBeCloseTo(14e6, 3);
    expect(weightBytes(toy({ tiedEmbeddings: true }), "fp8")).toBeCloseTo(13e6, 3);
  });

  it("of which only some are active count as such without experts", () => {
    expect(splitParameters(toy({}, 12, 4)).dense).toBeCloseTo(4e6, 3);
  });

  it("are three matrices an expert, two where the row says so, and narrower ones where they work in a latent width", () => {
    // 3 x 2 = 6 of a body of 10 million.
    expect(splitParameters(toy({ moe }))).toMatchObject({ experts: near(6e6), dense: near(4e6), expertShare: 0.25 });
    expect(splitParameters(toy({ moe, mlpMatrices: 2 }))).toMatchObject({ experts: near(4e6), dense: near(6e6) });
    // Half of the width of 1000: 3 million.
    expect(splitParameters(toy({ moe: { ...moe, latentSize: 500 } }))).toMatchObject({ experts: near(3e6), dense: near(7e6) });
  });

  it("are refused where the experts alone are more than there is", () => {
    expect(() => splitParameters(toy({ moe }, 7))).toThrow("experts");
  });

  it("in mxfp4 squeeze the experts alone, and are padded to 256 and 128", () => {
    expect(roleBytes(toy({ moe }), "mxfp4")).toEqual({ dense: 2, experts: 0.53125 });
    expect(roleBytes(toy(), "mxfp4").dense).toBe(0.53125);
    expect(roleBytes(toy({ moe }), "fp8")).toEqual({ dense: 1, experts: 1 });
    // 1000 -> 1024 and 100 -> 128: 1.024 x 1.28 - 1 = 0.31072 of 6 million x 0.53125 bytes.
    expect(paddingBytes(toy({ moe }), "mxfp4")).toBeCloseTo(6e6 * 0.531_25 * 0.310_72, 3);
    expect(paddingBytes(toy({ moe }), "fp8")).toBe(0);
    expect(paddingBytes(toy(), "mxfp4")).toBe(0);
    expect(paddingBytes(toy({ moe: { ...moe, expertIntermediate: 128 }, hiddenSize: 1024 }), "mxfp4")).toBe(0);
  });

  it("in int4 squeeze all of a quantised model, and the experts alone, with a scale for every 32, of one that was trained in it", () => {
    expect(roleBytes(toy({ moe }), "int4")).toEqual({ dense: 0.52, experts: 0.52 });
    expect(roleBytes({ ...toy({ moe }), nativePrecision: "int4" }, "int4")).toEqual({ dense: 2, experts: 0.5625 });
    expect(roleBytes({ ...toy(), nativePrecision: "int4" }, "int4").dense).toBe(0.5625);
  });
});

describe("the time of a model", () => {
  const at = (model: OpenModel, change: Parameters<typeof serving>[3] & { gpu?: Gpu; fp8?: boolean } = {}) => {
    const { gpu = card, fp8 = false, ...rest } = change;
    return timingOf(serving(model, gpu, fp8 ? "fp8" : "bf16", rest), engine);
  };

  it("is two operations a weight and token, and each byte read once", () => {
    expect(at(toy())).toMatchObject({
      prefillTokenMs: near(2e-4), // 2 x 10 million x 1e-11
      decodeTokenMs: near(4.4e-4), // with the head 2.2e-4, at half the efficiency
      denseReadMs: near(0.044), // 22 million bytes at half of 1000 GB/s
      expertReadMs: 0,
      cacheByteMs: near(2e-9),
      layersMs: near(1),
      linkFixedMs: 0,
      linkTokenMs: 0,
      logUnchosen: -0,
      slidingWindow: Number.POSITIVE_INFINITY,
    });
  });

  it("of attention is four operations a head, size and pair of tokens", () => {
    // 2 x 2 x 10 heads x 100 = 4000 a layer, 1e-11 ms each.
    expect(at(toy())).toMatchObject({ fullPairMs: near(4e-7), slidingPairMs: 0, decodePairMs: near(4e-7) });
    const mixed = toy({ attentionLayers: { full: 4, sliding: 6, linear: 0 }, slidingWindowTokens: 128 });
    expect(at(mixed)).toMatchObject({ fullPairMs: near(1.6e-7), slidingPairMs: near(2.4e-7), slidingWindow: 128 });
    // A latent cache: 2 x 10 heads x (2 x 50 + 20) = 2400 a layer.
    expect(at(toy({ mla: { kvLoraRank: 50, ropeHeadDim: 20 } }))).toMatchObject({ decodePairMs: near(2.4e-7), fullPairMs: near(4e-7) });
  });

  it("of experts is that of the chosen ones to multiply and of all to read", () => {
    expect(at(toy({ moe }))).toMatchObject({
      prefillTokenMs: near(8e-5 + 6e-5), // dense 2 x 4 million; 2 x 6 million / 4 at half the efficiency
      expertReadMs: near(0.048), // 12 million bytes at a quarter of the bandwidth
      expertShare: 0.25,
      logUnchosen: near(Math.log(0.75)),
      layersMs: near(2), // 10 x 0.1 + 5 x 0.2
    });
  });

  it("falls with the precision where the card multiplies it, and rises where it unpacks it first", () => {
    // 200 TFLOP/s for the body, whose bytes halve: 10 + 2 million of the head; the head stays bf16: 1e-4 + 2e-5.
    expect(at(toy(), { fp8: true })).toMatchObject({ prefillTokenMs: near(1e-4), decodeTokenMs: near(2.4e-4), denseReadMs: near(0.024) });
    const ampere = { ...card, architecture: "ampere" as const, fp8Tflops: null };
    expect(at(toy(), { fp8: true, gpu: ampere }).prefillTokenMs).toBeCloseTo(4e-4, 12);
  });

  it("is shared by the cards of a replica, which then talk twice a layer", () => {
    // Half the work each; a ring of two sends each byte once: 2 x 10 x 0.01, and 2 x 10 x 2000 bytes at 50 GB/s.
    expect(at(toy(), { tensorParallel: 2 })).toMatchObject({
      prefillTokenMs: near(1e-4),
      denseReadMs: near(0.022),
      fullPairMs: near(2e-7),
      linkFixedMs: near(0.2),
      linkTokenMs: near(8e-4),
    });
    // A ring of four sends 2 x 3 / 4 of it.
    expect(at(toy(), { tensorParallel: 4 }).linkTokenMs).toBeCloseTo(1.2e-3, 12);
    expect(at(toy({ moe }), { tensorParallel: 2 }).expertReadMs).toBeCloseTo(0.024, 12);
    expect(at(toy(), { tensorParallel: 2, gpu: { ...card, link: "pcie" } }).linkFixedMs).toBeCloseTo(0.6, 12);
  });

  it("is not made up for a precision without a kernel", () => {
    expect(() => timingOf(serving(llama8b, t4, "fp8"), engine)).toThrow("fp8 has no kernel on T4; ask weightFormat before timing");
  });
});

describe("what a card can", () => {
  it("multiplies a precision on units of its own, unpacks it, or has no kernel", () => {
    const path = (precision: Parameters<typeof weightFormat>[0], gpu: typeof h100) => {
      const format = weightFormat(precision, gpu);
      return format === null ? null : `${format.path} ${format.units} ${format.peakTflops}`;
    };
    expect([path("bf16", t4), path("int8", t4), path("int4", t4), path("fp8", t4), path("mxfp4", t4), path("nvfp4", t4)]).toEqual([
      "native bf16 65",
      "native int8 130",
      "weight-only bf16 65",
      null,
      null,
      null,
    ]);
    expect([path("fp8", a100), path("fp8", h100), path("int8", a100), path("int4", h100), path("mxfp4", h100)]).toEqual([
      "weight-only bf16 312",
      "native fp8 1979",
      "native int8 624",
      "weight-only bf16 989",
      "weight-only bf16 989",
    ]);
    expect([path("mxfp4", b200), path("nvfp4", b200), path("int8", b200), path("int4", b200)]).toEqual([
      "native fp4 9000",
      "native fp4 9000",
      "weight-only bf16 2250",
      "weight-only bf16 2250",
    ]);
  });

  it("keeps a cache in fp8 on Hopper, for plain full attention", () => {
    const full = { ...llama8b.architecture.attentionLayers };
    const withLayers = (sliding: number, linear: number): OpenModel => ({
      ...llama8b,
      architecture: { ...llama8b.architecture, attentionLayers: { ...full, sliding, linear } },
    });
    expect(supportsFp8Cache(llama8b, h100)).toBe(true);
    expect([a100, l4, b200].map((gpu) => supportsFp8Cache(llama8b, gpu))).toEqual([false, false, false]);
    expect([withLayers(1, 0), withLayers(0, 1), deepseekV3, gptOss120b, qwen3Next].map((model) => supportsFp8Cache(model, h100))).toEqual(
      Array(5).fill(false),
    );
  });

  it("splits heads where they divide, and copies the few that are left", () => {
    const splits = (attentionHeads: number, kvHeads: number, mla: OpenModel["architecture"]["mla"] = null) =>
      [1, 2, 4, 8, 16].filter((n) => canSplitHeads(toy({ attentionHeads, kvHeads, mla }), n));
    expect(splits(64, 8)).toEqual([1, 2, 4, 8, 16]);
    expect(splits(28, 4)).toEqual([1, 2, 4]);
    expect(splits(48, 6)).toEqual([1, 2]);
    expect(splits(48, 6, { kvLoraRank: 1, ropeHeadDim: 1 })).toEqual([1, 2, 4, 8, 16]);
  });

  it("runs more requests at once from 70 GiB on, A100 apart", () => {
    const of = (gpu: typeof h100) => [maxNumSeqs({ gpu }), maxBatchedTokens({ gpu })];
    expect(of(h100)).toEqual([1024, 8192]);
    expect(of({ ...h100, memoryGiB: 70 })).toEqual([1024, 8192]);
    expect(of({ ...h100, memoryGiB: 69.9 })).toEqual([256, 2048]);
    expect(of(a100)).toEqual([256, 2048]);
    expect(of(l4)).toEqual([256, 2048]);
  });
});
