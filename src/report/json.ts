import type { Evaluation, PolicyIdentity } from "../decide/evaluation-types.ts";
import type { Band, CostLine, Fleet, OptionSummary, WorkloadDecision } from "../decide/types.ts";
import type { Cause, PreferenceView, Swing, WorkloadGrowth } from "../decide/why-types.ts";

/** Version of the JSON document; it rises when a field is renamed or removed, never when one is added. */
const SCHEMA_VERSION = 1;

/** Decimals of an amount in dollars: enough for a millionth of a dollar, too few for the noise of floating point. */
const MONEY_DECIMALS = 6;
/** Significant digits of every other figure; the sixteenth and seventeenth of a double are noise. */
const SIGNIFICANT_DIGITS = 12;

/**
 * The published document of one evaluation, or an array of documents for several: keys in a fixed order, two spaces,
 * numbers as numbers, unknown as null, a newline at the end. The same evaluation gives the same bytes.
 *
 * Throws when a figure is not finite: that is a defect of the engine, and JSON would hide it as null.
 */
export function renderJson(evaluation: Evaluation | readonly Evaluation[]): string {
  const several = isList(evaluation);
  return `${JSON.stringify(several ? evaluation.map(documentOf) : documentOf(evaluation), null, 2)}\n`;
}

function isList(value: Evaluation | readonly Evaluation[]): value is readonly Evaluation[] {
  return Array.isArray(value);
}

function documentOf(evaluation: Evaluation): object {
  const { decision, delta, base, catalog } = evaluation;
  const oldest = catalog.oldestPrice;
  const moved = delta?.pathChange ?? null;
  return {
    schemaVersion: SCHEMA_VERSION,
    engineVersion: evaluation.engineVersion,
    asOf: evaluation.asOf,
    catalog: {
      version: catalog.version,
      oldestPrice: oldest === null ? null : { id: oldest.id, checked: oldest.checked, ageDays: oldest.ageDays },
    },
    policy: identityOf(evaluation.policy),
    path: decision.path,
    monthlyCostUsd: bandOf(decision.monthlyCostUsd),
    deltaMonthlyUsd: money(delta?.deltaMonthlyUsd ?? null),
    pathChange: moved === null ? null : { from: moved.from, to: moved.to },
    workloads: decision.workloads.map(workloadOf),
    gates: evaluation.gates.map(({ id, status, text, line, from }) => ({ id, status, text, line, from })),
    diagnostics: evaluation.diagnostics,
    region: evaluation.region,
    horizonMonths: evaluation.horizonMonths,
    firstMonthUsd: money(decision.firstMonthUsd),
    lastMonthUsd: money(decision.lastMonthUsd),
    base:
      base === null
        ? null
        : { policy: identityOf(base.policy), path: base.decision.path, monthlyCostUsd: bandOf(base.decision.monthlyCostUsd) },
    baseNote: evaluation.baseNote,
    delta: delta === null ? null : { cause: delta.cause === null ? null : causeOf(delta.cause) },
    workloadDeltas: (delta?.workloads ?? []).map(({ name, kind, from, to, deltaUsd }) => ({
      name,
      kind,
      from: sideOf(from),
      to: sideOf(to),
      deltaUsd: money(deltaUsd),
    })),
    confidence: decision.confidence,
    confidenceText: decision.confidenceText,
    probabilityCheapest: decision.probabilityCheapest === null ? null : figure(decision.probabilityCheapest),
    confidenceSteps: decision.confidenceSteps.map(({ text }) => ({ text })),
    nextMeasurement: decision.nextMeasurement,
    tornado: decision.tornado.map(swingOf),
    preferences: decision.preferences === null ? null : preferencesOf(decision.preferences),
    exact: decision.exact,
    gapRatio: decision.gapRatio,
    paths: decision.paths.map(({ path, monthlyCostUsd, text }) => ({ path, monthlyCostUsd: bandOf(monthlyCostUsd), text })),
    fleets: decision.fleets.map(fleetOf),
    assumptions: decision.assumptions.map(({ key, value, source }) => ({ key, value, source })),
    advisory: decision.advisory.map(({ rule, workload, says, agrees, text, source }) => ({ rule, workload, says, agrees, text, source })),
    findings: evaluation.findings.map(({ id, level, text, line }) => ({ id, level, text, line })),
  };
}

