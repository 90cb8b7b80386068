import { z } from "zod";

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

const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "letters, digits, dot, underscore and hyphen, at most 63 characters");
const note = z.string().min(1).max(300);
const isoDate = z.iso.date();
const ratio = z.number().min(0).max(1);
const positive = z.number().positive().max(1e15);
const atLeastZero = z.number().min(0).max(1e15);

/** A number, or how sure you are of it: `{ low, expected, high }` with low <= expected <= high. */
function range(number: z.ZodNumber) {
  return z.union([
    number,
    z.strictObject({ low: number, expected: number, high: number }).refine((r) => r.low <= r.expected && r.expected <= r.high, {
      message: "must be in order: low <= expected <= high",
    }),
  ]);
}

export const Compliance = z
  .strictObject({
    regimes: z.array(z.enum(regimes)).describe("Regulations and attestations that every route must satisfy."),
    data_residency: z.array(z.enum(residencies)).min(1).describe("Where request data may be processed and stored."),
    data_may_leave: z.boolean().describe("Whether request data may leave your own cloud account. false rules out every API. Default true."),
    zero_retention: z.boolean().describe("Whether the provider must keep no copy of requests. Default false."),
    no_training: z.boolean().describe("Whether the provider must not train on your data. Default false; pii and phi data imply true."),
    air_gapped: z.boolean().describe("No path to the internet at all. Cannot be waived. Default false."),
    private_network: z.boolean().describe("Requests must not cross the public internet (private link). Default false."),
    audit_log: z.enum(["none", "dashboard", "api", "siem"]).describe("The least audit log that is acceptable. Default none."),
  })
  .partial()
  .describe("What the law and your customers ask of whoever processes the data.");

