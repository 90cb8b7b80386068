import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { expectedUsd } from "./decide.ts";
import { grouped, usd } from "./describe.ts";
import type { Finding, GateResult } from "./evaluation-types.ts";
import type { Decision, Plan } from "./types.ts";

type Gates = NonNullable<Policy["gates"]>;
type Waivers = NonNullable<Policy["waivers"]>;

/** Gate results and what the reader must know about the gates themselves. */
export interface GateReport {
  readonly gates: readonly GateResult[];
  readonly findings: readonly Finding[];
}

/**
 * Judges the head decision by the base branch's gates, so a pull request cannot loosen the gate that judges it, and by
 * those gates of the head that are stricter. A policy without a base is judged by its own gates. Loosened gates,
 * new waivers and expired waivers are findings.
 *
 * Example: base `max_monthly_usd: 5000`, head `max_monthly_usd: 9000`, cost 7,000: fails by the base gate, and the
 * loosening is a finding.
 */
export function judgeGates(
  head: PolicyDocument,
  base: PolicyDocument | null,
  decision: Decision,
  baseDecision: Plan | null,
  asOf: string,
): GateReport {
  const judge = base ?? head;
  const waivers = judge.policy.waivers ?? [];
  const own = results(judge, base === null ? "head" : "base", decision, baseDecision, waivers, asOf);
  const stricter =
    base === null
      ? []
      : results(head, "head", decision, baseDecision, waivers, asOf).filter((gate) =>
          isStricter(gate.id, base.policy.gates, head.policy.gates),
        );
  const findings = [...(base === null ? [] : loosened(base, head)), ...expired(judge, waivers, asOf)];
  // A list of forbidden paths can lose one and gain another: then both lists judge.
  const replaced = stricter.filter(({ id }) => !isLoosened(id, base?.policy.gates, head.policy.gates)).map(({ id }) => id);
  return { gates: [...own.filter(({ id }) => !replaced.includes(id)), ...stricter], findings };
}

function results(
  document: PolicyDocument,
  from: "base" | "head",
  decision: Decision,
  baseDecision: Plan | null,
  waivers: Waivers,
  asOf: string,
): GateResult[] {
  const gates = document.policy.gates ?? {};
  const cost = expectedUsd(decision.monthlyCostUsd);
  const baseCost = expectedUsd(baseDecision?.monthlyCostUsd ?? null);
  const checks = [maxMonthly(gates, cost), maxIncrease(gates, cost, baseCost), forbidden(gates, decision)].filter(
    (check) => check !== null,
  );
  return checks.map(({ id, ok, text }): GateResult => {
    const waiver = ok ? undefined : waivers.find((entry) => entry.gate === id && entry.expires >= asOf);
    const status = ok ? "pass" : waiver === undefined ? "fail" : "waived";
    const note = waiver === undefined ? "" : `; waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`;
    return { id, status, text: `${text}${note}`, line: document.lineOf(`gates.${id}`), from };
  });
}

interface Check {
  readonly id: GateResult["id"];
  readonly ok: boolean;
  readonly text: string;
}

function maxMonthly(gates: Gates, cost: number | null): Check | null {
  const limit = gates.maxMonthlyUsd;
  if (limit === undefined) return null;
  if (cost === null)
    return { id: "max_monthly_usd", ok: false, text: `no path fits, so the cost against the limit of ${usd(limit)} is not known` };
  return { id: "max_monthly_usd", ok: cost <= limit, text: amounts(cost, limit) };
}

/** Both amounts, to the cent where whole dollars would not tell them apart or would write zero: "$5,000.40 a month against the limit of $5,000.00". */
function amounts(cost: number, limit: number): string {
  const isClose = usd(cost) === usd(limit) && cost !== limit;
  const [shown, bound] = isClose || Math.min(cost, limit) < 1 ? [cents(cost), cents(limit)] : [usd(cost), usd(limit)];
  return `${shown} a month against the limit of ${bound}`;
}

function cents(value: number): string {
  const [whole = "", fraction = "00"] = value.toFixed(2).split(".");
  return `$${grouped(Number(whole))}.${fraction}`;
}

