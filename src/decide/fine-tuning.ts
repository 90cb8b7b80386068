import { type Catalog, findGpu, supportPriceUsd } from "../catalog/index.ts";
import type { ApiModel, Gpu, OpenModel } from "../catalog/schema.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { OffersByGpu } from "./fleet.ts";
import type { FeasibleOption } from "./options.ts";
import { byText } from "./order.ts";
import { hourlyUsd } from "./owned.ts";
import type { InstanceOffer } from "./prices.ts";
import type { Scenario } from "./scenario.ts";
import { dated } from "./sources.ts";
import { type FineTuningFacts, isTuned } from "./tuning-facts.ts";
import type { CostLine } from "./types.ts";

const MONTHS_PER_YEAR = 12;
const TOKENS_PER_MTOK = 1e6;
const SECONDS_PER_HOUR = 3600;
const BYTES_PER_GIB = 2 ** 30;

/**
 * Floating-point operations for each trained token and parameter: 2 forward, 2 for the gradients of the activations, 2 for those of the
 * weights. Adapters leave the weights alone and save the last 2. Source: Kaplan and others 2020, section 2.1; Hu and others 2021.
 */
const FLOPS_PER_TOKEN_PARAMETER = { full: 6, adapters: 4 } as const;

/**
 * Share of a GPU's dense bf16 peak that training reaches. Source: Llama 3 (2024) reports 0.38 to 0.43 on 8,000 to 16,000 H100 and PaLM
 * (2022) 0.46; 0.3 is ours, the careful side for one or two nodes and short examples.
 */
export const TRAINING_MFU_RATIO = 0.3;

/**
 * Bytes for each parameter that must fit: bf16 weights alone beside adapters (2), or weights, gradients, and fp32 master copy with both
 * Adam moments (2 + 2 + 12). Source: ZeRO (Rajbhandari and others 2020), section 3.1.
 */
const TRAINING_BYTES_PER_PARAMETER = { full: 16, adapters: 2 } as const;

/** Room for activations, on top of the states. Source: ours; with activation checkpointing. */
const ACTIVATION_RATIO = 1.2;

/** An instance is billed from its start: loading weights, evaluating and saving take about this long besides. Hours. Source: ours. */
const TRAINING_OVERHEAD_HOURS = 1;

/** Engineer hours of one run: data, evaluation, release. On own servers also the training itself. Source: ours. */
export const TUNING_PEOPLE_HOURS = { api: 8, selfHost: 16 } as const;
export const TUNING_PEOPLE_SOURCE = "ours: a day for data and evaluation, another for training on own servers";

/** Adapters are kept in bf16. */
const ADAPTER_BYTES = 2;

/** Nodes that train one model together are whole 8-GPU machines; smaller instances train alone. */
const GPUS_OF_A_NODE = 8;

type Method = keyof typeof FLOPS_PER_TOKEN_PARAMETER;

/** What a run on own GPUs takes: instances at once, hours of the clock, and its price. */
export interface TrainingPlan {
  readonly offer: InstanceOffer;
  readonly nodes: number;
  readonly hours: number;
  readonly usd: number;
}

/** Runs that an average month of the horizon pays for; the first one always happens. `(2 a year, 12 months)` is 2 / 12. */
export function runsPerMonth({ runsPerYear }: FineTuningFacts, horizonMonths: number): number {
  return Math.max(1, (runsPerYear * horizonMonths) / MONTHS_PER_YEAR) / horizonMonths;
}

/** Supervised tuning and LoRA train adapters; everything else trains all weights. */
export function methodOf(customization: WorkloadFacts["customization"]): Method {
  return customization === "sft" || customization === "lora" ? "adapters" : "full";
}

/**
 * Parameters of adapters of rank r on the query and value projections: r x (in + out) for each, in every layer.
 * Example: Llama 3.1 8B at rank 16: 32 x 16 x (4,096 + 4,096 + 4,096 + 1,024) = 6,815,744, 0.085 % of the model.
 */
