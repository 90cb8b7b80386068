import type { BreakEven, CostLine, Decision, Fleet, RejectedOption, WorkloadDecision } from "../decide/types.ts";
import { band, change, percent, quantity, unitPrice, usd, volume } from "./money.ts";
import { atLine, code, columns, type Line, line, strong, type TableView } from "./spans.ts";
import { shellWord } from "./text.ts";
import { pathWords, plural, reachedWords, requestsWords, servedBy, shortName, sourceText } from "./words.ts";

/** Beyond a thousandfold a factor says nothing; the volumes beside it do. */
const MAX_FACTOR = 1000;
/** Ruled-out options that a rule names. */
const NAMED_OPTIONS = 3;

/** A table whose title already says the result, so that it can stay folded. */
export interface TitledTable {
  readonly title: string;
  readonly table: TableView;
}

/** A list whose title already says the result. */
export interface TitledList {
  readonly title: string;
  readonly items: readonly Line[];
}

/** The bill of one workload. */
export interface CostView {
  readonly workload: string;
  readonly title: Line;
  readonly table: TableView;
}

/** One fleet of servers: what it is, how full it runs, and the command that starts one server. */
export interface FleetView {
  /** `2 to 3 × g6e.12xlarge`. */
  readonly size: string;
  readonly title: Line;
  readonly table: TableView;
  readonly command: readonly string[];
}

/** Cost lines of every workload that has an option, highest cost first. */
export function costViews(workloads: readonly WorkloadDecision[]): readonly CostView[] {
  return [...workloads]
    .filter((workload) => workload.option !== null && workload.costLines.length > 0)
    .sort((a, b) => (b.monthlyCostUsd?.expected ?? 0) - (a.monthlyCostUsd?.expected ?? 0))
    .map((workload) => ({
      workload: shortName(workload.name),
      title: line(
        strong(shortName(workload.name)),
        `: ${servedBy(workload.option, workload.split)}, ${monthlyWords(workload)} for ${requestsWords(workload)}`,
      ),
      table: {
        columns: columns("Cost line", "Quantity>", "Unit price>", "Monthly>", "Source"),
        rows: workload.costLines.map(costCells),
      },
    }));
}

function monthlyWords({ monthlyCostUsd }: WorkloadDecision): string {
  return monthlyCostUsd === null ? "cost not known" : `${usd(monthlyCostUsd.expected)} a month`;
}

function costCells(cost: CostLine): readonly Line[] {
  return [
    line(cost.share === undefined ? cost.label : `${cost.label} (${percent(cost.share)} share)`),
    line(`${quantity(cost.quantity)} ${cost.unit}`),
    line(unitPrice(cost.unitPriceUsd)),
    line(usd(cost.monthlyUsd)),
    line(sourceText(cost.source)),
  ];
}

/** The best portfolio of each path beside the chosen one; the title already says the result. */
export function pathTable(decision: Decision): TitledTable {
  const chosen = decision.monthlyCostUsd?.expected ?? null;
  const words = decision.paths.map(
    ({ path, monthlyCostUsd }) => `${pathWords[path]} ${monthlyCostUsd === null ? "not feasible" : usd(monthlyCostUsd.expected)}`,
  );
  return {
    title: `Paths compared: ${words.join(", ")}`,
    table: {
      columns: columns("Path", "Monthly>", "80% band>", "Against chosen>", "Note"),
      rows: decision.paths.map(({ path, monthlyCostUsd, text }) => [
        line(path === decision.path ? strong(`${pathWords[path]} (chosen)`) : pathWords[path]),
        line(monthlyCostUsd === null ? "not feasible" : usd(monthlyCostUsd.expected)),
        line(monthlyCostUsd === null ? "-" : band(monthlyCostUsd)),
        line(monthlyCostUsd === null || chosen === null || path === decision.path ? "-" : change(monthlyCostUsd.expected - chosen, chosen)),
        line(text || "-"),
      ]),
    },
  };
}

/** Break-even volumes of the workloads that have one; the title of a single one already says it. */
export function breakEvenTable(workloads: readonly WorkloadDecision[]): TitledTable {
  const rows = workloads.flatMap((workload) => (workload.breakEven === null ? [] : [breakEvenCells(workload, workload.breakEven)]));
  const only = workloads.length === 1 ? workloads[0]?.breakEven : null;
  const title = only ? `Break-even: ${volume(only.requestsPerMonth)} requests a month` : `Break-even of ${plural(rows.length, "workload")}`;
  return { title, table: { columns: columns("Workload", "Requests/month>", "Break-even>", "Factor>", "Against", "Reached"), rows } };
}

function breakEvenCells({ name, requestsPerMonth }: WorkloadDecision, breakEven: BreakEven): readonly Line[] {
  const factor = breakEven.requestsPerMonth / requestsPerMonth;
  return [
    line(shortName(name)),
    line(quantity(requestsPerMonth)),
    line(volume(breakEven.requestsPerMonth)),
    line(factor < MAX_FACTOR ? `×${quantity(factor)}` : "-"),
    line(code(breakEven.versus)),
    line(reachedWords(breakEven, requestsPerMonth)),
  ];
}

/** How many options each rule took out, over all workloads: the reason of the first, and the first few by name. */
export function ruledOut(workloads: readonly WorkloadDecision[]): TitledList {
  const rejected = workloads.flatMap((workload) => workload.rejected);
  const considered = workloads.reduce((sum, workload) => sum + workload.considered.total, 0);
  const rules = [...groupedByRule(rejected)].sort((a, b) => b[1].length - a[1].length);
  return {
    title: `Options ruled out: ${quantity(rejected.length)} of ${quantity(considered)} considered`,
    items: rules.map(([rule, options]) => ruledOutLine(rule, options)),
  };
}

