import { z } from "zod";
import { LARGEST_BUDGET_RATIO, LARGEST_WEIGHT } from "./limits.ts";
import {
  atLeastZero,
  exactlyOne,
  gpu,
  identifier,
  instance,
  isoDate,
  model,
  note,
  openModel,
  positive,
  ratio,
  region,
  repositoryFile,
  text,
} from "./terms.ts";
import { Compliance, Workload } from "./workload.ts";

const effectiveFrom = isoDate.describe("First day of this price, as YYYY-MM-DD.");
const checked = isoDate.describe("Day on which somebody last read the source, as YYYY-MM-DD.");

const apiPrice = z
  .strictObject({
    id: model.describe("API model id of the catalog."),
    effective_from: effectiveFrom,
    effective_to: isoDate.optional().describe("Last day of this price. Default: open end."),
    input_usd_per_mtok: atLeastZero.describe("USD per million input tokens."),
    output_usd_per_mtok: atLeastZero.describe("USD per million output tokens."),
    cached_input_usd_per_mtok: atLeastZero.optional().describe("USD per million input tokens served from the prompt cache."),
    batch_input_usd_per_mtok: atLeastZero.optional().describe("USD per million input tokens in batch mode."),
    batch_output_usd_per_mtok: atLeastZero.optional().describe("USD per million output tokens in batch mode."),
    batch_cached_input_usd_per_mtok: atLeastZero
      .optional()
      .describe("USD per million input tokens in batch mode that a cache holds; without it a batch pays for all input alike."),
    source: note.describe("Where the price stands, e.g. a contract."),
    checked,
  })
  .describe("One dated price of one API model.");

const gpuPrice = z
  .strictObject({
    id: instance.describe("Instance type, e.g. p5.48xlarge."),
    region: region.describe("AWS region in which the price holds."),
    usd_per_hour: positive.describe("USD for one instance hour."),
    effective_from: effectiveFrom,
    source: note.describe("Where the price stands, e.g. a private offer."),
    checked,
  })
  .describe("One dated price of one instance type in one region.");

const Measurement = z
  .strictObject({
    file: repositoryFile.describe("JSON file that the tool wrote, relative to the policy's folder or to the top of the repository."),
    model: openModel.describe("Open-weight model of the catalog that ran."),
    gpu: gpu.describe("GPU of the catalog that it ran on, e.g. h100."),
    tensor_parallel: z.int().min(1).max(64).describe("GPUs that one server was split over."),
    precision: z.enum(["bf16", "fp8", "int8", "int4", "mxfp4", "nvfp4"]).describe("Precision of the weights that ran."),
    kv_precision: z.enum(["bf16", "fp8"]).optional().describe("Precision of the KV cache that ran, as in --kv-cache-dtype. Default bf16."),
    tool: z
      .enum(["vllm_bench", "guidellm"])
      .optional()
      .describe("What wrote the file: vllm bench serve --save-result, or GuideLLM. Default: told from the file."),
    cached_input_ratio: ratio
      .optional()
      .describe("Share of the input tokens that the run found in the prefix cache. Default 0; a rate beyond the GPU's compute needs it."),
  })
  .describe("One benchmark of one server; it replaces the predicted throughput and latency of that model, GPU, size and precision.");

const Owned = z
  .strictObject({
    gpu: gpu.describe("GPU of the catalog, e.g. h100."),
    count: z.int().min(1).max(16).describe("GPUs in one machine."),
    machines: z.int().min(1).max(1000).optional().describe("Machines of this kind. Default 1."),
    purchase_usd: atLeastZero.describe("What one machine cost, with everything in it."),
    bought: isoDate.describe("Day of the purchase, as YYYY-MM-DD; depreciation runs from here."),
    depreciation_months: z
      .int()
      .min(1)
      .max(120)
      .optional()
      .describe("Months over which it is written off, in a straight line. Default 36."),
    power_kw: positive.max(200).describe("Power that one machine draws, in kW; it is billed for every hour, busy or not."),
    electricity_usd_per_kwh: atLeastZero.describe("USD for a kilowatt hour."),
    pue: z.number().min(1).max(3).optional().describe("Power of the room over that of the machine. Default 1.56."),
    hosting_usd_per_month: atLeastZero.optional().describe("Rack, network and remote hands of one machine. Default 0."),
  })
  .describe("One kind of GPU machine that you own. Nothing here builds it: synth says so.");

