import { describe, expect, it } from "vitest";
import { findApiModel, findGpu, findOpenModel } from "../../src/catalog/index.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { adapterParameters, runsPerMonth, trainingPlan } from "../../src/decide/fine-tuning.ts";
import { nameBook } from "../../src/decide/names.ts";
import { instanceOffers } from "../../src/decide/prices.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { AS_OF, catalog, documentOf, evaluated, only, type PolicyObject, policy, sumOf, workload } from "./support.ts";

const TRAINING = { training_tokens: 10_000_000, epochs: 3, runs_per_year: 4 };

function tuned(fineTuning: PolicyObject, candidates: PolicyObject, customization = "sft", more: PolicyObject = {}) {
  return evaluated(policy([workload({ needs: { customization, fine_tuning: fineTuning }, candidates, ...more })]));
}

function model(id: string) {
  const found = findOpenModel(catalog, id);
  if (found === undefined) throw new Error(`no model ${id}`);
  return found;
}

const FACTS = { trainingTokens: 10_000_000, examples: null, epochs: 3, runsPerYear: 4, adapterRank: 16, dataMayLeave: null };
const offers = instanceOffers(factsOf(documentOf(policy([workload()]))), catalog, AS_OF).offers;
const plan = (id: string, method: "full" | "adapters", facts = FACTS) =>
  trainingPlan(model(id), facts, method, offers, (gpu) => findGpu(catalog, gpu));

describe("training on a provider", () => {
  it("is tokens x epochs x runs at the provider's price, with people for each run", () => {
    const decision = only(tuned(TRAINING, { api: ["gpt-4.1-mini"] }));
    const [training] = decision.costLines.filter(({ id }) => id === "fine-tuning-training");

    // 10 M tokens x 3 epochs x 4 runs a year = 120 M a year, 10 M in an average month, at 5 USD.
    expect(training).toMatchObject({ quantity: 10, unit: "million tokens", unitPriceUsd: 5, monthlyUsd: 50 });
    // 4 runs x 8 hours over 12 months at 95 USD.
    expect(sumOf(decision, "fine-tuning-people")).toBeCloseTo(253.33, 2);
  });

  it("makes every token of the tuned model cost its surcharge", () => {
    const decision = only(tuned(TRAINING, { api: ["gpt-4.1-mini"] }));

    // 1 M requests of 500 / 200 tokens: 500 M x 0.40 and 200 M x 1.60 on top of as much again.
    expect(sumOf(decision, "fine-tuning-serving")).toBeCloseTo(520, 6);
    expect(sumOf(decision, "input-tokens", "output-tokens")).toBeCloseTo(520, 6);
  });

  it("costs nothing more to serve where the provider says so, and says that it is 0", () => {
    const decision = only(tuned(TRAINING, { api: ["gemini-2.5-pro"] }));
    const line = decision.costLines.find(({ id }) => id === "fine-tuning-serving");

    expect(line?.monthlyUsd).toBe(0);
    expect(line?.quantity).toBeCloseTo(700, 6);
  });

  it("has lines without an amount and a warning where nobody knows the price", () => {
    const evaluation = tuned(TRAINING, { api: ["command-r-plus-08-2024"] });
    const gaps = only(evaluation).costLines.filter(({ monthlyUsd }) => monthlyUsd === null);

    expect(gaps.map(({ id }) => id)).toEqual(["fine-tuning-serving", "fine-tuning-training"]);
    expect(evaluation.findings.find(({ id }) => id === "unpriced-lines")?.text).toContain("Surcharge of the tuned model");
  });

  it("never wins by a price that nobody knows against one that is known", () => {
    const decision = only(tuned(TRAINING, { api: ["command-r-plus-08-2024", "gpt-4.1-mini"] }));

    expect(decision.option?.model).toBe("gpt-4.1-mini");
    expect(decision.rejected.find(({ option }) => option.includes("command-r-plus"))).toMatchObject({ rule: "price", verdict: "unknown" });
  });

  it("takes as many examples as the provider does, at least and at most", () => {
    const verdict = (examples: number, api: string) => {
      const decision = only(tuned({ ...TRAINING, examples }, { api: [api] }));
      return decision.rejected.find(({ rule }) => rule === "training-examples")?.text ?? "takes them";
    };

    expect(verdict(9, "gpt-4.1-mini")).toBe("gpt-4.1-mini takes at least 10 examples, the policy has 9");
    expect(verdict(50, "gpt-4.1-mini")).toBe("takes them");
    expect(verdict(100_001, "gpt-4o-mini")).toBe("gpt-4o-mini takes at most 100000 examples, the policy has 100001");
    expect(verdict(1_000_001, "gemini-2.5-pro")).toBe("gemini-2.5-pro takes at most 1000000 examples, the policy has 1000001");
    expect(verdict(50_001, "command-r-plus-08-2024")).toBe("command-r-plus-08-2024 takes at most 50000 examples, the policy has 50001");
  });

  it("is not proven beyond a bound that nobody vouches for, and fails beyond a published one", () => {
    const verdict = (examples: number) =>
      only(tuned({ ...TRAINING, examples }, { api: ["gpt-4.1-mini"] })).rejected.find(({ rule }) => rule === "training-examples")?.verdict;

    expect(verdict(9)).toBe("fail");
    expect(verdict(100_001)).toBe("unknown");
  });

  it("is ruled out for training data that may not leave, though requests may", () => {
    const decision = only(tuned({ ...TRAINING, data_may_leave: false }, { api: ["gpt-4.1-mini"], open: ["qwen3-32b"] }));

    expect(decision.path).toBe("self-host");
    expect(decision.rejected.find(({ rule }) => rule === "training-data")?.text).toBe(
      "training data may not leave your account, and OpenAI API trains on uploaded data",
    );
    expect(only(tuned(TRAINING, { api: ["gpt-4.1-mini"] })).conditions).toContain(
      "Training data is uploaded to OpenAI API: get its commitment not to train other models on it",
    );
  });
});