const Volume = z
  .strictObject({
    requests_per_day: range(positive).optional().describe("Requests on an average day (30.42 days make a month)."),
    requests_per_month: range(positive).optional().describe("Requests in an average month of 730 hours."),
    growth_ratio_per_month: z
      .number()
      .min(-0.5)
      .max(1)
      .optional()
      .describe("Compound growth of requests per month; 0.05 is 5 %. Default 0."),
    hourly_profile: z
      .union([
        z.enum(["flat", "business_hours", "consumer", "global"]),
        z.strictObject({
          weights: z
            .array(atLeastZero)
            .length(24)
            .refine((w) => w.some((v) => v > 0), { message: "at least one hour needs a weight above 0" }),
          weekend_ratio: atLeastZero,
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
  .refine((v) => (v.requests_per_day === undefined) !== (v.requests_per_month === undefined), {
    message: "needs exactly one of requests_per_day and requests_per_month",
  })
  .describe("How many requests, and when.");

const Tokens = z
  .strictObject({
    input: range(atLeastZero).describe("Mean input tokens of one request, cached ones included."),
    output: range(atLeastZero).describe("Mean output tokens of one request, reasoning tokens included."),
    cached_input_ratio: ratio.optional().describe("Share of input tokens served from a prompt cache. Default by use case."),
    batch_ratio: ratio.optional().describe("Share of requests that may wait up to 24 hours (batch prices). Default 0."),
    growth_ratio_per_month: z
      .number()
      .min(-0.5)
      .max(1)
      .optional()
      .describe("Compound growth of tokens for each request per month. Default 0."),
  })
  .refine((t) => expectedOf(t.input) + expectedOf(t.output) > 0, { message: "input and output cannot both be 0" })
  .describe("Size of one request in tokens.");

const Needs = z
  .strictObject({
    context_window_tokens: positive
      .int()
      .optional()
      .describe("Longest request, input and output together. Default: input + output, high end, times 2."),
    features: z
      .array(z.enum(["tool_use", "json_schema", "vision", "web_search"]))
      .optional()
      .describe("Features the model must have."),
    min_benchmarks: z
      .record(z.string(), z.number().min(0).max(100))
      .optional()
      .describe("Least published score by benchmark, e.g. { mmlu: 80 }. Default by use case."),
    customization: z.enum(customizations).optional().describe("How far the model must be changeable. Default none."),
    availability_ratio: z
      .number()
      .min(0.9)
      .max(0.9999)
      .optional()
      .describe("Promised availability; from 0.999 on self-hosting needs a spare replica."),
  })
  .describe("What the model must be able to do.");

export const Workload = z
  .strictObject({
    name: identifier.describe("Short unique name."),
    use_case: z
      .enum(["simple_qa", "complex_reasoning", "code_generation", "bulk_processing", "customer_facing", "internal_tools"])
      .optional()
      .describe("Chooses documented defaults for cache share, daily profile and capability floor."),
    data_class: z
      .array(z.enum(["none", "pii", "phi", "pci", "cui", "classified"]))
      .optional()
      .describe("Kinds of sensitive data in the requests. Default [none]."),
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
      .strictObject({ path: z.enum(["api", "self-host"]), model: z.string().max(120) })
      .optional()
      .describe("What serves this workload today. A switch must save at least 10 % or be forced by a rule."),
    candidates: z
      .strictObject({ api: z.array(z.string().max(120)).optional(), open: z.array(z.string().max(120)).optional() })
      .optional()
      .describe("Restrict the search to these models. You vouch for their quality; no default capability floor applies."),
  })
  .describe("One kind of request that is served by one model.");

const apiPrice = z.strictObject({
  id: z.string().max(120).describe("API model id of the catalog."),
  effective_from: isoDate,
  effective_to: isoDate.optional(),
  input_usd_per_mtok: atLeastZero,
  output_usd_per_mtok: atLeastZero,
  cached_input_usd_per_mtok: atLeastZero.optional(),
  batch_input_usd_per_mtok: atLeastZero.optional(),
  batch_output_usd_per_mtok: atLeastZero.optional(),
  source: note.describe("Where the price stands, e.g. a contract."),
  checked: isoDate,
});

const gpuPrice = z.strictObject({
  id: z.string().max(60).describe("Instance type, e.g. p5.48xlarge."),
  region: z.string().max(30),
  usd_per_hour: positive,
  effective_from: isoDate,
  source: note.describe("Where the price stands, e.g. a private offer."),
  checked: isoDate,
});

const Deploy = z
  .strictObject({
    environment: identifier.optional().describe("Name that goes into resource names and tags. Default: the stage."),
    vpc: z
      .strictObject({
        id: z.string().regex(/^vpc-[a-z0-9]+$/),
        private_subnet_ids: z.array(z.string().regex(/^subnet-[a-z0-9-]+$/)).min(2),
      })
      .optional()
      .describe("An existing network. Default: a new VPC."),
    domain: z.string().max(253).optional().describe("Host name of the endpoint; needs certificate_arn."),
    certificate_arn: z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:/)
      .optional()
      .describe("ACM certificate of the load balancer. Default: an own certificate imported by the stack."),
    github_repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/)
      .optional()
      .describe("owner/name that the deploy role trusts."),
    backend: z
      .strictObject({
        s3: z.strictObject({ bucket: z.string().min(3).max(63), key: z.string().min(1).max(512), region: z.string().max(30).optional() }),
      })
      .optional()
      .describe("Where Terraform keeps its state. Default: a local file beside the stack."),
    alarm_email: z.email().optional().describe("Who is told when an alarm or a budget fires."),
  })
  .describe("Read by the stacks alone; never changes the decision.");

/**
 * The policy language: what a team declares about its LLM workloads. Keys are snake_case and carry their unit.
 * Parsed by `parsePolicy`, which turns every violation into a `Diagnostic` with line and column.
 *
 * Example: the smallest valid policy is
 * `{ version: 1, workloads: [{ name: "chat", volume: { requests_per_month: 1e6 }, tokens: { input: 500, output: 200 } }] }`.
 */
export const PolicyFile = z
  .strictObject({
    version: z.literal(1).describe("Version of the policy language."),
    name: identifier.optional().describe("Name of the policy. Default: the file name."),
    region: z.string().max(30).optional().describe("AWS region of the infrastructure. Default us-east-1."),
    horizon_months: z.int().min(1).max(60).optional().describe("Months that the decision looks ahead. Default 12."),
    stage: z
      .enum(["prototype", "production", "research"])
      .optional()
      .describe("Maturity; sets availability and people defaults. Default production."),
    team: z
      .strictObject({
        ml_ops: z.enum(["none", "part_time", "dedicated"]).optional().describe("Who can run GPU servers. Default none."),
        hourly_rate_usd: positive.optional().describe("Loaded cost of one engineer hour in USD. Default 95."),
      })
      .optional()
      .describe("The people who would run it."),
    compliance: Compliance.optional(),
    organisation: z
      .strictObject({
        domicile: z
          .string()
          .regex(/^[A-Z]{2}$/)
          .optional()
          .describe("ISO 3166 country of the licensee, e.g. US, DE."),
        monthly_active_users: atLeastZero.optional().describe("Users of your products in a month; some licences cap it."),
        annual_revenue_usd: atLeastZero.optional().describe("Annual revenue in USD; some licences cap it."),
      })
      .optional()
      .describe("Facts about you that open-weight licences ask for."),
    purchase: z
      .strictObject({
        gpu: z
          .enum(["on_demand", "savings_plan", "spot", "capacity_block"])
          .optional()
          .describe("How GPU instances are bought. Default on_demand."),
        gpu_discount_ratio: ratio.optional().describe("Your discount on the GPU list price; 0.3 is 30 % off. Default 0."),
        api_discount_ratio: ratio.optional().describe("Your discount on API list prices. Default 0."),
      })
      .optional()
      .describe("How you buy."),
    workloads: z.array(Workload).min(1).max(200).describe("One entry for each kind of request."),
    prices: z
      .strictObject({ api: z.array(apiPrice).optional(), gpu: z.array(gpuPrice).optional() })
      .optional()
      .describe("Your own prices; each needs a source. They win over the catalog."),
    measurements: z.array(z.unknown()).optional().describe("Measured throughput files. Not supported yet."),
    gates: z
      .strictObject({
        max_monthly_usd: positive.optional().describe("Fail when the expected monthly cost is above this."),
        max_increase_ratio: atLeastZero.optional().describe("Fail when the cost rises by more than this share against the base branch."),
        forbid_paths: z
          .array(z.enum(["api", "self-host", "hybrid", "none"]))
          .optional()
          .describe("Fail when the decision is one of these; none means that nothing fits."),
      })
      .optional()
      .describe("What fails the check. Read from the base branch; stricter gates of the head apply too."),
    waivers: z
      .array(
        z
          .strictObject({
            gate: z.enum(["max_monthly_usd", "max_increase_ratio", "forbid_paths"]).optional(),
            rule: z.string().max(60).optional(),
            workload: identifier.optional(),
            owner: note,
            reason: note,
            expires: isoDate,
          })
          .refine((w) => (w.gate === undefined) !== (w.rule === undefined), { message: "needs exactly one of gate and rule" }),
      )
      .optional()
      .describe("Accepted exceptions, each with an owner, a reason and an end. Read from the base branch."),
    deploy: Deploy.optional(),
  })
  .describe("Breakeven policy: the LLM workloads of a repository and what they need.");
export type PolicyFile = z.infer<typeof PolicyFile>;

/** The expected value of a number or a range: `expectedOf({ low: 1, expected: 2, high: 4 })` is 2. */
export function expectedOf(value: number | { readonly expected: number }): number {
  return typeof value === "number" ? value : value.expected;
}
