import { describe, expect, test } from "vitest";
import { explainName, findApiModel, findOpenModel, loadCatalog } from "../../src/catalog/index.ts";
import { expectedUnitPrices } from "../../src/catalog/mix.ts";
import { priceRowOn } from "../../src/catalog/pricing.ts";

const catalog = loadCatalog();
const TODAY = "2026-11-20";

describe("the catalog covers", () => {
  test("80 API models that can be called today, from each provider that people name", () => {
    const alive = catalog.apiModels.filter((row) => priceRowOn(row, TODAY) !== undefined);
    expect(alive.length).toBeGreaterThanOrEqual(80);
    expect([...new Set(alive.map(({ provider }) => provider))].sort()).toEqual(
      ["anthropic", "azure", "bedrock", "cohere", "deepseek", "google", "mistral", "openai", "xai"].sort(),
    );
  });

  test.each([
    ["llama-2", "llama-2"],
    ["llama-3", "llama-3"],
    ["llama-3.1", "llama-3.1"],
    ["llama-3.2", "llama-3.2"],
    ["llama-3.3", "llama-3.3"],
    ["llama-4", "llama-4"],
    ["Mistral", "mistral"],
    ["Mixtral", "mixtral"],
    ["Mistral Large", "mistral-large"],
    ["Qwen 2.5", "qwen2.5"],
    ["Qwen 3", "qwen3"],
    ["Gemma 3", "gemma-3"],
    ["Gemma 4", "gemma-4"],
    ["DeepSeek", "deepseek-v3"],
    ["Phi", "phi-4"],
    ["Falcon", "falcon"],
    ["Bloom", "bloom"],
    ["StableLM", "stablelm-2"],
    ["OLMo", "olmo-2"],
    ["TinyLlama", "tinyllama"],
    ["gpt-oss", "gpt-oss"],
    ["GLM", "glm-5"],
    ["Kimi", "kimi-k2"],
  ])("open weights of %s", (_name, family) => {
    expect(catalog.openModels.filter((row) => row.family === family).length).toBeGreaterThan(0);
  });

  test("40 open-weight models and every family of NVIDIA instances from g4dn to p6", () => {
    expect(catalog.openModels.length).toBeGreaterThanOrEqual(40);
    expect([...new Set(catalog.instances.map(({ family }) => family))].sort()).toEqual(
      ["g4dn", "g5", "g6", "g6e", "g7", "g7e", "gr6", "p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300"].sort(),
    );
  });

  test("GovCloud prices of instances and of what stands around them", () => {
    expect(catalog.instances.filter((row) => row.usdPerHour["us-gov-west-1"] !== undefined).length).toBeGreaterThanOrEqual(15);
    expect(catalog.supportPrices.filter((row) => row.usd["us-gov-west-1"] !== undefined).length).toBeGreaterThanOrEqual(10);
  });

  test("what stands around servers is priced wherever most instances are: else own servers look less expensive than they are", () => {
    const count = (region: string) => catalog.instances.filter((row) => row.usdPerHour[region] !== undefined).length;
    const regions = [...new Set(catalog.instances.flatMap((row) => Object.keys(row.usdPerHour)))].filter((region) => count(region) >= 10);
    expect(regions).toContain("us-west-2");
    const around = [
      "ebs-gp3-gb-month",
      "nat-hour",
      "alb-hour",
      "vpce-interface-hour",
      "cw-alarm-month",
      "secret-month",
      "s3-standard-gb-month",
    ];
    for (const id of around) {
      const known = Object.keys(catalog.supportPrices.find((row) => row.id === id)?.usd ?? {});
      expect(known, id).toEqual(expect.arrayContaining(regions));
    }
  });

  test("capability figures under more than one harness, each named", () => {
    const harnesses = new Set(catalog.benchmarks.map(({ group }) => group));
    expect(harnesses.size).toBeGreaterThan(3);
    expect(catalog.benchmarks.every(({ group, source }) => group !== "" && source !== "")).toBe(true);
  });

  test("the gates of licences: caps on users and revenue, excluded places, no commercial use", () => {
    expect(catalog.licences.some((row) => row.monthlyActiveUsersCap !== null)).toBe(true);
    expect(catalog.licences.some((row) => row.monthlyRevenueCapUsd !== null)).toBe(true);
    expect(catalog.licences.some((row) => row.excludedDomiciles.length > 0)).toBe(true);
    expect(catalog.licences.some((row) => row.commercialUse === "no")).toBe(true);
  });
});

