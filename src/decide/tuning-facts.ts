import type { PolicyWorkload } from "../policy/policy.ts";
import { TRAINED } from "../policy/tuning-rules.ts";
import type { Default } from "./defaults.ts";

/** Training data and how often it is trained with, every default filled in. */
export interface FineTuningFacts {
  /** Tokens of the data, counted once. */
  readonly trainingTokens: number;
  /** null where the policy does not say. */
  readonly examples: number | null;
  readonly epochs: number;
  readonly runsPerYear: number;
  readonly adapterRank: number;
  readonly dataMayLeave: boolean | null;
}

export const TUNING_DEFAULTS = {
  epochs: { key: "needs.fine_tuning.epochs", value: 3, source: "framework's QLoRA example, and the usual default of providers" },
  runsPerYear: { key: "needs.fine_tuning.runs_per_year", value: 2, source: "ours: a base model is replaced about twice a year" },
  adapterRank: {
    key: "needs.fine_tuning.adapter_rank",
    value: 16,
    source: "LoRA paper (Hu and others 2021) and the framework's example: 8 to 64",
  },
} as const satisfies Record<string, Default<number>>;

/** Whether a workload is served by weights that were trained for it, and the policy says with what. */
export function isTuned(workload: { readonly fineTuning: FineTuningFacts | null; readonly customization: string }): boolean {
  return workload.fineTuning !== null && TRAINED.includes(workload.customization);
}

/** Kinds of customization whose result is other weights, where adapters and prompts leave those of the model as they are. */
const NEW_WEIGHTS: readonly string[] = [
  "full_finetune",
  "continued_pretraining",
  "merge",
  "distill",
  "quantize",
  "architecture",
] satisfies readonly WorkloadCustomization[];

type WorkloadCustomization = NonNullable<NonNullable<PolicyWorkload["needs"]>["customization"]>;

/** Whether own servers of a workload hold weights that were made for it, which serve no other workload. */
export function hasOwnWeights({ customization }: { readonly customization: string }): boolean {
  return NEW_WEIGHTS.includes(customization);
}

type Take = (entry: Default<number>) => number;

/** Fills the defaults of `needs.fine_tuning`; `take` notes each one as an assumption. */
export function fineTuningFacts(workload: PolicyWorkload, take: Take): FineTuningFacts | null {
  const declared = workload.needs?.fineTuning;
  if (declared === undefined) return null;
  return {
    trainingTokens: declared.trainingTokens,
    examples: declared.examples ?? null,
    epochs: declared.epochs ?? take(TUNING_DEFAULTS.epochs),
    runsPerYear: declared.runsPerYear ?? take(TUNING_DEFAULTS.runsPerYear),
    adapterRank: declared.adapterRank ?? TUNING_DEFAULTS.adapterRank.value,
    dataMayLeave: declared.dataMayLeave ?? null,
  };
}
