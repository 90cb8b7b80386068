import { z } from "zod";
import { atLeastZero, exactlyOne, growth, identifier, model, openModel, positive, range, ratio } from "./terms.ts";

/** How far a model must be changeable, from not at all to its architecture. */
const customizations = [
  "none",
  "prompt",
  "tone_format",
  "sft",
  "lora",
  "full_finetune",
  "continued_pretraining",
  "merge",
  "distill",
  "quantize",
  "tokenizer",
  "architecture",
] as const;

const regimes = [
  "hipaa",
  "pci_dss",
  "gdpr",
  "eu_ai_act",
  "soc2",
  "iso27001",
  "iso42001",
  "fedramp_moderate",
  "fedramp_high",
  "il4",
  "il5",
  "il6",
] as const;

const residencies = ["us", "eu", "uk", "ch", "ca", "jp", "kr", "sg", "in", "au", "ae", "br"] as const;

/** Kinds of work; each has documented defaults. */
export const useCases = [
  "simple_qa",
  "complex_reasoning",
  "code_generation",
  "bulk_processing",
  "customer_facing",
  "internal_tools",
] as const;

/** Needs that the law and customers put on whoever processes the data; stands at the top and, merged over it, at a workload. */
export const Compliance = z
  .strictObject({
    regimes: z.array(z.enum(regimes)).max(30).describe("Regulations and attestations that every route must satisfy."),
    data_residency: z.array(z.enum(residencies)).min(1).max(30).describe("Where request data may be processed and stored."),
    data_may_leave: z.boolean().describe("Whether request data may leave your own cloud account. false rules out every API. Default true."),
    zero_retention: z.boolean().describe("Whether the provider must keep no copy of requests. Default false."),
    no_training: z.boolean().describe("Whether the provider must not train on your data. Default false; pii and phi data imply true."),
    air_gapped: z.boolean().describe("No path to the internet at all. Cannot be waived. Default false."),
    on_premises: z.boolean().describe("Whether it must run in your own building; nothing here builds that, and it says so. Default false."),
    private_network: z.boolean().describe("Requests must not cross the public internet (private link). Default false."),
    audit_log: z.enum(["none", "dashboard", "api", "siem"]).describe("The least audit log that is acceptable. Default none."),
  })
  .partial()
  .describe("What the law and your customers ask of whoever processes the data.");

const Volume = z
  .strictObject({
    requests_per_day: range(positive).optional().describe("Requests on an average day (30.42 days make a month)."),
    requests_per_month: range(positive).optional().describe("Requests in an average month of 730 hours."),
    growth_ratio_per_month: growth.optional().describe("Compound growth of requests per month; 0.05 is 5 %. Default 0."),
    hourly_profile: z
      .union([
        z.enum(["flat", "business_hours", "consumer", "global"]),
        z.strictObject({
          weights: z
            .array(atLeastZero)
            .length(24)
            .describe("Relative traffic of the hours 0 to 23, local time; only their proportions count."),
          weekend_ratio: atLeastZero.describe("Requests of a weekend day against a weekday: 0 is closed, 1 is the same."),
        }),
      ])
      .optional()
      .describe("Shape of the day: a named profile, or 24 hourly weights and the weekend's share of a weekday. Default by use case."),
    peak_to_average: z
      .number()
      .min(1)
      .max(100)
      .optional()
      .describe("Worst minute against the mean of the busiest hour. Default by request rate."),
  })
  .meta({ description: "How many requests, and when.", ...exactlyOne("requests_per_day", "requests_per_month") });

const Tokens = z
  .strictObject({
    input: range(atLeastZero).describe("Mean input tokens of one request, cached ones included."),
    output: range(atLeastZero).describe("Mean output tokens of one request, reasoning tokens included."),
    cached_input_ratio: ratio
      .optional()
      .describe(
        "Share of input tokens served from a prompt cache, in batches too where the provider has a price for it. Default by use case, and 0 in batches.",
      ),
    cache_write_ratio: ratio
      .optional()
      .describe(
        "Share of input tokens that are written to a prompt cache for five minutes, where the provider charges more for it. Default: not priced, and said.",
      ),
    batch_ratio: ratio.optional().describe("Share of requests that may wait up to 24 hours (batch prices). Default 0."),
    growth_ratio_per_month: growth.optional().describe("Compound growth of tokens for each request per month. Default 0."),
  })
  .describe("Size of one request in tokens.");

