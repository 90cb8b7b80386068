import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { type Catalog, findApiModel, findInstance, findRegion, pricedIn } from "../catalog/index.ts";
import { unitPrices } from "../catalog/pricing.ts";
import type { Evaluation } from "../decide/evaluation-types.ts";
import type { OptionSummary } from "../decide/types.ts";
import { list, markdown, paragraph, table, type Writer } from "../report/markdown.ts";
import { unitPrice, usd } from "../report/money.ts";
import { code, columns, type Line, line, strong } from "../report/spans.ts";
import { pathWord } from "../report/words.ts";

const PolicyState = z.strictObject({
  file: z.string(),
  sha256: z.string(),
  path: z.string(),
  monthlyUsd: z.number().nullable(),
  /** Chosen option of each workload, null where nothing fits. */
  workloads: z.record(z.string(), z.string().nullable()),
  gates: z.record(z.string(), z.string()),
  /** Catalog prices of the chosen options and their runners-up, in US dollars: `gpt-4.1 input, USD/MTok` -> 2. */
  prices: z.record(z.string(), z.number()),
});
/** What a policy was decided to be on a date, as far as the watch compares it. */
export type PolicyState = z.infer<typeof PolicyState>;

/** One look at all watched policies. */
export const DriftState = z.strictObject({ asOf: z.string(), catalog: z.string(), policies: z.array(PolicyState) });
export type DriftState = z.infer<typeof DriftState>;

/** The state that decisions are compared with, and the newest one that the issue tells of. */
export const DriftRecord = z.strictObject({ accepted: DriftState, seen: DriftState });
export type DriftRecord = z.infer<typeof DriftRecord>;

/** The state of one run. Prices are list prices on `asOf`; those that a policy overrides are its own and do not drift. */
export function driftState(evaluations: readonly Evaluation[], catalog: Catalog, asOf: string): DriftState {
  const policies = evaluations.map(({ policy, decision, gates, region }) => {
    const options = decision.workloads.flatMap(({ option, runnersUp }) => [
      ...(option === null ? [] : [option]),
      ...runnersUp.map((next) => next.option),
    ]);
    return {
      file: policy.path,
      sha256: policy.sha256,
      path: decision.path,
      monthlyUsd: decision.monthlyCostUsd === null ? null : Math.round(decision.monthlyCostUsd.expected),
      workloads: Object.fromEntries(decision.workloads.map(({ name, option }) => [name, option?.id ?? null])),
      gates: Object.fromEntries(gates.map(({ id, status }) => [id, status])),
      prices: Object.fromEntries(options.flatMap((option) => pricesOf(option, catalog, asOf, region))),
    };
  });
  return { asOf, catalog: catalog.version, policies };
}

function pricesOf(option: OptionSummary, catalog: Catalog, asOf: string, region: string): readonly (readonly [string, number])[] {
  if (option.kind === "self-host") {
    const usdPerHour = findInstance(catalog, option.instanceType ?? "")?.usdPerHour[region]?.onDemand;
    return usdPerHour === undefined ? [] : [[`${option.instanceType} in ${region}, USD/h`, usdPerHour]];
  }
  const model = findApiModel(catalog, option.model);
  const prices = model && unitPrices(pricedIn(model, findRegion(catalog, region)), asOf, 0);
  if (prices === undefined) return [];
  return [
    [`${option.model} input, USD/MTok`, prices.inputUsdPerMTok],
    [`${option.model} output, USD/MTok`, prices.outputUsdPerMTok],
  ];
}

/** Something that is not as it was decided, in words for the issue. */
export interface Flip {
  readonly file: string;
  readonly what: Line;
  readonly from: Line;
  readonly to: Line;
}

/**
 * Decisions and gates that differ between two states of the same policy text. A policy that is new or was edited has been looked at by
 * whoever did it, so it never flips.
 */
export function flipsBetween(accepted: DriftState, now: DriftState): readonly Flip[] {
  return now.policies.flatMap((policy) => {
    const before = accepted.policies.find(({ file, sha256 }) => file === policy.file && sha256 === policy.sha256);
    return before === undefined ? [] : flipsOf(before, policy);
  });
}

function flipsOf(before: PolicyState, now: PolicyState): readonly Flip[] {
  const { file } = now;
  const path =
    before.path === now.path ? [] : [{ file, what: line("path"), from: line(pathWord(before.path)), to: line(pathWord(now.path)) }];
  const option = (id: string | null | undefined) => (id == null ? line("nothing fits") : line(code(id)));
  const workloads = Object.keys(now.workloads)
    .filter((name) => before.workloads[name] !== now.workloads[name])
    .map((name) => ({ file, what: line("workload ", code(name)), from: option(before.workloads[name]), to: option(now.workloads[name]) }));
  const gates = Object.keys(now.gates)
    .filter((id) => before.gates[id] !== now.gates[id])
    .map((id) => ({ file, what: line("gate ", code(id)), from: line(before.gates[id] ?? "-"), to: line(strong(now.gates[id] ?? "-")) }));
  return [...path, ...workloads, ...gates];
}

