import { describe, expect, it } from "vitest";
import { explainName } from "../../../src/catalog/names.ts";
import { AS_OF, catalog, evaluated, only, type PolicyObject, policy, workload } from "../support.ts";
import { judged, onSide, outcomes, passing, verdicts } from "./support.ts";

const api = (id: string) => catalog.apiModels.find((row) => row.id === id);
const open = (id: string) => catalog.openModels.find((row) => row.id === id);
const licenceOf = (id: string) => catalog.licences.find((row) => row.id === open(id)?.licence);

describe("kinds of model", () => {
  it("are closed by the token, open weights, and open down to code and data; no API hands out weights", () => {
    const levels = new Set(catalog.openModels.map((row) => row.openness));
    expect(levels).toContain("weights");
    expect(levels).toContain("weights_code_data");
    expect(new Set(catalog.apiModels.map((row) => row.weights))).toEqual(new Set(["closed", "open"]));
    for (const wanted of ["weights", "weights_code", "weights_code_data"]) {
      const rows = judged({ needs: { openness: wanted } });
      expect(outcomes([...onSide(rows, "closed"), ...onSide(rows, "managed")], "openness"), wanted).toEqual(["fail"]);
    }
  });

  it("drop Llama where training code and data must be open, and keep OLMo", () => {
    const rows = judged({
      needs: { openness: "weights_code_data" },
      candidates: { open: ["llama-3.3-70b-instruct", "olmo-2-13b-instruct"] },
    });
    expect(passing(rows).map(({ model }) => model)).toEqual(["olmo-2-13b-instruct"]);
    expect(verdicts(rows, "openness").get("self-host/llama-3.3-70b-instruct")?.text).toContain(
      "not weights, training code and training data",
    );
  });

  it("leave a model unproven whose openness rests on a row of low certainty", () => {
    const rows = judged({ needs: { openness: "weights_code" }, candidates: { open: ["bloom-176b"] } });
    expect(outcomes(rows, "openness")).toEqual(["unknown"]);
  });

  it("need only the weights in hand: every open-weight model passes, no host of them does", () => {
    const rows = judged({ needs: { openness: "weights" } });
    expect(outcomes(onSide(rows, "open"), "openness")).toEqual(["pass"]);
    const [reason] = [...verdicts(onSide(rows, "managed"), "openness").values()];
    expect(reason?.text).toMatch(/does not hand out the weights$/);
    expect(reason?.line).not.toBeNull();
  });

  it("count Qwen 72B and DeepSeek as open weights and no more", () => {
    expect([open("qwen2.5-72b-instruct")?.openness, open("deepseek-v3")?.openness]).toEqual(["weights", "weights"]);
  });
});

