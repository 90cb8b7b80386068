import type { Evaluation, Fleet } from "./decide/types.ts";
import type { Policy } from "./policy/policy.ts";

/**
 * What the stacks build, as plain JSON without cdktf: the bridge between a decision and Terraform.
 * Two equal configurations synthesize to the same bytes.
 */
export interface StackConfig {
  readonly path: "api" | "self-host" | "hybrid";
  /** Lower-case letters, digits and hyphens, at most 40 characters; prefix of every resource name. */
  readonly name: string;
  readonly environment: string;
  readonly stage: "prototype" | "production" | "research";
  readonly region: string;
  readonly partition: "aws" | "aws-us-gov" | "aws-eusc";
  readonly tags: Readonly<Record<string, string>>;
  readonly backend:
    | { readonly kind: "local" }
    | { readonly kind: "s3"; readonly bucket: string; readonly key: string; readonly region: string };
  readonly network:
    | { readonly kind: "new" }
    | { readonly kind: "existing"; readonly vpcId: string; readonly privateSubnetIds: readonly string[] };
  readonly airGapped: boolean;
  readonly privateNetwork: boolean;
  readonly domain: string | null;
  readonly certificateArn: string | null;
  readonly githubRepository: string | null;
  readonly alarmEmail: string | null;
  /** Expected monthly cost of the whole policy in US dollars, rounded up to a whole dollar; sizes the budget. */
  readonly monthlyBudgetUsd: number;
  readonly logRetentionDays: number;
  /** One entry for each provider and model bought by the token; empty on the self-host path. */
  readonly api: readonly ApiAccess[];
  /** One entry for each fleet; empty on the API path. */
  readonly fleets: readonly FleetConfig[];
  /** Which side serves each workload; restricted workloads may never fall back to an API. */
  readonly routes: readonly {
    readonly workload: string;
    readonly path: "api" | "self-host";
    readonly target: string;
    readonly restricted: boolean;
  }[];
}

/** A provider whose key (or, for Bedrock, whose permission) the workloads need. */
export interface ApiAccess {
  readonly provider: string;
  /** Bedrock needs no key: IAM permission for `models` instead. */
  readonly keyless: boolean;
  readonly models: readonly string[];
  readonly workloads: readonly string[];
}

export interface FleetConfig {
  readonly id: string;
  readonly model: string;
  readonly hubRepo: string;
  readonly gatedDownload: boolean;
  readonly weightsGiB: number;
  readonly instanceType: string;
  readonly gpuCountPerInstance: number;
  readonly replicasPerInstance: number;
  readonly tensorParallel: number;
  readonly instances: { readonly minimum: number; readonly desired: number; readonly maximum: number };
  readonly purchase: "on_demand" | "savings_plan" | "spot" | "capacity_block";
  readonly vllmFlags: Fleet["vllmFlags"];
  readonly ttftMsP95: number | null;
  readonly rootVolumeGiB: number;
}

export type StackConfigResult =
  | { readonly kind: "stack"; readonly config: StackConfig }
  | { readonly kind: "not-built"; readonly text: string };

export declare function toStackConfig(evaluation: Evaluation, policy: Policy): StackConfigResult;