function identityOf({ path, name, sha256 }: PolicyIdentity): object {
  return { path, name, sha256 };
}

function workloadOf(workload: WorkloadDecision): object {
  const { breakEven } = workload;
  return {
    name: workload.name,
    path: workload.path,
    option: workload.option === null ? null : optionOf(workload.option),
    monthlyCostUsd: bandOf(workload.monthlyCostUsd),
    costLines: workload.costLines.map(costLineOf),
    breakEven:
      breakEven === null
        ? null
        : { requestsPerMonth: figure(breakEven.requestsPerMonth), versus: breakEven.versus, reachedOn: breakEven.reachedOn },
    reasons: workload.reasons.map(({ rule, verdict, text, line, source }) => ({ rule, verdict, text, line, source })),
    rejected: workload.rejected.map(({ option, rule, verdict, text, line }) => ({ option, rule, verdict, text, line })),
    runnersUp: workload.runnersUp.map(({ option, monthlyCostUsd, policyMonthlyUsd }) => ({
      option: optionOf(option),
      monthlyCostUsd: bandOf(monthlyCostUsd),
      policyMonthlyUsd: money(policyMonthlyUsd),
    })),
    tippingPoints: workload.tippingPoints.map(({ parameter, from, to, flipsTo, text, reachedOn }) => ({
      parameter,
      from: figure(from),
      to: figure(to),
      flipsTo,
      text,
      ...(reachedOn === undefined ? {} : { reachedOn }),
    })),
    conditions: workload.conditions,
    line: workload.line,
    requestsPerMonth: figure(workload.requestsPerMonth),
    breakEvens: workload.breakEvens.map(({ role, versus, today, crossings, complete, reachedOn }) => ({
      role,
      versus,
      today,
      crossings: crossings.map(({ requestsPerMonth, above }) => ({ requestsPerMonth: figure(requestsPerMonth), above })),
      complete,
      reachedOn,
    })),
    smallestUnitUsd: money(workload.smallestUnitUsd),
    smallestUnitModel: workload.smallestUnitModel,
    leaveWhen: workload.leaveWhen.map(({ parameter, from, to, text }) => ({ parameter, from: figure(from), to: figure(to), text })),
    growth: workload.growth === null ? null : { first: monthOf(workload.growth.first), last: monthOf(workload.growth.last) },
    conflict:
      workload.conflict === null
        ? null
        : {
            text: workload.conflict.text,
            steps: workload.conflict.steps.map(({ pointer, says, line, waivable, out, example }) => ({
              pointer,
              says,
              line,
              waivable,
              out,
              example,
            })),
          },
    relaxations: workload.relaxations.map((relaxation) => ({
      needs: relaxation.needs.map(({ pointer, says, line, waivable }) => ({ pointer, says, line, waivable })),
      rule: relaxation.rule,
      option: optionOf(relaxation.option),
      monthlyUsd: money(relaxation.monthlyUsd),
      savingUsd: money(relaxation.savingUsd),
      text: relaxation.text,
    })),
    considered: { total: workload.considered.total, feasible: workload.considered.feasible },
    split:
      workload.split === null
        ? null
        : {
            baseShareRatio: figure(workload.split.baseShareRatio),
            overflowShareRatio: figure(workload.split.overflowShareRatio),
            overflow: optionOf(workload.split.overflow),
          },
  };
}

function monthOf({ requestsPerMonth, tokensPerRequest }: WorkloadGrowth["first"]): object {
  return { requestsPerMonth: figure(requestsPerMonth), tokensPerRequest: figure(tokensPerRequest) };
}

function causeOf({ kind, edits, otherEdits, togetherUsd, evaluations, capped, text }: Cause): object {
  return {
    kind,
    edits: edits.map((edit) => ({
      key: edit.key,
      from: edit.from,
      to: edit.to,
      line: edit.line,
      effectUsd: money(edit.effectUsd),
      text: edit.text,
    })),
    otherEdits,
    togetherUsd: money(togetherUsd),
    evaluations,
    capped,
    text,
  };
}