describe("families that the framework names", () => {
  const FAMILIES: readonly (readonly [model: string, publisher: RegExp, billions: number, licence: RegExp])[] = [
    ["llama-2-7b-chat", /Meta/, 6.7, /Llama 2/],
    ["llama-3-70b-instruct", /Meta/, 70.6, /Llama/],
    ["llama-3.1-8b-instruct", /Meta/, 8, /Llama/],
    ["llama-3.1-70b-instruct", /Meta/, 70.6, /Llama/],
    ["llama-3.1-405b-instruct", /Meta/, 405.9, /Llama/],
    ["mistral-7b-instruct-v0.3", /Mistral/, 7.2, /Apache/],
    ["mixtral-8x7b-instruct-v0.1", /Mistral/, 46.7, /Apache/],
    ["mixtral-8x22b-instruct-v0.1", /Mistral/, 140.6, /Apache/],
    ["qwen2.5-0.5b-instruct", /Alibaba|Qwen/, 0.5, /Apache/],
    ["qwen2.5-3b-instruct", /Alibaba|Qwen/, 3.1, /Research/],
    ["qwen2.5-72b-instruct", /Alibaba|Qwen/, 72.7, /Qwen License/],
    ["gemma-3-1b-it", /Google/, 1, /Gemma/],
    ["gemma-3-4b-it", /Google/, 3.9, /Gemma/],
    ["gemma-3-12b-it", /Google/, 12.2, /Gemma/],
    ["gemma-3-27b-it", /Google/, 27.4, /Gemma/],
    ["deepseek-v3", /DeepSeek/, 671, /DeepSeek/],
    ["deepseek-v3-0324", /DeepSeek/, 671, /MIT/],
    ["phi-3-mini-4k-instruct", /Microsoft/, 3.8, /MIT/],
    ["phi-4", /Microsoft/, 14.7, /MIT/],
    ["falcon-7b-instruct", /TII|Technology Innovation/i, 7.2, /Apache/],
    ["bloom-176b", /BigScience/, 176.2, /RAIL/],
    ["stablelm-2-12b-chat", /Stability/, 12.1, /Stability/],
    ["tinyllama-1.1b-chat-v1.0", /TinyLlama/, 1.1, /Apache/],
  ];
  for (const [model, publisher, billions, licence] of FAMILIES) {
    it(`hold ${model} with its publisher, size and licence`, () => {
      expect(open(model)?.publisher).toMatch(publisher);
      expect(Math.abs((open(model)?.parameters.totalB ?? 0) / billions - 1)).toBeLessThan(0.05);
      expect(licenceOf(model)?.name).toMatch(licence);
    });
  }

  it("activate a part of a mixture of experts: DeepSeek V3 37 of 671 billion", () => {
    expect(open("deepseek-v3")?.parameters.activeB).toBeCloseTo(37, 0);
  });

  it("are licensed one by one: research licences fall, user caps bind, Apache passes", () => {
    const verdictOf = (model: string, organisation: PolicyObject = {}) =>
      outcomes(judged({ candidates: { open: [model] } }, { organisation }), "licence")[0];
    expect(verdictOf("qwen2.5-3b-instruct")).toBe("fail");
    expect(verdictOf("mistral-large-2-123b-instruct-2407")).toBe("fail");
    expect(verdictOf("qwen2.5-7b-instruct")).toBe("pass");
    expect(verdictOf("qwen2.5-72b-instruct", { monthly_active_users: 150_000_000 })).toBe("fail");
    expect(verdictOf("llama-3.1-70b-instruct", { monthly_active_users: 150_000_000 })).toBe("pass");
    expect(verdictOf("llama-3.1-70b-instruct", { monthly_active_users: 800_000_000 })).toBe("fail");
    expect(verdictOf("mixtral-8x7b-instruct-v0.1")).toBe("pass");
    expect(verdictOf("stablelm-2-12b-chat")).toBe("unknown");
  });
});

