import type { Evaluation } from "../decide/evaluation-types.ts";
import type { Band, Decision } from "../decide/types.ts";
import { advisoryTable } from "./advisory.ts";
import type { CostView, FleetView, TitledList, TitledTable } from "./build-up.ts";
import { assumptionTable, breakEvenTable, costViews, fleetViews, pathTable, ruledOut } from "./build-up.ts";
import { conditionLines, findingLines, gateLines, reasonLines, tippingLines } from "./grounds.ts";
import { change, quantity, usd } from "./money.ts";
import { declaredPreferences, preferenceTable } from "./preferences.ts";
import { rowsOf, type WorkloadRows } from "./rows.ts";
import { type Line, line, strong } from "./spans.ts";
import { decidingSwings, nextMeasurementLine, tornadoTable } from "./sureness.ts";
import { breakEvenLines, causeLine, causeTable, relaxationLines } from "./why.ts";
import { pathWords, plural, shortName, sourceText } from "./words.ts";

/** The report of one policy: every figure rounded, every badge a word, nothing escaped and nothing laid out yet. */
export interface PolicyView {
  readonly name: string;
  readonly file: string;
  /** `hybrid, $14,820 a month, +$2,310 (+18.5%), 1 gate failed`. */
  readonly verdict: string;
  /** Under the verdict: what stands on the base branch, the gates; growth and band. One line each. */
  readonly summary: readonly Line[];
  /** Failed gates, then waived ones. */
  readonly gates: readonly Line[];
  /** What else must not be overlooked: findings and warnings. */
  readonly findings: readonly Line[];
  readonly workloads: WorkloadRows;
  /** How sure the decision is, in one phrase; empty when there is none to be sure of. */
  readonly confidence: string;
  readonly reasons: readonly Line[];
  readonly tippingPoints: readonly Line[];
  /** The edits behind a change; no rows where nothing material changed. */
  readonly cause: TitledTable;
  /** Options that one rule alone keeps out and that would cost less. */
  readonly nearMisses: readonly Line[];
  /** What to find out next to be surer; empty when nothing would change the verdict. */
  readonly nextMeasurement: Line;
  /** The inputs that bear on the verdict, for a comment, and all of them. */
  readonly decidingSwings: TitledTable;
  readonly tornado: TitledTable;
  /** Soft advantages in money: where the policy declares them, and always. */
  readonly declaredPreferences: TitledTable;
  readonly preferences: TitledTable;
  readonly conditions: readonly Line[];
  readonly costs: readonly CostView[];
  readonly paths: TitledTable;
  readonly breakEvens: TitledTable;
  /** Every crossing, the smallest unit, when to leave, growth; one sentence each. */
  readonly breakEvenNotes: readonly Line[];
  readonly ruledOut: TitledList;
  readonly assumptions: TitledTable;
  readonly advisory: TitledTable;
  readonly fleets: readonly FleetView[];
  readonly provenance: Provenance;
}

/** What a reader needs to get the same figures again. */
export interface Provenance {
  readonly engineVersion: string;
  readonly asOf: string;
  readonly catalogVersion: string;
  /** `oldest price 34 days old (gpt-4.1-mini)`, or null when the decision used no price. */
  readonly oldestPrice: string | null;
  /** First 12 digits of the policy's SHA-256. */
  readonly inputHash: string;
}

const HASH_DIGITS = 12;

/** The view of one evaluation. No decision is made here: figures are rounded, things are named and put in order. */
export function viewOf(evaluation: Evaluation): PolicyView {
  const { decision } = evaluation;
  return {
    name: shortName(evaluation.policy.name),
    file: evaluation.policy.path,
    verdict: verdictOf(evaluation),
    summary: summaryOf(evaluation),
    gates: gateLines(evaluation.gates),
    findings: findingLines(evaluation),
    workloads: rowsOf(evaluation),
    confidence: confidenceOf(decision),
    reasons: reasonLines(evaluation),
    tippingPoints: decision.path === "none" ? relaxationLines(decision.workloads) : tippingLines(decision.workloads),
    cause: causeTable(evaluation.delta?.cause ?? null),
    nearMisses: decision.path === "none" ? [] : relaxationLines(decision.workloads),
    nextMeasurement: nextMeasurementLine(decision),
    decidingSwings: decidingSwings(decision),
    tornado: tornadoTable(decision),
    declaredPreferences: declaredPreferences(decision),
    preferences: preferenceTable(decision),
    conditions: conditionLines(decision.workloads),
    costs: costViews(decision.workloads),
    paths: pathTable(decision),
    breakEvens: breakEvenTable(decision.workloads),
    breakEvenNotes: breakEvenLines(decision.workloads),
    ruledOut: ruledOut(decision.workloads),
    assumptions: assumptionTable(decision),
    advisory: advisoryTable(decision),
    fleets: fleetViews(decision),
    provenance: provenanceOf(evaluation),
  };
}

/** The monthly cost of the base branch, when there is a base and its cost is known. */
export function baseMonthlyUsd(evaluation: Evaluation): number | null {
  return evaluation.base?.decision.monthlyCostUsd?.expected ?? null;
}