describe("training on own GPUs", () => {
  it("takes the hours that its operations need at 0.3 of the peak, and one more", () => {
    const found = plan("llama-3.3-70b-instruct", "adapters");
    const gpu = findGpu(catalog, found?.offer.instance.gpu ?? "");
    const perSecond = (found?.nodes ?? 0) * (found?.offer.instance.gpuCount ?? 0) * (gpu?.bf16Tflops ?? 0) * 1e12 * 0.3;
    const operations = 4 * 3e7 * model("llama-3.3-70b-instruct").parameters.activeB * 1e9;

    expect(found?.hours).toBeCloseTo(operations / perSecond / 3600 + 1, 9);
    expect(found?.usd).toBeCloseTo((found?.hours ?? 0) * (found?.nodes ?? 0) * (found?.offer.usdPerHour ?? 0), 9);
  });

  it("fits adapters of a 70B model on fewer GPUs than training it whole, which takes several machines", () => {
    const memory = (found: ReturnType<typeof plan>) =>
      (found?.nodes ?? 0) * (found?.offer.instance.gpuCount ?? 0) * (findGpu(catalog, found?.offer.instance.gpu ?? "")?.memoryGiB ?? 0);

    expect(memory(plan("llama-3.3-70b-instruct", "adapters"))).toBeGreaterThan((2 * 70e9) / 2 ** 30);
    expect(memory(plan("llama-3.3-70b-instruct", "full"))).toBeGreaterThan((16 * 70e9) / 2 ** 30);
    expect(plan("llama-3.3-70b-instruct", "full")?.usd).toBeGreaterThan(plan("llama-3.3-70b-instruct", "adapters")?.usd ?? 0);
  });

  it("grows with tokens and epochs alike", () => {
    const double = { ...FACTS, trainingTokens: 20_000_000 };
    const epochs = { ...FACTS, epochs: 6 };

    expect(plan("qwen3-32b", "adapters", double)?.usd).toBe(plan("qwen3-32b", "adapters", epochs)?.usd);
    expect(plan("qwen3-32b", "adapters", double)?.usd).toBeGreaterThan(plan("qwen3-32b", "adapters")?.usd ?? 0);
  });

  it("is done on machines of your own where nothing may leave your premises, at what they cost an hour", () => {
    const machine = {
      gpu: "l40s",
      count: 4,
      machines: 2,
      purchase_usd: 36_000,
      bought: "2026-11-01",
      power_kw: 1,
      electricity_usd_per_kwh: 0.1,
    };
    const at = (compliance: PolicyObject) =>
      only(
        evaluated(
          policy([workload({ needs: { customization: "lora", fine_tuning: TRAINING }, candidates: { open: ["qwen3-32b"] }, compliance })], {
            purchase: { owned: [machine] },
          }),
        ),
      ).costLines.filter(({ id }) => id === "fine-tuning-training" || id === "fine-tuning-serving");
    const [training, ...others] = at({ on_premises: true });

    expect(training?.label).toBe("Training of qwen3-32b on owned-l40s-x4");
    expect(training?.monthlyUsd).toBeGreaterThan(0);
    expect(others).toEqual([]);
    expect(at({ data_may_leave: false }).map(({ id }) => id)).toEqual(["fine-tuning-training", "fine-tuning-serving"]);
    // 32 billion parameters trained whole are 573 GiB: two machines of 180 do not hold them.
    const whole = only(
      evaluated(
        policy(
          [
            workload({
              needs: { customization: "full_finetune", fine_tuning: TRAINING },
              candidates: { open: ["qwen3-32b"] },
              compliance: { on_premises: true },
            }),
          ],
          { purchase: { owned: [machine] } },
        ),
      ),
    ).costLines.find(({ id }) => id === "fine-tuning-training");
    expect(whole).toMatchObject({ monthlyUsd: null, source: "qwen3-32b fits for training on no instance on offer" });
  });

  it("costs instance hours, people and stored adapters, spread over the horizon, and is never free", () => {
    const decision = only(tuned(TRAINING, { open: ["qwen3-32b"] }, "lora"));
    const found = plan("qwen3-32b", "adapters");

    expect(sumOf(decision, "fine-tuning-training")).toBeCloseTo(((found?.usd ?? 0) * 4) / 12, 6);
    expect(sumOf(decision, "fine-tuning-training")).toBeGreaterThan(0);
    expect(sumOf(decision, "fine-tuning-people")).toBeCloseTo((4 * 16 * 95) / 12, 6);
    expect(decision.costLines.find(({ id }) => id === "fine-tuning-serving")?.unit).toBe("GB-month");
  });

  it("has adapters of about a thousandth of the model: 6.8 million parameters for 8B, 32.8 million for 70B at rank 16", () => {
    const eight = adapterParameters(model("llama-3.1-8b-instruct"), 16);
    const seventy = adapterParameters(model("llama-3.3-70b-instruct"), 16);

    expect(eight).toBe(6_815_744);
    expect(eight / (model("llama-3.1-8b-instruct").parameters.totalB * 1e9)).toBeCloseTo(0.00085, 5);
    expect(seventy).toBe(32_768_000);
    expect(seventy / (model("llama-3.3-70b-instruct").parameters.totalB * 1e9)).toBeCloseTo(0.00046, 5);
  });
});

