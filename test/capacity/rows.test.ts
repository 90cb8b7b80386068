import { describe, expect, it } from "vitest";
import calibration from "../../src/capacity/calibration.json" with { type: "json" };
import { capacityOne, capacityRows } from "../../src/capacity/rows.ts";
import { gpus, models } from "./fixtures.ts";

const catalog = { openModels: models, gpus };
const record = {
  id: "r1",
  model: "llama-3.1-8b-instruct",
  gpu: "H100",
  precision: "bf16",
  tp: "1",
  input_len: "1000",
  output_len: "500",
  load: "concurrency",
  concurrency: "32",
};

describe("capacity of table rows", () => {
  it("predicts each row under its own id, in the table's units", () => {
    const [row] = capacityRows(catalog, [record]);

    expect(row).toMatchObject({ id: "r1", fits: true, class: "A" });
    if (row === undefined || "error" in row) throw new Error("the row can be predicted");
    expect(row.output_tok_s / row.req_s).toBeCloseTo(500, 6);
    expect(row.total_tok_s / row.req_s).toBeCloseTo(1500, 6);
    expect(row.output_tok_s_p10).toBeLessThan(row.output_tok_s);
  });

  it("numbers rows without an id from one on", () => {
    const { id: _, ...nameless } = record;
    expect(capacityRows(catalog, [record, nameless, { ...nameless, id: "" }]).map(({ id }) => id)).toEqual(["r1", "row-2", "row-3"]);
  });

  it("puts the band of current vLLM around its own figures alone, and of each figure its own", () => {
    const [row, other] = capacityRows(catalog, [record, { ...record, engine: "SGLang" }]);
    if (row === undefined || other === undefined || "error" in row || "error" in other) throw new Error("both can be predicted");
    const { vllm, other: others } = calibration.bands;

    expect(row.output_tok_s_p10 / row.output_tok_s).toBeCloseTo(vllm.A.throughput.p10, 9);
    expect(row.total_tok_s_p90 / row.total_tok_s).toBeCloseTo(vllm.A.throughput.p90, 9);
    expect(row.req_s_p90 / row.req_s).toBeCloseTo(vllm.A.throughput.p90, 9);
    expect((row.ttft_ms_p10 ?? 0) / (row.ttft_ms ?? 0)).toBeCloseTo(vllm.A.ttft.p10, 9);
    expect((row.ttft_ms_p90 ?? 0) / (row.ttft_ms ?? 0)).toBeCloseTo(vllm.A.ttft.p90, 9);
    expect(row.tpot_ms_p10 / row.tpot_ms).toBeCloseTo(vllm.A.tpot.p10, 9);
    expect(other.output_tok_s_p90 / other.output_tok_s).toBeCloseTo(others.A.throughput.p90, 9);
    expect((other.ttft_ms_p90 ?? 0) / (other.ttft_ms ?? 0)).toBeCloseTo(others.A.ttft.p90, 9);
    expect(other.tpot_ms_p90 / other.tpot_ms).toBeCloseTo(others.A.tpot.p90, 9);
  });

  it("has no TTFT where the queue never ends", () => {
    expect(capacityRows(catalog, [{ ...record, load: "rate", concurrency: "", request_rate: "1000" }])[0]).toMatchObject({
      ttft_ms: null,
      ttft_ms_p10: null,
      ttft_ms_p90: null,
    });
  });

  it("says why a row has no prediction and goes on with the next", () => {
    const rows = capacityRows(catalog, [
      { ...record, tp: "" },
      { ...record, gpu: "H1000" },
      { ...record, precision: "fp2" },
      { ...record, tp: "3" },
      record,
    ]);

    expect(rows.map((row) => ("error" in row ? row.error : "predicted"))).toEqual([
      "no value in tp; a prediction needs them",
      'unknown GPU "H1000"; known: t4, l4, a100-80gb, h100, h200, b200',
      'unknown precision "fp2"; allowed: bf16, fp8, int8, int4, mxfp4, nvfp4',
      "tensor parallel size 3 does not divide the heads of llama-3.1-8b-instruct (32 attention, 8 KV)",
      "predicted",
    ]);
  });

  it("marks a row that does not fit and still says what one request at a time would do", () => {
    const [row] = capacityRows(catalog, [{ ...record, model: "llama-3.1-70b-instruct" }]);

    expect(row).toMatchObject({ fits: false, limited_by: "kv-cache" });
  });

  it("reads the server's own limits from its command line", () => {
    const at = (server: string) => capacityRows(catalog, [{ ...record, concurrency: "64", server }])[0];
    const free = at("vllm serve");
    const capped = at("vllm serve --max-num-seqs 8");
    if (free === undefined || capped === undefined || "error" in free || "error" in capped) throw new Error("both can be predicted");

    expect(capped.output_tok_s).toBeLessThan(free.output_tok_s / 2);
    expect(capped.tpot_ms).toBeLessThan(free.tpot_ms);
  });

  it("knows engines apart and refuses unknown ones", () => {
    const rows = capacityRows(catalog, [
      { ...record, engine: "vLLM", engine_version: "0.5.4" },
      { ...record, engine: "vLLM", engine_version: "0.11.0" },
      { ...record, engine: "Ollama" },
    ]);
    const [old, current, unknown] = rows;
    if (old === undefined || current === undefined || "error" in old || "error" in current) throw new Error("vLLM rows can be predicted");

    expect(old.output_tok_s).toBeLessThan(current.output_tok_s);
    expect(unknown).toEqual({ id: "r1", error: 'unknown engine "Ollama"; known: vLLM, SGLang, TensorRT-LLM, NIM' });
  });

  it("says what is wrong with one configuration", () => {
    const options = {
      model: "llama-3.1-405b-instruct",
      gpu: "h100",
      tensorParallel: 8,
      precision: "bf16",
      inputTokens: 1000,
      outputTokens: 500,
    };

    expect(capacityOne(catalog, options)).toMatchObject({ kind: "invalid", text: expect.stringContaining("405b-instruct in bf16 needs") });
    expect(capacityOne(catalog, { ...options, outputTokens: 0 })).toMatchObject({
      kind: "invalid",
      text: "input and output must be positive numbers of tokens, not 1000 and 0",
    });
  });

  it("predicts the largest batch when no load is given", () => {
    const options = {
      model: "llama-3.1-8b-instruct",
      gpu: "h100",
      tensorParallel: 1,
      precision: "bf16",
      inputTokens: 1000,
      outputTokens: 500,
    };
    const answer = capacityOne(catalog, options);

    expect(answer.kind === "prediction" && answer.prediction.concurrency).toBeGreaterThan(300);
    // The shape's cache share is counted, and the answer names the flags that run it.
    const cached = capacityOne(catalog, { ...options, cachedInputRatio: 0.8 });
    if (answer.kind === "invalid" || cached.kind === "invalid") throw new Error("both can be predicted");
    expect(cached.prediction.requestsPerSecond.expected).toBeGreaterThan(answer.prediction.requestsPerSecond.expected);
    expect(answer.configuration.kvPrecision).toBe("bf16");
    const fp8 = capacityOne(catalog, { ...options, kvPrecision: "fp8" });
    expect(fp8.kind === "prediction" && fp8.flags).toContainEqual(["--kv-cache-dtype", "fp8"]);
  });
});
