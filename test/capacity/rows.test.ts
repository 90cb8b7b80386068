import { describe, expect, it } from "vitest";
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
  });
});