const Deploy = z
  .strictObject({
    environment: identifier.optional().describe("Name that goes into resource names and tags. Default: the stage."),
    vpc: z
      .strictObject({
        id: text(/^vpc-[a-z0-9]{1,40}$/, "a VPC id", "vpc-0a1b2c3d").describe("Id of the VPC."),
        private_subnet_ids: z
          .array(text(/^subnet-[a-z0-9-]{1,40}$/, "a subnet id", "subnet-0a1b2c3d").describe("Id of one private subnet."))
          .min(2)
          .max(20)
          .describe("Private subnets in at least two availability zones."),
      })
      .optional()
      .describe("An existing network. Default: a new VPC."),
    domain: text(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, "a host name in lower case", "llm.example.com")
      .optional()
      .describe("Host name of the endpoint. Without certificate_arn its clients must trust a private certificate."),
    certificate_arn: text(
      /^arn:aws[a-z-]{0,20}:acm:[a-z0-9-]{1,30}:\d{12}:certificate\/[A-Za-z0-9-]{1,64}$/,
      "the ARN of an ACM certificate",
      "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
    )
      .optional()
      .describe("ACM certificate of the load balancer, in the policy's region. Default: a private certificate imported by the stack."),
    github_repository: text(/^[\w.-]{1,39}\/[\w.-]{1,100}$/, "owner/name", "acme/support")
      .optional()
      .describe("Repository, as owner/name, that the deploy role trusts."),
    backend: z
      .strictObject({
        s3: z
          .strictObject({
            bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "an S3 bucket name", "acme-terraform").describe(
              "Bucket that holds the state.",
            ),
            key: z.string().min(1).max(512).describe("Object key of the state, e.g. llm.tfstate."),
            region: region.optional().describe("Region of the bucket. Default: the policy's region."),
          })
          .describe("State in Amazon S3."),
      })
      .optional()
      .describe("Where Terraform keeps its state. Default: a local file beside the stack."),
    alarm_email: z.email().optional().describe("Who is told when an alarm or a budget fires."),
    reserved_capacity: z
      .boolean()
      .optional()
      .describe("Servers take On-Demand Capacity Reservations that you make, first; AWS bills them as if they ran. Default false."),
    warm_instances: z
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe("Stopped servers of each fleet that are ready to grow in minutes; their disks are billed. Default 0."),
    gateway: z
      .enum(["none", "litellm"])
      .optional()
      .describe(
        "One address for all workloads: LiteLLM on Fargate routes, limits and keeps restricted data in. Default: litellm on a hybrid path, else none.",
      ),
  })
  .describe(
    "What the stacks build around the decision. A gateway, warm instances and an existing network change the bill, the other keys do not.",
  );

const Waiver = z
  .strictObject({
    gate: z.enum(["max_monthly_usd", "max_increase_ratio", "forbid_paths"]).optional().describe("Gate that may fail."),
    rule: z.string().min(1).max(60).optional().describe("Rule that an option may break; air-gapped cannot be waived."),
    workload: identifier.optional().describe("The one workload that the waiver is for. Default: all."),
    owner: note.describe("Who answers for the exception."),
    reason: note.describe("Why it is acceptable."),
    expires: isoDate.describe("Last day of the waiver, as YYYY-MM-DD."),
  })
  .meta({ description: "One accepted exception to a gate or a rule.", ...exactlyOne("gate", "rule") });

