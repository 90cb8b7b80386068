import { describe, expect, test } from "vitest";
import {
  explainName,
  findApiModel,
  findGpu,
  findOpenModel,
  findRegion,
  findRoute,
  loadCatalog,
  supportPriceUsd,
} from "../../src/catalog/index.ts";

const catalog = loadCatalog();
const TODAY = "2026-11-20";
const explain = (kind: Parameters<typeof explainName>[1], name: string, on = TODAY) => explainName(catalog, kind, name, on);

describe("a name that the catalog knows", () => {
  test.each([
    ["api-model", "gpt-4.1-mini"],
    ["api-model", "gpt-4.1-mini-2025-04-14"],
    ["api-model", "meta.llama3-3-70b-instruct-v1:0"],
    ["open-model", "llama-3.3-70b-instruct"],
    ["open-model", "llama-3.3-70b"],
    ["open-model", "meta-llama/Llama-3.3-70B-Instruct"],
    ["region", "eu-central-1"],
    ["instance", "p5.48xlarge"],
    ["benchmark", "mmlu_pro"],
  ] as const)("needs no explanation: %s %s", (kind, name) => {
    expect(explain(kind, name)).toBeUndefined();
  });

  test("is found by every way of writing a GPU", () => {
    for (const name of ["h100", "H100", "NVIDIA H100", "h100_sxm"]) expect(findGpu(catalog, name)?.id).toBe("h100");
    expect(findGpu(catalog, "H100 PCIe")).toBeUndefined();
  });

  test("brings its row", () => {
    expect(findOpenModel(catalog, "mistral-large-2")?.id).toBe("mistral-large-2-123b-instruct-2407");
    expect(findApiModel(catalog, "claude-sonnet-4")?.id).toBe("claude-sonnet-4-20250514");
    expect(findRegion(catalog, "us-gov-west-1")).toMatchObject({ residency: "us", partition: "aws-us-gov" });
    expect(findRoute(catalog, "aws-govcloud-self-host")?.facts.fedramp?.value).toBe("high");
    expect(supportPriceUsd(catalog, "nat-hour", "eu-central-1")?.usd).toBe(0.052);
    expect(supportPriceUsd(catalog, "nat-hour", "ap-south-1")).toBeUndefined();
  });
});

describe("a name that cannot be used", () => {
  test("is unknown, and the nearest names are suggested", () => {
    expect(explain("api-model", "gpt-4.1-mni")).toEqual({
      problem: 'unknown API model "gpt-4.1-mni"',
      fix: 'did you mean "gpt-4.1-mini"?',
    });
    expect(explain("open-model", "lama-3.3-70b-instruct")?.fix).toContain('"llama-3.3-70b-instruct"');
    expect(explain("region", "eu-central-9")?.fix).toContain('"eu-central-1"');
    expect(explain("instance", "p5.48xlrge")?.fix).toContain('"p5.48xlarge"');
    expect(explain("benchmark", "mmlu-pro")?.fix).toContain('"mmlu_pro"');
    expect(explain("api-model", "GPT-4.1-mini")?.fix).toContain('"gpt-4.1-mini"');
  });

  test("gets no suggestion where nothing is near", () => {
    expect(explain("region", "moon")).toEqual({
      problem: 'unknown AWS region "moon"',
      fix: '"breakeven catalog list" shows the 27 known ones',
    });
  });

  test("was shut down, and its successor is named", () => {
    expect(explain("api-model", "gpt-4.1-nano")).toEqual({
      problem: 'API model "gpt-4.1-nano" was shut down on 2026-10-23',
      fix: 'use "gpt-5.6-luna"',
    });
    expect(explain("api-model", "gpt-4.1-nano", "2026-10-22")).toBeUndefined();
    expect(explain("api-model", "gpt-4o-mini", "2027-01-14")?.fix).toBe('use "gpt-6-luna"');
    expect(explain("api-model", "claude-opus-4-1")?.fix).toContain("no successor is known");
  });

  test("was shut down like its successor: the one after that is named", () => {
    const gone = catalog.apiModels.map((row) => (row.id === "gpt-5.6-luna" ? { ...row, shutdownOn: TODAY, successor: "gpt-6-luna" } : row));
    expect(explainName({ ...catalog, apiModels: gone }, "api-model", "gpt-4.1-nano", TODAY)?.fix).toBe('use "gpt-6-luna"');
  });

  test("is refused with the reason, in any case of letters", () => {
    expect(explain("api-model", "Copilot")).toEqual({
      problem: '"Copilot" is an application, not a model with a token price',
      fix: 'use "gpt-6-luna" or "claude-haiku-5-5"',
    });
    expect(explain("api-model", "claude-3.5-haiku")?.fix).toBe('use "claude-haiku-4-5"');
  });

  test("is of the other side", () => {
    expect(explain("api-model", "llama-3.3-70b-instruct")).toEqual({
      problem: '"llama-3.3-70b-instruct" is an open-weight model, not an API model',
      fix: 'write "meta.llama3-3-70b-instruct-v1:0" to buy it by the token, or list it under "open"',
    });
    expect(explain("api-model", "gemma-3-27b-it")?.fix).toContain("no API in the catalog sells it");
    expect(explain("open-model", "gpt-4.1-mini")?.problem).toBe('"gpt-4.1-mini" is an API model without weights in the catalog');
    expect(explain("open-model", "openai.gpt-oss-120b-1:0")?.fix).toBe('write "gpt-oss-120b" for its weights, or list it under "api"');
  });
});