describe("providers that the framework names", () => {
  it("have a price, a route with facts and known limits: OpenAI, Anthropic, Google, Cohere, xAI", () => {
    for (const provider of ["openai", "anthropic", "google", "cohere", "xai"]) {
      const rows = catalog.apiModels.filter((row) => row.provider === provider);
      expect(rows.length, provider).toBeGreaterThan(2);
      for (const row of rows) {
        expect(row.prices.length, row.id).toBeGreaterThan(0);
        for (const id of row.routes)
          expect(Object.keys(catalog.routes.find((route) => route.id === id)?.facts ?? {}).length, id).toBeGreaterThan(10);
      }
    }
  });

  it("sell through an API of their own or through a managed cloud", () => {
    const kinds = (provider: string) =>
      new Set(
        catalog.apiModels
          .filter((row) => row.provider === provider || row.sameModelAs !== null)
          .flatMap((row) => row.routes)
          .map((id) => catalog.routes.find((route) => route.id === id)?.routeKind),
      );
    expect(kinds("openai")).toEqual(new Set(["first-party-api", "managed-cloud"]));
    expect(kinds("anthropic")).toEqual(new Set(["first-party-api", "managed-cloud"]));
    expect(catalog.routes.find(({ id }) => id === "vertex-gemini")?.label).toContain("Vertex");
  });

  it("host open weights by the token too, for those without servers", () => {
    const managed = catalog.apiModels.filter((row) => row.weights === "open");
    expect(managed.length).toBeGreaterThan(10);
    const wide = only(evaluated(policy([workload({ candidates: undefined, volume: { requests_per_month: 20_000 } })])));
    expect([wide.option, ...wide.runnersUp.map(({ option }) => option)].some((option) => option?.kind === "managed")).toBe(true);
  });

  it("keep old prices with their dates and refuse names that serve no more", () => {
    expect(api("gpt-4o")?.prices[0]).toMatchObject({ inputUsdPerMTok: 2.5, outputUsdPerMTok: 10 });
    expect(api("gpt-4o-mini")?.prices[0]).toMatchObject({ inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.6 });
    expect(api("gpt-4.1-mini")?.prices[0]).toMatchObject({ inputUsdPerMTok: 0.4, outputUsdPerMTok: 1.6 });
    expect(api("gpt-4.1")?.prices[0]).toMatchObject({ inputUsdPerMTok: 2, outputUsdPerMTok: 8 });
    expect(api("claude-3-5-haiku-20241022")?.prices[0]).toMatchObject({ inputUsdPerMTok: 0.8, outputUsdPerMTok: 4 });
    expect(api("claude-sonnet-4-20250514")?.prices[0]).toMatchObject({ inputUsdPerMTok: 3, outputUsdPerMTok: 15 });
    for (const name of ["gpt-3.5-turbo", "gpt-4", "claude-3-5-sonnet"])
      expect(explainName(catalog, "api-model", name, AS_OF)?.fix, name).toMatch(/^use "/);
  });

  it("are not confused with applications: Copilot is none of their models", () => {
    expect(explainName(catalog, "api-model", "copilot", AS_OF)).toMatchObject({
      problem: '"copilot" is an application, not a model with a token price',
    });
  });

  it("are not priced by a silent guess when the id is wrong: a hub name that never existed is an error", () => {
    const problem = explainName(catalog, "open-model", "meta-llama/Llama-3-70b-chat-hf", AS_OF);
    expect(problem?.problem).toContain("unknown");
    expect(problem?.fix).toMatch(/llama/i);
    expect(open("llama-3-70b-instruct")?.hubRepo).toBe("meta-llama/Meta-Llama-3-70B-Instruct");
  });

  it("are dated, every price and every benchmark of them", () => {
    for (const row of catalog.apiModels) for (const price of row.prices) expect(price.checked, row.id).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const row of catalog.benchmarks) expect(row.checked, row.model).toMatch(/^20\d\d-\d\d-\d\d$/);
  });
});

describe("instances", () => {
  it("come in the shapes that are sold: one or eight H100, never four", () => {
    const counts = catalog.instances.filter(({ gpu }) => gpu.startsWith("h100")).map(({ gpuCount }) => gpuCount);
    expect(new Set(counts)).toEqual(new Set([1, 8]));
  });

  it("carry the cards that the framework names, and cost what AWS lists: 6.88 USD for an H100 hour, not 2.50 (C28)", () => {
    const gpus = new Set(catalog.instances.map(({ gpu }) => gpu));
    for (const card of ["h100", "a100", "l40s"])
      expect(
        [...gpus].some((gpu) => gpu.startsWith(card)),
        card,
      ).toBe(true);
    const p5 = catalog.instances.find(({ id }) => id === "p5.48xlarge");
    expect((p5?.usdPerHour["us-east-1"]?.onDemand ?? 0) / 8).toBeCloseTo(6.88, 2);
    expect((p5?.usdPerHour["us-east-1"]?.onDemand ?? 0) * 730).toBeCloseTo(40_179, 0);
  });
});