describe("Azure OpenAI", () => {
  test("sells within the US Data Zone at 10 % above OpenAI's list price", () => {
    for (const id of ["gpt-4.1-mini", "gpt-5.2", "gpt-5.4"]) {
      const list = findApiModel(catalog, id)?.prices.at(-1);
      const zone = findApiModel(catalog, `azure-us.${id}`)?.prices.at(-1);
      expect(zone?.inputUsdPerMTok).toBeCloseTo((list?.inputUsdPerMTok ?? 0) * 1.1, 9);
      expect(zone?.outputUsdPerMTok).toBeCloseTo((list?.outputUsdPerMTok ?? 0) * 1.1, 9);
    }
  });

  test("prices long prompts in a tier there too", () => {
    const row = findApiModel(catalog, "azure-us.gpt-5.4");
    expect(row && expectedUnitPrices(row, TODAY, 300_000)?.inputUsdPerMTok).toBeCloseTo(5.5, 9);
  });

  test("does not bring US rows into the EU", () => {
    expect(catalog.routes.find(({ id }) => id === "azure-openai-us")?.facts).toMatchObject({
      euResidency: { value: "no" },
      regions: { value: ["us"] },
    });
  });
});

describe("a name that is retired", () => {
  test.each([
    ["gpt-3.5-turbo", "2026-10-23", "gpt-5.6-terra"],
    ["gpt-4", "2026-10-23", "gpt-5.6-sol"],
    ["o1", "2026-10-23", "gpt-5.6-sol"],
    ["claude-3.5-haiku", "2026-07-05", "claude-haiku-4-5"],
    ["claude-3-haiku-20240307", "2026-04-20", "claude-haiku-4-5"],
    ["text-davinci-003", "2024-01-04", "gpt-6-luna"],
  ])("%s was shut down on %s, and %s comes after it", (name, day, successor) => {
    expect(explainName(catalog, "api-model", name, TODAY)).toEqual({
      problem: `API model "${name}" was shut down on ${day}`,
      fix: `use "${successor}"`,
    });
  });

  test("could still be called before its day, and is not priced here", () => {
    expect(explainName(catalog, "api-model", "gpt-3.5-turbo", "2026-10-22")?.problem).toBe(
      '"gpt-3.5-turbo" is superseded and not priced here',
    );
  });

  test("leads to open weights where only the API is gone: Llama 2", () => {
    expect(explainName(catalog, "api-model", "meta.llama2-13b-chat-v1", TODAY)?.problem).toContain("its weights are llama-2-13b-chat");
    expect(findOpenModel(catalog, "llama-2-13b-chat")).toBeDefined();
    expect(explainName(catalog, "api-model", "llama-2-13b-chat", TODAY)?.problem).toContain("is an open-weight model");
  });

  test.each(["copilot", "GitHub-Copilot", "microsoft-copilot", "chatgpt", "cursor", "claude-code"])(
    "%s is explained as an application",
    (name) => {
      expect(explainName(catalog, "api-model", name, TODAY)?.problem).toContain("is an application, not a model with a token price");
    },
  );
});

describe("Vertex AI", () => {
  test("sells Gemini at the list price through its global endpoint, which is no place", () => {
    const routes = catalog.apiModels.filter((row) => row.routes.includes("vertex-gemini-global")).map(({ id }) => id);
    expect(routes).toContain("gemini-3.5-flash");
    expect(routes).not.toContain("gemini-3.8-flash");
    expect(catalog.routes.find(({ id }) => id === "vertex-gemini-global")?.facts).toMatchObject({
      euResidency: { value: "no" },
      regions: { value: ["global"] },
    });
  });
});
