import type { Catalog } from "../catalog/index.ts";
import { API_PRICE_LIMIT_DAYS, findApiModel, findOpenModel, INSTANCE_PRICE_LIMIT_DAYS, staleness } from "../catalog/index.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import { TRAINED } from "../policy/tuning-rules.ts";
import { STACK_RESOURCES } from "../stack-resources.ts";
import { cacheWrites, paysToWait } from "./api-cost.ts";
import { batchFindings } from "./batch-findings.ts";
import { cacheWriteFindings } from "./cache-findings.ts";
import type { Trace } from "./decide.ts";
import { SECONDS_PER_MONTH } from "./defaults.ts";
import { grouped } from "./describe.ts";
import type { Evaluation, Finding } from "./evaluation-types.ts";
import type { WorkloadFacts } from "./facts.ts";
import { byText } from "./order.ts";
import { ownedFindings } from "./owned-findings.ts";
import { commitments, laterGpuPrices, peakPrices } from "./price-findings.ts";
import { pricedFor } from "./prices.ts";
import { regionFindings } from "./region-findings.ts";
import { scheduleFindings } from "./schedule-findings.ts";
import { shutdownFindings } from "./shutdown-findings.ts";
import { splitFindings } from "./split-findings.ts";
import { busiestHourRate, largestGrowth } from "./traffic.ts";
import { type UsedPrice, usedPrices } from "./used-prices.ts";

/** Days after which a price is called stale. */
const STALE_AFTER_DAYS = { api: API_PRICE_LIMIT_DAYS, instance: INSTANCE_PRICE_LIMIT_DAYS } as const;

function pricesOf({ decision, facts }: Trace, catalog: Catalog, asOf: string): readonly UsedPrice[] {
  return usedPrices(decision.workloads, facts, catalog, asOf);
}

/** The catalog price of the decision that was read longest ago; null when it rests on none. */
export function oldestPriceUsed(trace: Trace, catalog: Catalog, asOf: string): Evaluation["catalog"]["oldestPrice"] {
  const [oldest] = [...pricesOf(trace, catalog, asOf)].sort((a, b) => byText(a.checked, b.checked) || byText(a.id, b.id));
  return oldest === undefined ? null : { id: oldest.id, checked: oldest.checked, ageDays: staleness(oldest.checked, asOf) };
}

/** What the reader must know besides gates: stale prices, shutdowns inside the horizon, lines without a price, approximate search. */
export function findingsOf(trace: Trace, document: PolicyDocument, catalog: Catalog, asOf: string): readonly Finding[] {
  return [
    ...splitFindings(trace),
    ...scheduleFindings(trace, document),
    ...batchFindings(trace, document),
    ...stale(trace, catalog, asOf),
    ...shutdownFindings(trace, document, catalog, asOf),
    ...unpriced(trace),
    ...missingDiscounts(trace, document, catalog, asOf),
    ...laterGpuPrices(trace, document, asOf),
    ...peakPrices(trace, document, catalog, asOf),
    ...commitments(trace, document),
    ...cacheWriteFindings(trace, document, catalog),
    ...notAsked(trace, document),
    ...ownedFindings(trace, document),
    ...regionFindings(trace, document, catalog),
    ...unnamedNetwork(trace, document),
    ...unreadShapes(trace, catalog),
    ...(trace.decision.exact ? [] : [notice("search-approximate", approximateText(trace.decision.gapRatio), null)]),
  ];
}

function approximateText(gapRatio: number | null): string {
  const proven = gapRatio === null ? "the best that was found is shown" : `no plan costs over ${gapRatio * 100} % less than the one shown`;
  return `too many combinations to price all: ${proven}`;
}

function stale(trace: Trace, catalog: Catalog, asOf: string): Finding[] {
  const seen = new Map(pricesOf(trace, catalog, asOf).map((price) => [price.id, price]));
  return [...seen.values()]
    .filter((price) => staleness(price.checked, asOf) > STALE_AFTER_DAYS[price.kind])
    .map((price) =>
      notice(
        "stale-price",
        `the price of ${price.id} was last checked ${staleness(price.checked, asOf)} days ago (${price.checked})`,
        null,
      ),
    );
}

function unpriced(trace: Trace): Finding[] {
  const labels = new Set(
    trace.decision.workloads.flatMap(({ costLines }) => costLines.filter((line) => line.monthlyUsd === null).map((line) => line.label)),
  );
  return labels.size === 0
    ? []
    : [
        {
          id: "unpriced-lines",
          level: "warning",
          text: `the total leaves out lines without a known price: ${[...labels].sort().join(", ")}`,
          line: null,
        },
      ];
}

/** Cached tokens and batches that nobody knows a price of, and batches that a cache beats: said, because the bill is another one than asked for. */
function missingDiscounts(trace: Trace, document: PolicyDocument, listed: Catalog, asOf: string): Finding[] {
  const catalog = pricedFor(listed, trace.facts);
  return trace.facts.workloads.flatMap((workload): Finding[] => {
    const whole = trace.decision.workloads.find(({ name }) => name === workload.name)?.option;
    const option = whole?.overflow ?? whole;
    const model = option === null || option === undefined ? undefined : findApiModel(catalog, option.model);
    const price = option?.kind === "self-host" || model === undefined ? undefined : priceRowOn(model, asOf);
    if (price === undefined) return [];
    const line = document.lineOf(`${workload.pointer}.tokens`);
    const id = model?.id ?? "";
    const { inputTokens, outputTokens, cachedInputRatio: cachedRatio, batchCachedInputRatio: batchCachedRatio, batchRatio } = workload;
    const known = price.batchInputUsdPerMTok !== null;
    const writeRatio = model === undefined ? 0 : (cacheWrites(price, model, workload)?.inputRatio ?? 0);
    const request = { input: inputTokens.expected, output: outputTokens.expected, cachedRatio, batchCachedRatio, writeRatio };
    const waits = paysToWait({ ...price, batchCachedInputUsdPerMTok: price.batchCachedInputUsdPerMTok ?? null }, request);
    const cachedText = `${workload.name}: no cached input price of ${id} is known, so those tokens are billed at the list price`;
    const batchText = known
      ? `${workload.name}: with so much of the input cached ${id} costs less at once than in a batch, where nothing is known of a cache, so no request is billed as a batch`
      : `${workload.name}: no batch price of ${id} is known, so requests that may wait are billed as if they could not`;
    return [
      ...(workload.cachedInputRatio > 0 && price.cachedInputUsdPerMTok === null ? [notice("cached-price-unknown", cachedText, line)] : []),
      ...(batchRatio > 0 && whole?.overflow === undefined && !waits
        ? [notice(known ? "batch-dearer" : "batch-price-unknown", batchText, line)]
        : []),
    ];
  });
}