export function adapterParameters({ architecture: a }: Pick<OpenModel, "architecture">, rank: number): number {
  return a.layers * rank * (a.hiddenSize + a.attentionHeads * a.headDim + a.hiddenSize + a.kvHeads * a.headDim);
}

/**
 * The least expensive way to train on instances that the policy can rent; null when the model fits on none.
 * Hours = FLOPs x tokens x epochs x active parameters / (GPUs x peak x 0.3), plus one for loading and saving.
 *
 * Example: 10 million tokens, 3 epochs, LoRA on a dense 70.6B model: 4 x 3e7 x 70.6e9 = 8.5e18 operations, on 8 H100 of 989 TFLOPS
 * 8.5e18 / (8 x 9.89e14 x 0.3) = 3,570 s, so 1.99 hours: 109.6 USD at 55.04 an hour.
 */
export function trainingPlan(
  model: OpenModel,
  tuning: FineTuningFacts,
  method: Method,
  offers: readonly InstanceOffer[],
  gpuOf: (id: string) => Gpu | undefined,
): TrainingPlan | null {
  const flops = FLOPS_PER_TOKEN_PARAMETER[method] * tuning.trainingTokens * tuning.epochs * model.parameters.activeB * 1e9;
  const memoryGiB = (TRAINING_BYTES_PER_PARAMETER[method] * model.parameters.totalB * 1e9 * ACTIVATION_RATIO) / BYTES_PER_GIB;
  const plans = offers.flatMap((offer): TrainingPlan[] => {
    const gpu = gpuOf(offer.instance.gpu);
    if (gpu === undefined) return [];
    const { gpuCount } = offer.instance;
    const nodes = Math.ceil(memoryGiB / (gpu.memoryGiB * gpuCount));
    if (nodes > 1 && (gpuCount < GPUS_OF_A_NODE || nodes > (offer.owned?.machines ?? nodes))) return [];
    const perSecond = nodes * gpuCount * gpu.bf16Tflops * 1e12 * TRAINING_MFU_RATIO;
    const hours = flops / perSecond / SECONDS_PER_HOUR + TRAINING_OVERHEAD_HOURS;
    return [{ offer, nodes, hours, usd: hours * nodes * offer.usdPerHour }];
  });
  return plans.sort((a, b) => a.usd - b.usd || byText(a.offer.instance.id, b.offer.instance.id))[0] ?? null;
}

/** What training is priced with; a `PricingContext` is one. */
export interface TuningContext {
  readonly facts: RequirementFacts;
  readonly catalog: Catalog;
  readonly offers: OffersByGpu;
}

/**
 * What trains one workload's own weights where an option serves it, and keeps them: an average month of the horizon. Empty where
 * nothing is trained. The surcharge of a provider's tuned model stands in the bill of its tokens, because it grows with them.
 *
 * Example: 10 million tokens, 3 epochs, 2 runs a year on gpt-4.1-mini at 5 USD: 30 x 5 x 2 / 12 = 25 USD a month, and 2 x 8 hours of
 * people a year at 95 USD: 126.67 USD a month.
 */
export function tuningLines(option: FeasibleOption, workload: WorkloadFacts, context: TuningContext, what: Scenario): readonly CostLine[] {
  if (workload.fineTuning === null || !isTuned(workload)) return [];
  const { fineTuning } = workload;
  const runs = runsPerMonth(fineTuning, context.facts.horizonMonths);
  const tuning = { fineTuning, runs, workload, context, what };
  return option.kind === "self-host" ? hostLines(option.candidate.model, tuning) : apiLines(option.candidate.model, tuning);
}

interface Training {
  readonly fineTuning: FineTuningFacts;
  /** In an average month. */
  readonly runs: number;
  readonly workload: WorkloadFacts;
  readonly context: TuningContext;
  readonly what: Scenario;
}