const FineTuning = z
  .strictObject({
    training_tokens: positive.describe("Tokens of the training data, all examples together, counted once."),
    examples: positive.int().optional().describe("Examples in the training data; providers have a least and a most. Default: not checked."),
    epochs: z.int().min(1).max(100).optional().describe("Times that one run reads the data. Default 3."),
    runs_per_year: positive.max(366).optional().describe("Trainings a year; the first one is always paid. Default 2."),
    adapter_rank: z.int().min(1).max(512).optional().describe("Rank of the adapters on own weights (sft, lora). Default 16."),
    data_may_leave: z
      .boolean()
      .optional()
      .describe("Whether the training data may leave your own cloud account; requests have their own key. Default: as the requests."),
  })
  .describe(
    "What the customization is trained with, so that both sides pay for it. Only beside sft, lora, full_finetune, continued_pretraining or distill.",
  );

const Needs = z
  .strictObject({
    context_window_tokens: positive
      .int()
      .optional()
      .describe("Longest request, input and output together. Default: input + output, high end, times 2."),
    features: z
      .array(z.enum(["tool_use", "json_schema", "vision", "web_search"]))
      .max(10)
      .optional()
      .describe("Features the model must have."),
    min_benchmarks: z
      .record(z.string(), z.number().min(0).max(100))
      .optional()
      .describe("Least published score by benchmark, e.g. { mmlu: 80 }. Default by use case."),
    openness: z
      .enum(["weights", "weights_code", "weights_code_data"])
      .optional()
      .describe(
        "What must be published of the model: its weights, their training code, the data too. Rules out every API. Default: nothing.",
      ),
    customization: z.enum(customizations).optional().describe("How far the model must be changeable. Default none."),
    fine_tuning: FineTuning.optional(),
    availability_ratio: z
      .number()
      .min(0.9)
      .max(0.9999)
      .optional()
      .describe("Promised availability; from 0.999 on self-hosting needs a spare replica."),
  })
  .describe("What the model must be able to do.");

/**
 * One kind of request that is served by one model. Required are `name`, `volume` and `tokens`.
 * Example: `{ name: "chat", volume: { requests_per_month: 1e6 }, tokens: { input: 500, output: 200 } }`.
 */
export const Workload = z
  .strictObject({
    name: identifier.describe("Short unique name."),
    use_case: z.enum(useCases).optional().describe("Chooses documented defaults for cache share, daily profile and capability floor."),
    data_class: z
      .array(z.enum(["none", "pii", "phi", "pci", "cui", "classified"]))
      .min(1)
      .max(10)
      .optional()
      .meta({
        description:
          "Kinds of sensitive data in the requests. Default [none]; no API takes the overflow of own servers unless this or compliance.data_may_leave says what it is.",
        anyOf: [{ maxItems: 1 }, { not: { contains: { const: "none" } } }],
      }),
    volume: Volume,
    tokens: Tokens,
    latency: z
      .strictObject({
        ttft_ms_p95: positive.optional().describe("Time to first token, 95th percentile, in milliseconds."),
        tpot_ms_p95: positive.optional().describe("Time per output token after the first, 95th percentile, in milliseconds."),
      })
      .optional()
      .describe("Latency promise. Absent means throughput work without a promise."),
    needs: Needs.optional(),
    compliance: Compliance.optional().describe("This workload's own needs, merged over the policy's."),
    current: z
      .strictObject({
        path: z.enum(["api", "self-host"]).describe("How it is served today."),
        model: model.describe("Model id of the catalog that serves it today."),
      })
      .optional()
      .describe("What serves this workload today. A switch must save at least 10 % or be forced by a rule."),
    candidates: z
      .strictObject({
        api: z.array(model).max(100).optional().describe("Models bought by the token. Absent or empty: none, when open names one."),
        open: z
          .array(openModel)
          .max(100)
          .optional()
          .describe("Open-weight models to host yourself. Absent or empty: none, when api names one."),
      })
      .optional()
      .meta({
        anyOf: [
          { properties: { api: { minItems: 1 } }, required: ["api"] },
          { properties: { open: { minItems: 1 } }, required: ["open"] },
        ],
      })
      .describe("Restrict the search to these models. You vouch for their quality; no default capability floor applies."),
  })
  .describe("One kind of request that is served by one model.");
