import { describe, expect, it } from "vitest";
import { type CapacityQuestion, type MeasurementRecord, readQuestion } from "../../src/capacity/question.ts";
import { servingOfQuestion } from "../../src/capacity/rows.ts";
import { gpus, models } from "./fixtures.ts";

const catalog = { openModels: models, gpus };
const record = { model: "llama-3.1-8b-instruct", gpu: "H100", precision: "bf16", tp: "1", input_len: "1000", output_len: "500" };

function asked(change: MeasurementRecord): CapacityQuestion {
  const question = readQuestion(catalog, { ...record, ...change });
  if (question.kind === "invalid") throw new Error(question.text);
  return question;
}

function refusal(change: MeasurementRecord): string {
  const question = readQuestion(catalog, { ...record, ...change });
  if (question.kind !== "invalid") throw new Error("the row can be read");
  return question.text;
}

describe("a row of a measurement table", () => {
  it("with what it needs is current vLLM with a bf16 cache, equal lengths and no limit", () => {
    expect(asked({})).toMatchObject({
      engine: "vllm",
      configuration: {
        model: { id: "llama-3.1-8b-instruct" },
        gpu: { id: "h100" },
        precision: "bf16",
        kvPrecision: "bf16",
        tensorParallel: 1,
      },
      shape: { inputTokens: 1000, outputTokens: 500, cachedInputRatio: 0 },
      run: { concurrency: null, requestsPerSecond: null, requests: null },
    });
    expect(asked({}).detail).toEqual({ spread: 0, longestOutput: null });
    expect(asked({ input_len: "1000.4" }).configuration.maxModelLen, "whole tokens").toBe(1501);
  });

  it("names all columns that lack a value", () => {
    expect(refusal({ model: "", tp: "n/a", output_len: " " })).toBe("no value in model, tp, output_len; a prediction needs them");
  });

  it("never takes a prompt to be cached as a whole, because its last token is computed", () => {
    expect(asked({ cached_input_ratio: "0.4" }).shape.cachedInputRatio).toBe(0.4);
    expect(asked({ cached_input_ratio: "1" }).shape.cachedInputRatio).toBe(0.999);
  });

  it.each([
    ["fixed", 0, null],
    ["uniform0.8-1.0", 0.06, null],
    ["ShareGPT-cap512", 0.4, 512],
    ["sharegpt_v3", 1, 1024],
    ["variable (0.5 to 1.5)", 0.6, null],
    ["unfixed", 0.8, null],
    ["my uniform0.8-1.0", 0.8, null],
  ])("of lengths %s spreads by %d", (length_dist, spread, longestOutput) => {
    expect(asked({ length_dist }).detail).toEqual({ spread, longestOutput });
  });

  it("takes the limits of the server from its command line, the engine's own where it says none", () => {
    const server = "--max-num-seqs=64 --max-num-batched-tokens 16384 --kv-cache-dtype fp8";
    expect(asked({ server }).detail).toMatchObject({ maxNumSeqs: 64, maxBatchedTokens: 16_384 });
    expect(asked({ notes: "max_num_tokens=2048" }).detail).toMatchObject({ maxBatchedTokens: 2048 });
    expect(asked({ engine: "TensorRT-LLM" }).detail).toMatchObject({ maxNumSeqs: 2048 });
    expect(asked({ engine: "vLLM", engine_version: "0.6.3" }).detail).toMatchObject({ maxNumSeqs: 256 });
    expect(asked({ server }).configuration.kvPrecision).toBe("fp8");
    expect(asked({ server, kv_precision: "bf16" }).configuration.kvPrecision, "the column wins").toBe("bf16");
    expect(asked({ kv_precision: "FP8_e4m3" }).configuration.kvPrecision).toBe("fp8");
  });

  it("is driven by what its load says was set; the other figure is what came out", () => {
    const both = { concurrency: "32", request_rate: "4", num_prompts: "1,000" };
    expect(asked({ ...both, load: "rate" }).run).toEqual({ concurrency: null, requestsPerSecond: 4, requests: 1000 });
    expect(asked({ ...both, load: "concurrency" }).run).toEqual({ concurrency: 32, requestsPerSecond: null, requests: 1000 });
    expect(asked(both).run).toEqual({ concurrency: 32, requestsPerSecond: 4, requests: 1000 });
    // A load whose own figure is missing leaves the other one.
    expect(asked({ concurrency: "32", load: "rate" }).run.concurrency).toBe(32);
    expect(asked({ request_rate: "4", load: "concurrency" }).run.requestsPerSecond).toBe(4);
  });

  it.each(["inf", "Infinity", "unlimited", "max", "0"])("that says %s sets no limit", (word) => {
    const none = { concurrency: null, requestsPerSecond: null, requests: null };
    expect(asked({ concurrency: word, request_rate: word, num_prompts: word }).run).toEqual(none);
  });

  it.each<[change: MeasurementRecord, text: string]>([
    [{ model: "gpt-2" }, 'unknown open model "gpt-2"; catalog list shows the known ones'],
    [{ input_len: "0" }, "input and output must be positive numbers of tokens, not 0 and 500"],
    [{ output_len: "0" }, "input and output must be positive numbers of tokens, not 1000 and 0"],
    [{ tp: "0" }, "tensor parallel size must be a positive whole number, not 0"],
    [{ tp: "1.5" }, "tensor parallel size must be a positive whole number, not 1.5"],
    [{ input_len: "-1" }, 'input_len must be a number, not "-1"'],
    [{ gpu: "T4", precision: "fp8" }, "vLLM has no fp8 kernel for T4"],
  ])("%j is refused in words", (change, text) => {
    expect(refusal(change)).toBe(text);
  });

  it("that does not fit by our count still ran one request", () => {
    expect(servingOfQuestion(asked({ model: "llama-3.1-70b-instruct" })).maxBatch).toBe(1);
  });
});