function ruledOutLine(rule: string, options: readonly RejectedOption[]): Line {
  const first = options[0];
  const others = [...new Set(options.map((option) => option.option))].filter((name) => name !== first?.option);
  const because =
    first === undefined ? [] : [...line(first.verdict === "unknown" ? " is not proven: " : ": ", first.text), ...atLine(first.line)];
  const also = others.slice(0, NAMED_OPTIONS - 1).flatMap((name, index) => [...line(index === 0 ? "; also " : ", "), code(name)]);
  const more = others.length >= NAMED_OPTIONS ? line(` and ${others.length - NAMED_OPTIONS + 1} more`) : [];
  return [
    strong(quantity(options.length)),
    ...line(" by "),
    code(rule),
    ...line(", ", code(first?.option ?? "")),
    ...because,
    ...also,
    ...more,
  ];
}

function groupedByRule(rejected: readonly RejectedOption[]): ReadonlyMap<string, readonly RejectedOption[]> {
  const groups = new Map<string, RejectedOption[]>();
  for (const option of rejected) {
    const group = groups.get(option.rule);
    if (group === undefined) groups.set(option.rule, [option]);
    else group.push(option);
  }
  return groups;
}

/** Defaults that the decision relied on and the policy did not declare. */
export function assumptionTable({ assumptions }: Decision): TitledTable {
  return {
    title: `Assumptions: ${plural(assumptions.length, "value")} not declared in the policy`,
    table: {
      columns: columns("Not declared", "Assumed", "Source"),
      rows: assumptions.map(({ key, value, source }) => [line(code(key)), line(value), line(sourceText(source))]),
    },
  };
}

/** Stands in a command for the folder of weights that nobody but the policy's owner has. */
const OWN_WEIGHTS = '"$OWN_WEIGHTS"';

/** Every fleet with its size, its load and the `vllm serve` command of one server. */
export function fleetViews(decision: Decision): readonly FleetView[] {
  return decision.fleets.map((fleet) => ({
    size: sizeOf(fleet),
    title: line(
      strong(`${shortName(fleet.model)} ${fleet.precision}`),
      ` on ${fleet.instanceType}, for ${fleet.workloads.map(shortName).join(", ")}`,
    ),
    table: { columns: columns("Fleet", "Value"), rows: fleetRows(fleet) },
    command: [
      `vllm serve ${fleet.ownWeights === true ? OWN_WEIGHTS : shellWord(fleet.hubRepo)} \\`,
      ...fleet.vllmFlags.map(([flag, value], index) => {
        const words = value === "" ? flag : `${flag} ${shellWord(value)}`;
        return `  ${words}${index < fleet.vllmFlags.length - 1 ? " \\" : ""}`;
      }),
    ],
  }));
}

function sizeOf({ instances, instanceType }: Fleet): string {
  const count = instances.first === instances.last ? `${instances.first}` : `${instances.first} to ${instances.last}`;
  return `${count} × ${shortName(instanceType)}`;
}

/** `weekday 0-9 h 2, 9-18 h 4, 18-24 h 2; weekend 0-24 h 2; never under 2, even in hours without requests`. */
function scheduleWords(schedule: NonNullable<Fleet["schedule"]>): string {
  const on = (days: string) =>
    schedule
      .filter((window) => window.days === days)
      .map(({ fromHour, toHour, instances }) => `${fromHour}-${toHour} h ${instances}`)
      .join(", ");
  const least = Math.min(...schedule.map(({ instances }) => instances));
  return `weekday ${on("weekday")}; weekend ${on("weekend")}; never under ${least}, even in hours without requests`;
}

function originOf({ ownWeights, model, precision, hubRepo }: Fleet): string {
  return ownWeights === true ? `of your own, made from ${shortName(model)} in ${precision}; sized by ${hubRepo}` : `from ${hubRepo}`;
}

function fleetRows(fleet: Fleet): readonly (readonly Line[])[] {
  const { instances, capacity, utilisationRatio } = fleet;
  const growth =
    instances.first === instances.last ? `${instances.first}` : `${instances.first} in the first month, ${instances.last} in the last`;
  const whose = capacity.workload === undefined ? "" : `; requests of ${shortName(capacity.workload)} alone`;
  const facts: readonly (readonly [string, string])[] = [
    ["Instances", `${growth}; at least ${instances.minimum} for availability`],
    ["Price", `${unitPrice(fleet.usdPerInstanceHour)} for each instance and hour`],
    [
      "Servers",
      `${plural(fleet.replicasPerInstance, "server")} on each instance, ${plural(fleet.tensorParallel, "GPU")} (${fleet.gpu}) each`,
    ],
    ...(fleet.schedule === null ? [] : [["Schedule", scheduleWords(fleet.schedule)] as const]),
    ["Load", `${percent(utilisationRatio.mean)} of capacity in the mean hour, ${percent(utilisationRatio.peak)} in the busiest minute`],
    [
      "Capacity",
      `${quantity(capacity.requestsPerSecondPerReplica)} requests/s for each server, ${quantity(capacity.concurrency)} at once, limited by ${capacity.limitedBy}${whose}`,
    ],
    [
      "Latency",
      `p95 ${quantity(capacity.ttftMsP95)} ms to the first token, ${quantity(capacity.tpotMsP95)} ms for each further one${whose}`,
    ],
    ["Confidence", `class ${capacity.confidence}${capacity.measured === undefined ? "" : `, ${capacity.measured}`}`],
    ["Weights", `${quantity(fleet.weightsGiB)} GiB ${originOf(fleet)}${fleet.gatedDownload ? ", licence to be accepted first" : ""}`],
  ];
  return facts.map(([label, value]) => [line(label), line(value)]);
}