/** Fields that an option does not have are absent, as the schema says; JSON.stringify leaves undefined out. */
function optionOf(option: OptionSummary): object {
  const { id, kind, provider, model, route, gpu, instanceType, instances, replicas, tensorParallel, precision, overflow } = option;
  const shown = { id, kind, provider, model, route, gpu, instanceType, instances, replicas, tensorParallel, precision };
  return overflow === undefined ? shown : { ...shown, overflow: optionOf(overflow) };
}

function costLineOf({ id, label, quantity, unit, unitPriceUsd, monthlyUsd, source, share }: CostLine): object {
  return {
    id,
    label,
    quantity: figure(quantity),
    unit,
    unitPriceUsd: unitPriceUsd === null ? null : figure(unitPriceUsd),
    monthlyUsd: money(monthlyUsd),
    source,
    ...(share === undefined ? {} : { share: figure(share) }),
  };
}

function fleetOf(fleet: Fleet): object {
  const { instances, utilisationRatio, capacity } = fleet;
  return {
    id: fleet.id,
    model: fleet.model,
    hubRepo: fleet.hubRepo,
    precision: fleet.precision,
    gatedDownload: fleet.gatedDownload,
    weightsGiB: figure(fleet.weightsGiB),
    instanceType: fleet.instanceType,
    gpu: fleet.gpu,
    gpuCountPerInstance: fleet.gpuCountPerInstance,
    tensorParallel: fleet.tensorParallel,
    replicasPerInstance: fleet.replicasPerInstance,
    instances: { first: instances.first, last: instances.last, minimum: instances.minimum },
    usdPerInstanceHour: figure(fleet.usdPerInstanceHour),
    utilisationRatio: { mean: figure(utilisationRatio.mean), peak: figure(utilisationRatio.peak) },
    capacity: {
      requestsPerSecondPerReplica: figure(capacity.requestsPerSecondPerReplica),
      ttftMsP95: figure(capacity.ttftMsP95),
      tpotMsP95: figure(capacity.tpotMsP95),
      concurrency: figure(capacity.concurrency),
      limitedBy: capacity.limitedBy,
      confidence: capacity.confidence,
      workload: capacity.workload ?? null,
      measured: capacity.measured ?? null,
    },
    vllmFlags: fleet.vllmFlags,
    workloads: fleet.workloads,
    schedule: fleet.schedule,
  };
}

function preferencesOf({ declared, budgetRatio, weights, entries, flip, weightFlips }: PreferenceView): object {
  return {
    declared,
    budgetRatio: figure(budgetRatio),
    weights,
    entries: entries.map(({ path, monthlyUsd, score, valuedUsd, marks }) => ({
      path,
      monthlyUsd: money(monthlyUsd),
      score: figure(score),
      valuedUsd: money(valuedUsd),
      marks: Object.fromEntries(Object.entries(marks).map(([dimension, mark]) => [dimension, figure(mark)])),
    })),
    flip: flip === null ? null : { path: flip.path, budgetRatio: figure(flip.budgetRatio) },
    weightFlips: weightFlips.map(({ dimension, from, to, path }) => ({ dimension, from: figure(from), to: figure(to), path })),
  };
}

function swingOf(swing: Swing): object {
  const { input, workload, unit, low, high, lowMonthlyUsd, highMonthlyUsd, flipsTo, flipRatio } = swing;
  return {
    input,
    workload,
    unit,
    low: figure(low),
    high: figure(high),
    lowMonthlyUsd: money(lowMonthlyUsd),
    highMonthlyUsd: money(highMonthlyUsd),
    flipsTo,
    flipRatio: figure(flipRatio),
  };
}

function sideOf(side: { readonly path: string; readonly option: string | null; readonly monthlyUsd: number | null } | null): object | null {
  return side === null ? null : { path: side.path, option: side.option, monthlyUsd: money(side.monthlyUsd) };
}

function bandOf(band: Band | null): object | null {
  return band === null ? null : { expected: money(band.expected), p10: money(band.p10), p50: money(band.p50), p90: money(band.p90) };
}

function money(value: number | null): number | null {
  return value === null ? null : finite(Number(finite(value).toFixed(MONEY_DECIMALS)));
}

function figure(value: number): number {
  return finite(Number(finite(value).toPrecision(SIGNIFICANT_DIGITS)));
}

/** Minus zero becomes zero; what is not a number stops the report. */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`a figure of the report is ${value}; figures are finite or null`);
  return value === 0 ? 0 : value;
}
