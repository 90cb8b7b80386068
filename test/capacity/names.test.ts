import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engineNamed } from "../../src/capacity/engine.ts";
import { cell, gpuNamed, modelNamed, numberIn, precisionNamed, storedPrecision } from "../../src/capacity/names.ts";
import { capacityRows } from "../../src/capacity/rows.ts";
import { loadCatalog } from "../../src/catalog/index.ts";

const catalog = loadCatalog();

describe("names in measurement tables", () => {
  it.each([
    ["meta-llama/Llama-3.1-70B-Instruct-FP8", "llama-3.1-70b-instruct"],
    ["RedHatAI/Meta-Llama-3.1-70B-Instruct-quantized.w4a16", "llama-3.1-70b-instruct"],
    ["neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8-dynamic", "llama-3.1-8b-instruct"],
    ["llama 3.1 70b", "llama-3.1-70b-instruct"],
    ["Meta_Llama_3.1_70B", "llama-3.1-70b-instruct"],
    ["Qwen/Qwen3-32B-AWQ", "qwen3-32b"],
    ["openai/gpt-oss-120b", "gpt-oss-120b"],
    ["deepseek-r1", "deepseek-r1"],
    ["Llama3.1-70B-Instruct", "llama-3.1-70b-instruct"],
    ["nvidia/Llama-3.1-70B-Instruct-FP8", "llama-3.1-70b-instruct"],
    ["meta-llama3.1-70b", "llama-3.1-70b-instruct"],
  ])("reads the model %s as %s", (name, id) => {
    expect(modelNamed(catalog.openModels, name)?.id).toBe(id);
  });

  it.each(["llama-3.9-70b", "gpt-4.1", "", "-", "instruct"])("knows no model %j", (name) => {
    expect(modelNamed(catalog.openModels, name)).toBeUndefined();
  });

  it.each([
    ["H100 SXM 80GB", "h100"],
    ["NVIDIA H100 80GB HBM3", "h100"],
    ["8xH100-SXM5", "h100"],
    ["8 x H100", "h100"],
    ["16 x H100", "h100"],
    ["16xH100", "h100"],
    ["NVIDIA-H200-141GB", "h200"],
    ["A100-80G", "a100-80gb"],
    ["NVIDIA A100-SXM4-80GB", "a100-80gb"],
    ["A100 PCIe 40GB", "a100-40gb"],
    ["NVIDIA A10G Tensor Core GPU 24GB", "a10g"],
    ["Tesla T4 16GB", "t4"],
    ["NVIDIA L4 24GB", "l4"],
    ["L40S 48GB", "l40s"],
    ["RTX PRO 6000 Blackwell", "rtx-pro-6000"],
    ["NVIDIA RTX PRO 6000 Blackwell Server Edition 96GB", "rtx-pro-6000"],
    ["B200 192GB", "b200"],
  ])("reads the card %s as %s", (name, id) => {
    expect(gpuNamed(catalog.gpus, name)?.id).toBe(id);
  });

  it.each(["A100", "H100 PCIe", "H100 NVL 94GB", "RTX 6000 Ada", "A10", "L40", "MI300X", ""])("knows no card %j", (name) => {
    expect(gpuNamed(catalog.gpus, name)).toBeUndefined();
  });

  it.each([
    ["FP8_dynamic", "fp8"],
    ["fp8_e4m3", "fp8"],
    ["W8A8-INT8", "int8"],
    ["int8-wo", "int8"],
    ["AWQ", "int4"],
    ["w4a16", "int4"],
    ["NVFP4", "nvfp4"],
    ["fp4", "nvfp4"],
    ["MXFP4", "mxfp4"],
    ["float16", "bf16"],
    ["half", "bf16"],
  ])("reads the precision %s as %s", (name, precision) => {
    expect(precisionNamed(name)).toBe(precision);
  });

  it("reads the precision from the model's name where it says so", () => {
    expect(storedPrecision("Qwen/Qwen3-32B-FP8")).toBe("fp8");
    expect(storedPrecision("RedHatAI/Meta-Llama-3.1-70B-Instruct-quantized.w8a8")).toBe("int8");
    expect(storedPrecision("meta-llama/Llama-3.1-8B-Instruct")).toBeUndefined();
  });

  it.each([
    ["vLLM 0.11.0", "", "vllm"],
    ["vllm-openai:v0.9.1", "", "vllm"],
    ["vLLM", "v0.6.3.post1", "vllm-0.6"],
    ["vLLM", "0.1.dev1+g7e85d3a", "vllm"],
    ["vllm v0.5.4", "", "vllm-0.5"],
    ["TRT-LLM", "1.0", "tensorrt-llm"],
    ["TensorRT LLM", "", "tensorrt-llm"],
    ["NVIDIA NIM", "1.1", "nim"],
    ["SGLang v0.5.9", "", "sglang"],
    ["RedHat AI Inference Server", "", "vllm"],
    ["Ollama", "", undefined],
  ])("reads the engine %s %s as %s", (name, version, id) => {
    expect(engineNamed(name, version)).toBe(id);
  });

  it("reads empty cells and thousands", () => {
    expect(["", " - ", "N/A", "null", " x "].map(cell)).toEqual(["", "", "", "", "x"]);
    expect([numberIn("1,024"), numberIn("0.5"), numberIn("eight"), numberIn("")]).toEqual([1024, 0.5, Number.NaN, Number.NaN]);
    expect(["12,345", "123,456", "1,234,567", "1,024.25"].map(numberIn)).toEqual([12_345, 123_456, 1_234_567, 1024.25]);
    // Commas that stand apart no thousands are no number.
    expect(["1,024,5", "1,02", "1024,000", "1,024.2.5"].map(numberIn)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });
});

const good = {
  id: "r",
  model: "meta-llama/Llama-3.1-8B-Instruct",
  gpu: "H100 SXM 80GB",
  precision: "bf16",
  tp: "1",
  input_len: "1,000",
  output_len: "200",
};

describe("rows of a table from elsewhere", () => {
  it("are read whatever the case of their columns, with unknown columns and words for nothing", () => {
    const rows = capacityRows(catalog, [
      { ...good, load: "concurrency", concurrency: "32" },
      {
        ID: "r",
        "\uFEFFModel": good.model,
        GPU: good.gpu,
        Precision: "BF16",
        TP: "1.0",
        "Input Len": "1000",
        output_len: "200",
        Concurrency: "32",
        request_rate: "inf",
        colour: "blue",
        num_prompts: "N/A",
      },
    ]);

    expect({ ...rows[1], id: "r" }).toEqual(rows[0]);
  });

  it("take the precision from the model's name where the column is empty", () => {
    const [row, unknown] = capacityRows(catalog, [
      { ...good, model: "meta-llama/Llama-3.1-8B-Instruct-FP8", precision: "" },
      { ...good, precision: "" },
    ]);

    expect(row).toMatchObject({ fits: true });
    expect(unknown).toEqual({ id: "r", error: "no value in precision; a prediction needs them" });
  });

  it("say which number is none", () => {
    expect(capacityRows(catalog, [{ ...good, concurrency: "many" }])).toEqual([
      { id: "r", error: 'concurrency must be a number, not "many"' },
    ]);
  });

  it("never stop the rest, whatever stands in the cells, and give one answer each in order", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("", "0", "-1", "1e300", "NaN", "inf", "8", "1000", "fp8", "rate", "burst", "sharegpt"),
    );
    const record = fc.record(
      Object.fromEntries(
        [
          "precision",
          "tp",
          "input_len",
          "output_len",
          "load",
          "concurrency",
          "request_rate",
          "num_prompts",
          "length_dist",
          "engine_version",
          "server",
        ].map((column) => [column, text]),
      ),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const asked = records.map((row, index) => ({ ...good, ...row, id: String(index) }));
        const answers = capacityRows(catalog, asked);

        expect(answers.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
        for (const answer of answers) if (!("error" in answer)) expect(JSON.stringify(answer.output_tok_s)).not.toBe("null");
      }),
    );
  });
});