function apiLines(model: ApiModel, { fineTuning, runs, context: { facts }, what }: Training): readonly CostLine[] {
  const list = model.tuning?.trainingUsdPerMTok ?? null;
  const price = list === null ? null : list * (1 - facts.purchase.apiDiscountRatio) * what.apiPrice;
  const quantity = (fineTuning.trainingTokens * fineTuning.epochs * runs) / TOKENS_PER_MTOK;
  const training: CostLine = {
    id: "fine-tuning-training",
    label: `Training of ${model.id} (${fineTuning.epochs} epochs)`,
    quantity,
    unit: "million tokens",
    unitPriceUsd: price,
    monthlyUsd: price === null ? null : quantity * price,
    source: price === null || model.tuning === undefined ? `no training price of ${model.id} is known` : dated(model.tuning),
  };
  return [training, peopleLine(runs * TUNING_PEOPLE_HOURS.api, facts, what)];
}

function hostLines(model: OpenModel, training: Training): readonly CostLine[] {
  const { fineTuning, runs, workload, context, what } = training;
  const method = methodOf(workload.customization);
  // What must stay on your premises is trained there too, and nothing of it lies in a bucket.
  const stays = workload.compliance.onPremises === true;
  const offers = [...context.offers.values()].flat().filter(({ owned }) => !stays || owned !== undefined);
  const plan = trainingPlan(model, fineTuning, method, offers, (id) => findGpu(context.catalog, id));
  const people = peopleLine(runs * TUNING_PEOPLE_HOURS.selfHost, context.facts, what);
  const stored = method === "adapters" && !stays ? [adapterLine(model, fineTuning, context)] : [];
  return [instanceLine(model, plan, runs, what), ...stored, people];
}

/** Adapters are small beside the weights: 13 MB for 8B at rank 16. Weights that were trained whole take the place of the stored ones. */
function adapterLine(model: OpenModel, { adapterRank }: FineTuningFacts, { facts, catalog }: TuningContext): CostLine {
  const gib = (adapterParameters(model, adapterRank) * ADAPTER_BYTES) / BYTES_PER_GIB;
  const price = supportPriceUsd(catalog, "s3-standard-gb-month", facts.region);
  return {
    id: "fine-tuning-serving",
    label: `Stored adapters of rank ${adapterRank} (S3)`,
    quantity: gib,
    unit: "GB-month",
    unitPriceUsd: price?.usd ?? null,
    monthlyUsd: price === undefined ? null : gib * price.usd,
    source: price === undefined ? `no price of s3-standard-gb-month is known in ${facts.region}` : dated(price),
  };
}

function instanceLine(model: OpenModel, plan: TrainingPlan | null, runs: number, what: Scenario): CostLine {
  const line = { id: "fine-tuning-training", unit: "instance-hour" };
  if (plan === null) {
    const source = `${model.id} fits for training on no instance on offer`;
    return { ...line, label: `Training of ${model.id}`, quantity: runs, unitPriceUsd: null, monthlyUsd: null, source };
  }
  const { offer, nodes, hours } = plan;
  const price = hourlyUsd(offer, what.gpuPrice);
  const quantity = hours * nodes * runs;
  const label = `Training of ${model.id} on ${nodes === 1 ? "" : `${nodes} x `}${offer.instance.id}`;
  const source = `${offer.source}; hours at ${TRAINING_MFU_RATIO} of the GPUs' bf16 peak (Llama 3, 2024: 0.38 to 0.43)`;
  return { ...line, label, quantity, unitPriceUsd: price, monthlyUsd: quantity * price, source };
}

function peopleLine(hours: number, facts: RequirementFacts, what: Scenario): CostLine {
  const rate = facts.hourlyRateUsd * what.hourlyRate;
  const label = "People: training data, evaluation, release";
  const base = { id: "fine-tuning-people", label, quantity: hours, unit: "engineer-hour", unitPriceUsd: rate };
  return { ...base, monthlyUsd: hours * rate, source: TUNING_PEOPLE_SOURCE };
}