/** `2 gates failed`, `1 gate waived` or null when no gate needs a word in the verdict. */
export function gateBadge(evaluations: readonly Evaluation[]): string | null {
  const gates = evaluations.flatMap((evaluation) => evaluation.gates);
  const failed = gates.filter((gate) => gate.status === "fail").length;
  const waived = gates.filter((gate) => gate.status === "waived").length;
  if (failed > 0) return `${plural(failed, "gate")} failed`;
  return waived > 0 ? `${plural(waived, "gate")} waived` : null;
}

/** Path, monthly cost, change and gates in a few words, e.g. `hybrid, $14,820 a month, +$2,310 (+18.5%), 1 gate failed`. */
export function verdictOf(evaluation: Evaluation): string {
  const { decision, delta } = evaluation;
  const monthly = decision.monthlyCostUsd;
  const cost = monthly === null ? null : `${usd(monthly.expected)} a month`;
  const moved = delta === null || monthly === null ? null : change(delta.deltaMonthlyUsd, baseMonthlyUsd(evaluation));
  const figures = [cost, moved === "not priced" ? null : moved, gateBadge([evaluation])].filter((part) => part !== null);
  const path = decision.path === "none" ? "no option satisfies every rule" : pathWords[decision.path];
  return [path, ...figures].join(", ");
}

function summaryOf(evaluation: Evaluation): readonly Line[] {
  const before = comparison(evaluation);
  const gates = gateSentence(evaluation);
  const both = before.length > 0 && gates.length > 0 ? [...before, ...line(" "), ...gates] : [...before, ...gates];
  return [
    both,
    causeLine(evaluation.delta?.cause ?? null),
    billsAndPeople(evaluation.decision),
    averaging(evaluation.decision, evaluation.horizonMonths),
  ].filter((content) => content.length > 0);
}

function comparison(evaluation: Evaluation): Line {
  const { base, baseNote, delta } = evaluation;
  if (base === null || delta === null) return baseNote === null ? [] : line(`No comparison: ${baseNote}.`);
  const before = baseMonthlyUsd(evaluation);
  const path = delta.pathChange === null ? null : pathWords[delta.pathChange.from];
  const cost = before === null ? null : usd(before);
  const was = [path, cost].filter((part) => part !== null).join(" at ");
  return was === "" ? [] : line(`Was ${was} on the base branch.`);
}

function gateSentence(evaluation: Evaluation): Line {
  const count = (status: string) => evaluation.gates.filter((gate) => gate.status === status).length;
  const failed = count("fail");
  const parts = [failed > 0 ? `${failed} failed` : "", count("waived") > 0 ? `${count("waived")} waived` : "", `${count("pass")} passed`];
  if (evaluation.gates.length === 0) return [];
  const words = parts.filter((part) => part !== "" && part !== "0 passed").join(", ");
  return failed > 0 ? line(strong(`Gates: ${words}.`)) : line(`Gates: ${words}.`);
}

/** Unit of the cost lines that are people's time and appear on no invoice. */
const PEOPLE_UNIT = "engineer-hour";

/** What will stand on invoices and what is people's time: the two are paid from different pockets. */
function billsAndPeople(decision: Decision): Line {
  const lines = decision.workloads.flatMap((workload) => workload.costLines);
  const people = lines.filter((entry) => entry.unit === PEOPLE_UNIT);
  if (people.length === 0 || people.length === lines.length) return [];
  const usdOf = (entries: typeof lines) => entries.reduce((sum, entry) => sum + (entry.monthlyUsd ?? 0), 0);
  const hours = people.reduce((sum, entry) => sum + entry.quantity, 0);
  return line(`Invoices ${usd(usdOf(lines) - usdOf(people))}, people's time ${usd(usdOf(people))} (${quantity(hours)} hours).`);
}

function averaging(decision: Decision, horizonMonths: number): Line {
  const monthly = decision.monthlyCostUsd;
  if (monthly === null) return [];
  const { firstMonthUsd, lastMonthUsd } = decision;
  const grows = firstMonthUsd !== null && lastMonthUsd !== null && usd(firstMonthUsd) !== usd(lastMonthUsd);
  const months = horizonMonths === 1 ? "The next month" : `Average of the next ${horizonMonths} months`;
  const growth = grows ? `; first month ${usd(firstMonthUsd)}, last month ${usd(lastMonthUsd)}` : "";
  return line(`${months}${growth}${bandWords(monthly)}.`);
}

/** `; 80% band $13,100 to $16,900`, or nothing when the band has no width. */
function bandWords(band: Band): string {
  return usd(band.p10) === usd(band.p90) ? "" : `; 80% band ${usd(band.p10)} to ${usd(band.p90)}`;
}

function confidenceOf({ path, confidence, confidenceText }: Decision): string {
  if (path === "none") return "";
  if (confidence === "forced") return confidenceText || "rules leave one path";
  return `confidence ${confidence}${confidenceText === "" ? "" : `: ${confidenceText}`}`;
}

/** Versions, dates and the hash of the input. */
export function provenanceOf(evaluation: Evaluation): Provenance {
  const oldest = evaluation.catalog.oldestPrice;
  return {
    engineVersion: evaluation.engineVersion,
    asOf: evaluation.asOf,
    catalogVersion: evaluation.catalog.version,
    oldestPrice: oldest === null ? null : `oldest price ${plural(oldest.ageDays, "day")} old (${sourceText(oldest.id)})`,
    inputHash: evaluation.policy.sha256.slice(0, HASH_DIGITS),
  };
}