describe("the whole of it", () => {
  it("pays the first run in any case, and later ones by the horizon", () => {
    expect(runsPerMonth({ ...FACTS, runsPerYear: 4 }, 12)).toBeCloseTo(4 / 12, 12);
    expect(runsPerMonth({ ...FACTS, runsPerYear: 0.5 }, 12)).toBeCloseTo(1 / 12, 12);
    expect(runsPerMonth({ ...FACTS, runsPerYear: 1 }, 24)).toBeCloseTo(1 / 12, 12);
  });

  it("adds up: the lines are the cost of the workload", () => {
    for (const candidates of [{ api: ["gpt-4.1-mini"] }, { open: ["qwen3-32b"] }]) {
      const evaluation = tuned(TRAINING, candidates);
      expect(sumOf(only(evaluation))).toBeCloseTo(evaluation.decision.monthlyCostUsd?.expected ?? Number.NaN, 6);
    }
  });

  it("decides where to tune for each workload by itself", () => {
    const needs = { customization: "sft", fine_tuning: { ...TRAINING, data_may_leave: false } };
    const own = workload({ name: "own", needs, candidates: { api: ["gpt-4.1-mini"], open: ["qwen3-32b"] } });
    const bought = workload({
      name: "bought",
      needs: { customization: "sft", fine_tuning: TRAINING },
      candidates: { api: ["gpt-4.1-mini"] },
    });
    const { decision } = evaluated(policy([own, bought]));

    expect(decision.path).toBe("hybrid");
    expect(decision.workloads.map(({ path }) => path)).toEqual(["self-host", "api"]);
  });

  it("keeps weights that were changed for one workload on servers of their own, and adapters beside those that all share", () => {
    const pair = (customization: string) => {
      const changed = workload({ name: "changed", needs: { customization }, candidates: { open: ["qwen3-32b"] } });
      const plain = workload({ name: "plain", candidates: { open: ["qwen3-32b"] }, compliance: { data_may_leave: false } });
      return evaluated(policy([changed, plain])).decision;
    };
    const [whole, adapters] = [pair("full_finetune"), pair("lora")];

    expect(whole.fleets.map(({ workloads }) => workloads)).toEqual([["plain"], ["changed"]]);
    expect(new Set(whole.fleets.map(({ id }) => id)).size).toBe(2);
    expect(whole.workloads[0]?.option?.id).toMatch(/\/of-changed$/);
    expect(adapters.fleets.map(({ workloads }) => workloads)).toEqual([["changed", "plain"]]);
    expect(whole.monthlyCostUsd?.expected ?? 0).toBeGreaterThan(adapters.monthlyCostUsd?.expected ?? 0);
  });

  it("prints the defaults that it relied on, and says when training is not declared", () => {
    const evaluation = tuned({ training_tokens: 1_000_000 }, { api: ["gpt-4.1-mini"] });
    const keys = evaluation.decision.assumptions.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["requests: needs.fine_tuning.epochs", "requests: needs.fine_tuning.runs_per_year"]));

    const silent = evaluated(policy([workload({ needs: { customization: "sft" }, candidates: { api: ["gpt-4.1-mini"] } })]));
    expect(silent.findings.find(({ id }) => id === "training-not-priced")?.text).toContain("declare needs.fine_tuning");
  });

  it("refuses training data beside a customization that trains nothing, with its line", () => {
    const value = policy([workload({ needs: { customization: "prompt", fine_tuning: TRAINING } })]);
    const parsed = parsePolicy(JSON.stringify(value, null, 1), "policy.yml", nameBook(catalog, AS_OF));

    expect(parsed).toMatchObject({
      kind: "invalid",
      diagnostics: [{ code: "contradiction", message: expect.stringContaining('beside customization "prompt"') }],
    });
  });

  it("names a price for what is tuned at OpenAI and Google, with its date and its low certainty", () => {
    for (const id of ["gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o-mini", "gemini-2.5-pro"]) {
      const tuning = findApiModel(catalog, id)?.tuning;
      expect(tuning, id).toMatchObject({ certainty: "low", checked: "2026-11-20" });
      expect(tuning?.trainingUsdPerMTok, id).toBeGreaterThan(0);
    }
  });
});