function maxIncrease(gates: Gates, cost: number | null, baseCost: number | null): Check | null {
  const limit = gates.maxIncreaseRatio;
  if (limit === undefined) return null;
  if (baseCost === null) return { id: "max_increase_ratio", ok: true, text: "no base cost to compare with" };
  if (cost === null) return { id: "max_increase_ratio", ok: false, text: "no path fits, so the increase is not known" };
  const increase = baseCost === 0 ? (cost > 0 ? Number.POSITIVE_INFINITY : 0) : cost / baseCost - 1;
  const ok = increase <= limit + SAME_RATIO;
  if (baseCost === 0 && cost > 0) return { id: "max_increase_ratio", ok, text: `${usd(cost)} a month where the base branch costs nothing` };
  return { id: "max_increase_ratio", ok, text: ratios(increase, limit) };
}

/** Shares closer than this are the same: far below what rounding of a sum can move. */
const SAME_RATIO = 1e-12;

/** Both shares, with a second and third decimal where one would not tell them apart. */
function ratios(increase: number, limit: number): string {
  const alike = percent(increase) === percent(limit) && Math.abs(increase - limit) > SAME_RATIO;
  const decimals = alike ? 3 : 1;
  return `${percent(increase, decimals)} against the limit of ${percent(limit, decimals)}`;
}

function forbidden(gates: Gates, decision: Decision): Check | null {
  if (gates.forbidPaths === undefined) return null;
  return {
    id: "forbid_paths",
    ok: !gates.forbidPaths.includes(decision.path),
    text: `path ${decision.path}; forbidden: ${gates.forbidPaths.join(", ") || "none listed"}`,
  };
}

function percent(ratio: number, decimals = 1): string {
  return `${ratio >= 0 ? "+" : ""}${(ratio * 100).toFixed(decimals)} %`;
}

function isStricter(id: GateResult["id"], base: Gates | undefined, head: Gates | undefined): boolean {
  if (id === "max_monthly_usd")
    return (head?.maxMonthlyUsd ?? Number.POSITIVE_INFINITY) < (base?.maxMonthlyUsd ?? Number.POSITIVE_INFINITY);
  if (id === "max_increase_ratio")
    return (head?.maxIncreaseRatio ?? Number.POSITIVE_INFINITY) < (base?.maxIncreaseRatio ?? Number.POSITIVE_INFINITY);
  return (head?.forbidPaths ?? []).some((path) => !(base?.forbidPaths ?? []).includes(path));
}

function isLoosened(id: GateResult["id"], base: Gates | undefined, head: Gates | undefined): boolean {
  return id === "forbid_paths"
    ? (base?.forbidPaths ?? []).some((path) => !(head?.forbidPaths ?? []).includes(path))
    : isStricter(id, head, base);
}

function loosened(base: PolicyDocument, head: PolicyDocument): Finding[] {
  const ids: readonly GateResult["id"][] = ["max_monthly_usd", "max_increase_ratio", "forbid_paths"];
  const gates = ids
    .filter((id) => isLoosened(id, base.policy.gates, head.policy.gates))
    .map(
      (id): Finding => ({
        id: "gate-loosened",
        level: "warning",
        text: `this change loosens the gate ${id}; the base branch's value still judges it`,
        line: head.lineOf(`gates.${id}`),
      }),
    );
  const known = new Set((base.policy.waivers ?? []).map((waiver) => JSON.stringify(waiver)));
  const waivers = (head.policy.waivers ?? []).flatMap((waiver, index): Finding[] =>
    known.has(JSON.stringify(waiver))
      ? []
      : [
          {
            id: "waiver-added",
            level: "warning",
            text: `this change adds a waiver of ${waiver.gate ?? waiver.rule ?? ""}; it counts once it is on the base branch`,
            line: head.lineOf(`waivers[${index}]`),
          },
        ],
  );
  return [...gates, ...waivers];
}

function expired(document: PolicyDocument, waivers: Waivers, asOf: string): Finding[] {
  return waivers.flatMap((waiver, index): Finding[] =>
    waiver.expires >= asOf
      ? []
      : [
          {
            id: "waiver-expired",
            level: "warning",
            text: `the waiver of ${waiver.gate ?? waiver.rule ?? ""} ended on ${waiver.expires} (${waiver.owner}) and no longer counts`,
            line: document.lineOf(`waivers[${index}]`),
          },
        ],
  );
}