const weight = (what: string) => z.number().min(0).max(LARGEST_WEIGHT).optional().describe(`Weight of ${what}, 0 to 3. Default 1.`);

const Preferences = z
  .strictObject({
    budget_ratio: z
      .number()
      .min(0)
      .max(LARGEST_BUDGET_RATIO)
      .optional()
      .describe("Share of the cost that you would pay for a perfect soft fit; 0 decides by cost alone. Default 0.2."),
    weights: z
      .strictObject({
        capability: weight("capability beyond the floor"),
        privacy: weight("data privacy"),
        customization: weight("customization"),
        setup_speed: weight("a fast set-up"),
        operations: weight("light operations"),
        lock_in: weight("freedom from lock-in"),
        features: weight("breadth of features"),
        cost_predictability: weight("a predictable bill"),
        support: weight("support"),
      })
      .optional()
      .describe("What the budget is divided by."),
  })
  .describe("What soft advantages are worth to you, in money. Without this key only cost decides.");

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
    region: region.optional().describe("AWS region of the infrastructure. Default us-east-1."),
    horizon_months: z.int().min(1).max(60).optional().describe("Months that the decision looks ahead. Default 12."),
    stage: z
      .enum(["prototype", "production", "research"])
      .optional()
      .describe(
        "Maturity; what is not production has fewer NAT gateways, gateway tasks and on-demand servers, a prototype no spare server. Sets no people's hours. Default production.",
      ),
    ready_in_weeks: positive
      .max(260)
      .optional()
      .describe("Weeks until it must serve; own servers need longer than an API to set up. Default: no deadline."),
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
        domicile: text(/^[A-Z]{2}$/, "two capital letters of ISO 3166", "US")
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
        gpu_schedule: z
          .enum(["always", "weekly"])
          .optional()
          .describe("Whether instances run all the time, or follow the hours of a typical week (on_demand and spot only). Default always."),
        gpu_discount_ratio: ratio
          .optional()
          .describe("Your discount on the GPU list price; 0.3 is 30 % off. Rows under prices.gpu are taken as they are. Default 0."),
        owned: z
          .array(Owned)
          .max(20)
          .optional()
          .describe("GPU machines that you own; they compete with rented ones, at what they cost you."),
        api_discount_ratio: ratio
          .optional()
          .describe("Your discount on API prices, those of the catalog and your own under prices.api alike. Default 0."),
      })
      .optional()
      .describe("How you buy."),
    preferences: Preferences.optional(),
    workloads: z.array(Workload).min(1).max(200).describe("One entry for each kind of request."),
    prices: z
      .strictObject({
        api: z.array(apiPrice).max(200).optional().describe("Prices of API models."),
        gpu: z.array(gpuPrice).max(200).optional().describe("Prices of GPU instances."),
      })
      .optional()
      .describe("Your own prices; each needs a source. They win over the catalog."),
    measurements: z.array(Measurement).max(50).optional().describe("Your own benchmarks of a server; they win over the prediction."),
    gates: z
      .strictObject({
        max_monthly_usd: positive.optional().describe("Fail when the expected monthly cost is above this."),
        max_increase_ratio: atLeastZero.optional().describe("Fail when the cost rises by more than this share against the base branch."),
        forbid_paths: z
          .array(z.enum(["api", "self-host", "hybrid", "none"]))
          .max(4)
          .optional()
          .describe("Fail when the decision is one of these; none means that nothing fits."),
      })
      .optional()
      .describe("What fails the check. Read from the base branch; stricter gates of the head apply too."),
    waivers: z
      .array(Waiver)
      .max(200)
      .optional()
      .describe("Accepted exceptions, each with an owner, a reason and an end. Read from the base branch."),
    deploy: Deploy.optional(),
  })
  .describe("Breakeven policy: the LLM workloads of a repository and what they need.");
export type PolicyFile = z.infer<typeof PolicyFile>;