/** The accepted state after a run: policies whose text changed start anew with what they are decided to be now. */
export function carriedOver(accepted: DriftState, now: DriftState): DriftState {
  const policies = now.policies.map(
    (policy) => accepted.policies.find(({ file, sha256 }) => file === policy.file && sha256 === policy.sha256) ?? policy,
  );
  return { ...accepted, policies };
}

/** Body of the issue: hidden marker with the record, then what flipped and the prices that moved with it. */
export function driftBody(key: string, record: DriftRecord): string {
  const writer: Writer = { context: { serverUrl: "", repository: "", headSha: null, runUrl: null, maxLength: 0 }, file: "" };
  const flips = flipsBetween(record.accepted, record.seen);
  const { accepted, seen } = record;
  const blocks =
    flips.length === 0
      ? [
          paragraph(writer, line(`Every decision and gate is as recorded on ${accepted.asOf}.`)),
          paragraph(
            writer,
            line("This closed issue is the record of the drift watch. It opens when prices alone flip a decision or a gate."),
          ),
        ]
      : [
          paragraph(writer, line(strong("The policies are unchanged, and today they would be decided differently."))),
          table(writer, {
            columns: columns("Policy", "What", `On ${accepted.asOf}`, `On ${seen.asOf}`),
            rows: flips.slice(0, MOST_ROWS).map(({ file, what, from, to }) => [line(code(file)), what, from, to]),
          }),
          ...(flips.length > MOST_ROWS ? [paragraph(writer, line(`and ${flips.length - MOST_ROWS} more`))] : []),
          list(writer, costLines(accepted, seen, flips)),
          paragraph(writer, line(strong("Prices that moved"), ` (catalog ${accepted.catalog} to ${seen.catalog})`)),
          list(writer, movedPrices(accepted, seen, flips)),
          paragraph(
            writer,
            line(
              "Change the policy, or close this issue to accept the new decision as the record. It closes by itself when the old one returns.",
            ),
          ),
        ];
  return `${driftMarker(key, record)}\n${markdown(blocks)}`;
}

const MOST_ROWS = 50;

function costLines(accepted: DriftState, seen: DriftState, flips: readonly Flip[]): readonly Line[] {
  return flippedFiles(flips).map((file) => {
    const [from, to] = [accepted, seen].map(({ policies }) => policies.find((policy) => policy.file === file)?.monthlyUsd ?? null);
    return line(code(file), `: ${usd(from ?? null)} a month then, ${usd(to ?? null)} now`);
  });
}

function movedPrices(accepted: DriftState, seen: DriftState, flips: readonly Flip[]): readonly Line[] {
  const pricesIn = (state: DriftState): ReadonlyMap<string, number> =>
    new Map(state.policies.filter(({ file }) => flippedFiles(flips).includes(file)).flatMap(({ prices }) => Object.entries(prices)));
  const [before, after] = [pricesIn(accepted), pricesIn(seen)];
  const moved = [...after].filter(([id, price]) => before.has(id) && before.get(id) !== price);
  const fresh = [...after].filter(([id]) => !before.has(id));
  const lines = [
    ...moved.map(([id, price]) => line(code(id), `: ${unitPrice(before.get(id) ?? null)} to ${unitPrice(price)}`)),
    ...fresh.map(([id, price]) => line(code(id), `: ${unitPrice(price)}, not among the best options before`)),
  ];
  return lines.length === 0
    ? [line("none of those recorded; the catalog differs in something else, such as models or their limits")]
    : lines.slice(0, MOST_ROWS);
}

function flippedFiles(flips: readonly Flip[]): readonly string[] {
  return [...new Set(flips.map(({ file }) => file))];
}

/** Room for the record in a body of at most 65,536 characters; the rest is for people. */
const LONGEST_MARKER = 40_000;

/** `<!-- breakeven:KEY drift eJyr… -->`; throws where the record of very many workloads does not fit. */
function driftMarker(key: string, record: DriftRecord): string {
  const marker = `<!-- breakeven:${key} drift ${deflateRawSync(JSON.stringify(record)).toString("base64url")} -->`;
  if (marker.length <= LONGEST_MARKER) return marker;
  throw new Error(
    `the record of the drift watch has ${marker.length} characters, at most ${LONGEST_MARKER} fit; watch fewer policies in one step`,
  );
}

/** The record in the body of an issue; null when it is of another key or cannot be read. */
export function readRecord(key: string, body: string): DriftRecord | null {
  const [first = ""] = body.split("\n");
  const start = `<!-- breakeven:${key} drift `;
  if (!first.startsWith(start)) return null;
  try {
    const json = inflateRawSync(Buffer.from(first.slice(start.length).trim().replace(/ -->$/, ""), "base64url"), {
      maxOutputLength: 10_000_000,
    });
    const parsed = DriftRecord.safeParse(JSON.parse(json.toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