/**
 * From this many tokens a minute on the reader is told to check the account's limit: the catalog holds no dated limits, and providers'
 * first paid tiers lie around it. Source: ours (S2-011, S0-028).
 */
const RATE_LIMIT_NOTICE_TOKENS_PER_MINUTE = 2_000_000;

/**
 * Tokens of the busiest minute of the horizon's busiest month, input and output together: that of its first or of its last. Requests that may wait
 * are spread over the month.
 */
function busiestMinuteTokens(workload: WorkloadFacts, horizonMonths: number): number {
  const { requestsPerMonth, week, peakToAverage, batchRatio } = workload;
  const live = busiestHourRate(requestsPerMonth.expected, week) * peakToAverage * (1 - batchRatio);
  const perSecond = live + (requestsPerMonth.expected / SECONDS_PER_MONTH) * batchRatio;
  const growth = (1 + workload.growthRatioPerMonth) * (1 + workload.tokenGrowthRatioPerMonth) - 1;
  return perSecond * 60 * (workload.inputTokens.expected + workload.outputTokens.expected) * largestGrowth(growth, horizonMonths);
}

/** Where the busiest minute lies, for workloads that grow. */
function busiestMonth({ growthRatioPerMonth, tokenGrowthRatioPerMonth }: WorkloadFacts): string {
  return (1 + growthRatioPerMonth) * (1 + tokenGrowthRatioPerMonth) > 1 ? " at the end of the horizon" : "";
}

/** Needs whose cost or check is not part of the model yet; said, so that nobody takes silence for zero. */
function notAsked(trace: Trace, document: PolicyDocument): Finding[] {
  return trace.facts.workloads.flatMap((workload): Finding[] => {
    const trained = workload.fineTuning === null && TRAINED.includes(workload.customization);
    const tokens = trace.decision.workloads.some(({ name, path }) => name === workload.name && (path === "api" || path === "hybrid"));
    const promised = workload.ttftMsP95 !== null || workload.tpotMsP95 !== null;
    const peak = busiestMinuteTokens(workload, trace.facts.horizonMonths);
    return [
      ...(tokens && peak >= RATE_LIMIT_NOTICE_TOKENS_PER_MINUTE
        ? [
            notice(
              "api-rate-limit-unproven",
              `${workload.name}: the busiest minute${busiestMonth(workload)} holds ${grouped(Number(peak.toPrecision(3)))} tokens; check that your account's limit allows it`,
              document.lineOf(`${workload.pointer}.volume`),
            ),
          ]
        : []),
      ...(trained
        ? [
            notice(
              "training-not-priced",
              `${workload.name}: training for ${workload.customization} is not priced; declare needs.fine_tuning`,
              document.lineOf(`${workload.pointer}.needs.customization`),
            ),
          ]
        : []),
      ...(tokens && promised
        ? [
            notice(
              "api-latency-unproven",
              `${workload.name}: the catalog holds no dated latency of APIs; measure the promise on the provider`,
              document.lineOf(`${workload.pointer}.latency`),
            ),
          ]
        : []),
    ];
  });
}

/** Servers that are sized by the shape of a model that nobody read at its source: said, because memory and rate follow from it. */
function unreadShapes({ decision }: Trace, catalog: Catalog): Finding[] {
  return decision.workloads.flatMap(({ name, option, line }): Finding[] => {
    const model = option?.kind === "self-host" ? findOpenModel(catalog, option.model) : undefined;
    if (model?.certainty !== "low") return [];
    const text = `${name}: the servers are sized by a shape of ${model.id} that nobody read at its source; benchmark it before you order`;
    return [{ id: "shape-unread", level: "warning", text, line }];
  });
}

/** The door to Bedrock of a stack without servers and gateway stands in the callers' network, which nobody can guess: `synth` asks for it. */
function unnamedNetwork({ decision, facts }: Trace, document: PolicyDocument): Finding[] {
  if (decision.path !== "api" || facts.deploy.vpcSubnets !== null || facts.deploy.gateway === "litellm") return [];
  const index = facts.workloads.findIndex(({ compliance }) => compliance.privateNetwork === true);
  if (index < 0 || !decision.workloads.some(({ option }) => option?.route === "bedrock")) return [];
  const text = `private_network needs an endpoint to Bedrock in your callers' network: declare deploy.vpc before synth; priced for ${STACK_RESOURCES.zones} subnets`;
  const own = document.policy.workloads[index]?.compliance?.privateNetwork === true;
  const line = document.lineOf(`${own ? `workloads[${index}].` : ""}compliance.private_network`);
  return [{ id: "private-network-unnamed", level: "warning", text, line }];
}

function notice(id: string, text: string, line: number | null): Finding {
  return { id, level: "notice", text, line };
}
