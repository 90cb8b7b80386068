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
      { ...record, model: "llama-3.1-405b-instruct" },
      record,
    ]);

    expect(rows.map((row) => ("error" in row ? row.error : "predicted"))).toEqual([
      "no value in tp; a prediction needs them",
      'unknown GPU "H1000"; known: t4, l4, a100-80gb, h100, h200, b200',
      'unknown precision "fp2"; allowed: bf16, fp8, int8, int4, mxfp4, nvfp4',
      expect.stringContaining("llama-3.1-405b-instruct in bf16 needs"),
      "predicted",
    ]);
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
