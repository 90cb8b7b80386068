import { loadCatalog } from "../../src/catalog/index.ts";
import { evaluate } from "../../src/evaluate.ts";
import { type StackConfig, toStackConfig } from "../../src/stack-config.ts";

/** Policies over paths, regions, ways to buy GPUs, compliance and sizes, each with the stack that it leads to. */
export interface Cell {
  readonly name: string;
  readonly config: StackConfig;
}

const REGIONS = ["us-east-1", "eu-central-1", "us-gov-west-1"] as const;
const BUYS = {
  "on demand": { purchase: "on_demand", deploy: {} },
  reserved: { purchase: "on_demand", deploy: { reserved_capacity: true } },
  warm: { purchase: "on_demand", deploy: { warm_instances: 1 } },
  spot: { purchase: "spot", deploy: {} },
  block: { purchase: "capacity_block", deploy: {} },
} as const;
/** Requests a day. */
const SIZES = { small: 5000, large: 3_000_000 } as const;

const own = (size: keyof typeof SIZES, rules: object) => ({
  name: "records",
  data_class: ["pii"],
  volume: { requests_per_day: SIZES[size] },
  tokens: { input: 1500, output: 400 },
  candidates: { api: [], open: ["gpt-oss-20b"] },
  compliance: rules,
});
const bought = (region: string) => ({
  name: "search",
  volume: { requests_per_day: 4000 },
  tokens: { input: 800, output: 200 },
  candidates: {
    api: region === "us-east-1" ? ["gpt-5.4-mini"] : ["amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0", "gpt-5.4-mini"],
    open: [],
  },
});

interface Wish {
  readonly name: string;
  readonly region: string;
  readonly buy: keyof typeof BUYS;
  readonly workloads: readonly object[];
  readonly deploy: object;
}

function wishes(): readonly Wish[] {
  const network = { vpc: { id: "vpc-0a1b2c3d", private_subnet_ids: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"] } };
  return REGIONS.flatMap((region) => {
    const api = [{ gateway: "none" }, { gateway: "litellm" }, network, { ...network, gateway: "litellm" }].map((deploy) => {
      const name = `api ${region} ${JSON.stringify(deploy)}`;
      return { name, region, buy: "on demand" as const, workloads: [bought(region)], deploy };
    });
    const others = (Object.keys(BUYS) as (keyof typeof BUYS)[]).flatMap((buy) =>
      (["small", "large"] as const).flatMap((size) => {
        const rest = { region, buy };
        const rules = size === "small" ? { data_may_leave: false } : { private_network: true };
        const sealed = { data_may_leave: false, air_gapped: true };
        return [
          { ...rest, name: `self-host ${region} ${buy} ${size}`, workloads: [own(size, rules)], deploy: size === "small" ? {} : network },
          {
            ...rest,
            name: `sealed ${region} ${buy} ${size}`,
            workloads: [own(size, sealed)],
            deploy: size === "small" ? { gateway: "litellm" } : {},
          },
          {
            ...rest,
            name: `hybrid ${region} ${buy} ${size}`,
            workloads: [own(size, rules), bought(region)],
            deploy: size === "small" ? {} : network,
          },
        ];
      }),
    );
    return [...api, ...others];
  });
}

function cell({ name, region, buy, workloads, deploy }: Wish): Cell | null {
  const { purchase, deploy: more } = BUYS[buy];
  const policy = {
    version: 1,
    name: "matrix",
    region,
    purchase: { gpu: purchase, ...(purchase === "on_demand" ? {} : { gpu_discount_ratio: 0.2 }) },
    workloads,
    deploy: { domain: "llm.example.com", github_repository: "acme/llm", ...deploy, ...more },
  };
  const input = {
    path: "matrix.yml",
    text: JSON.stringify(policy),
    files: {},
    base: null,
    catalog: loadCatalog(),
    asOf: "2026-11-21",
    engineVersion: "0",
  };
  const result = evaluate(input);
  if (result.kind === "invalid") throw new Error(`${name}: ${JSON.stringify(result.diagnostics)}`);
  const stack = toStackConfig(result.evaluation, result.document.policy);
  return stack.kind === "stack" ? { name, config: stack.config } : null;
}

/** Every combination that a stack can be built for; an offer that a region does not have leaves its combination out. */
export function matrix(): readonly Cell[] {
  return wishes().flatMap((wish) => cell(wish) ?? []);
}
