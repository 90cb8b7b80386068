import type { Catalog } from "../../src/catalog/catalog.ts";
import { isShutDown } from "../../src/catalog/pricing.ts";
import type { ApiModel, ApiPrice, PriceTier } from "../../src/catalog/schema.ts";
import { type Applied, agree, confirmedSource, type Line, type LineKind, later, needsSecondSource, shift } from "./change.ts";
import { knownWrong } from "./known-wrong.ts";
import type { Seen, SeenPrice } from "./seen.ts";
import { type PriceRole, priceRoles } from "./sources.ts";

const MS_PER_DAY = 86_400_000;

/** What a source said, under its name. */
export interface Witness {
  readonly name: string;
  readonly seen: readonly Seen[];
}

/** The run that a source is applied in. */
export interface Run {
  readonly source: string;
  readonly label: string;
  /** Day of the run, YYYY-MM-DD. */
  readonly asOf: string;
  /** Other sources that may confirm a large change. */
  readonly witnesses: readonly Witness[];
}

/**
 * Lays the prices that a source saw over the catalog. A changed price is a new dated row, none is edited; a price that is
 * the same raises `checked`; a change above 50 % that no witness confirms is refused and the row stays.
 *
 * Example: gpt-6-sol, 2 -> 1.8 USD per million input tokens on 2026-11-21, adds a row from 2026-11-21 on.
 */
export function applyPrices(catalog: Catalog, seen: readonly Seen[], run: Run): Applied {
  const prices = seen.filter((each) => each.kind === "price");
  const lines: Line[] = [];
  const apiModels = catalog.apiModels.map((model) => {
    const mine = prices.filter(({ id }) => id === model.id);
    if (mine.length === 0 || isShutDown(model, run.asOf)) return model;
    const wrong = knownWrong.find(({ source, id }) => source === run.source && id === model.id);
    if (wrong !== undefined) {
      lines.push({ kind: "held", source: run.source, id: model.id, text: `${wrong.why}${rightByNow(model, mine, run.asOf)}` });
      return model;
    }
    return applyTo(model, mine, run, (kind, text) => lines.push({ kind, source: run.source, id: model.id, text }));
  });
  return { catalog: { ...catalog, apiModels }, lines };
}

/** A source that was wrong and agrees now needs no exception any more. */
function rightByNow(model: ApiModel, seen: readonly SeenPrice[], asOf: string): string {
  const row = model.prices.filter(({ effectiveFrom }) => effectiveFrom <= asOf).at(-1);
  const said = currentOf(seen, asOf);
  return row !== undefined && said !== undefined && sameList(row, said) ? "; it agrees by now: remove it from known-wrong.ts" : "";
}

type Say = (kind: LineKind, text: string) => void;

function applyTo(model: ApiModel, seen: readonly SeenPrice[], run: Run, say: Say): ApiModel {
  const role = priceRoles[run.source] ?? "second";
  const current = currentOf(seen, run.asOf);
  const after = current === undefined ? model : applyCurrent(model, current, role, run, say);
  if (role !== "list") return after;
  return seen.filter(({ from }) => from !== null && from > run.asOf).reduce((row, future) => applyFuture(row, future, run, say), after);
}

/** The price that a source holds for today: its last one that has begun. */
function currentOf(seen: readonly SeenPrice[], asOf: string): SeenPrice | undefined {
  return seen
    .filter(({ from }) => from === null || from <= asOf)
    .reduce<SeenPrice | undefined>((last, each) => (last === undefined || (each.from ?? "") >= (last.from ?? "") ? each : last), undefined);
}

function applyCurrent(model: ApiModel, seen: SeenPrice, role: PriceRole, run: Run, say: Say): ApiModel {
  const now = model.prices.filter((row) => row.effectiveFrom <= run.asOf).at(-1);
  if (now === undefined) return model;
  const proposed = proposal(now, seen, role);
  if (sameList(now, seen)) {
    if (sameRow(now, proposed)) return confirm(model, now, role, run, say);
    return change(model, now, { ...proposed, effectiveFrom: run.asOf }, "filled", run, say);
  }
  if (role !== "list") {
    say("differs", `${figures(now, seen)}: the catalog stays, ${role === "batch" ? "only batch prices" : "only limits"} come from here`);
    return model;
  }
  const before = model.prices.find((row) => row.effectiveFrom < now.effectiveFrom && sameList(row, seen));
  if (before !== undefined) {
    say("differs", `${figures(now, seen)}: that is the price until ${now.effectiveFrom}, the source is behind`);
    return model;
  }
  if (now.tiers.length > 0 && seen.tiers?.length === 0) {
    say("differs", `${figures(now, seen)}, tiers ${tierText(now.tiers)} -> none: decide by hand whether they are gone`);
    return model;
  }
  const from = seen.from !== null && seen.from > now.effectiveFrom ? seen.from : run.asOf;
  return change(model, now, { ...proposed, effectiveFrom: from }, "changed", run, say);
}

function applyFuture(model: ApiModel, seen: SeenPrice, run: Run, say: Say): ApiModel {
  const from = seen.from ?? run.asOf;
  const planned = model.prices.find((row) => row.effectiveFrom === from);
  if (planned !== undefined) {
    if (!sameList(planned, seen)) say("differs", `from ${from}: ${figures(planned, seen)}: decide by hand`);
    return model;
  }
  const now = model.prices.filter((row) => row.effectiveFrom < from).at(-1);
  return now === undefined ? model : change(model, now, { ...proposal(now, seen, "list"), effectiveFrom: from }, "changed", run, say);
}

/** The row as it would be: what the source's role covers from the source, the rest from the row where it still holds. */
function proposal(now: ApiPrice, seen: SeenPrice, role: PriceRole): ApiPrice {
  const { inputUsdPerMTok: input, outputUsdPerMTok: output } = seen;
  if (role === "batch") {
    if (seen.batchInputUsdPerMTok === null || seen.batchOutputUsdPerMTok === null) return now;
    return withWhatHolds(now, {
      ...now,
      batchInputUsdPerMTok: seen.batchInputUsdPerMTok,
      batchOutputUsdPerMTok: seen.batchOutputUsdPerMTok,
    });
  }
  if (role === "second") return now;
  const sameBase = agree(now.inputUsdPerMTok, input) && agree(now.outputUsdPerMTok, output);
  return withWhatHolds(now, {
    ...now,
    inputUsdPerMTok: input,
    outputUsdPerMTok: output,
    cachedInputUsdPerMTok: seen.cachedInputUsdPerMTok ?? (sameBase ? now.cachedInputUsdPerMTok : null),
    // A batch price follows no rule: at a new list price it is unknown until a source states it.
    batchInputUsdPerMTok: sameBase ? now.batchInputUsdPerMTok : null,
    batchOutputUsdPerMTok: sameBase ? now.batchOutputUsdPerMTok : null,
    tiers: [...(seen.tiers ?? now.tiers)],
  });
}

/**
 * What a batch pays for cached tokens, and what other regions ask, hold only beside the prices that they were read with: no source of a refresh states
 * them.
 */
function withWhatHolds(now: ApiPrice, { batchCachedInputUsdPerMTok, regional, ...next }: ApiPrice): ApiPrice {
  const sameInput = next.cachedInputUsdPerMTok === now.cachedInputUsdPerMTok && next.batchInputUsdPerMTok === now.batchInputUsdPerMTok;
  const sameList = next.inputUsdPerMTok === now.inputUsdPerMTok && next.outputUsdPerMTok === now.outputUsdPerMTok;
  return {
    ...next,
    ...(sameInput && batchCachedInputUsdPerMTok !== undefined ? { batchCachedInputUsdPerMTok } : {}),
    ...(sameList && regional !== undefined ? { regional } : {}),
  };
}

function change(model: ApiModel, now: ApiPrice, next: ApiPrice, kind: "changed" | "filled", run: Run, say: Say): ApiModel {
  const pairs = [...meters.map((meter) => [now[meter], next[meter]] as const), ...tierPairs(now.tiers, next.tiers)];
  const confirming = confirmations(model.id, now, next, run);
  const text = `from ${next.effectiveFrom}: ${described(now, next)} USD per MTok`;
  if (needsSecondSource(pairs) && confirming.length === 0) {
    say("refused", `${text}; no second source says so${othersSay(model.id, run)}`);
    return model;
  }
  say(kind, `${text}${confirming.length > 0 ? `; so says ${confirming.join(" and ")}` : othersSay(model.id, run)}`);
  const row: ApiPrice = {
    ...next,
    source: kind === "filled" ? confirmedSource(now.source, run.label) : [run.label, ...confirming].join(", also "),
    checked: run.asOf,
    basis: "vendor",
    certainty: confirming.length > 0 || kind === "filled" ? now.certainty : "medium",
  };
  // A row of today is still a draft: a second source of the same run completes it.
  const others = model.prices.filter(({ effectiveFrom }) => effectiveFrom !== row.effectiveFrom);
  const closed = others.map((each) =>
    each === now && each.effectiveTo !== null ? { ...each, effectiveTo: dayBefore(row.effectiveFrom) } : each,
  );
  return { ...model, prices: [...closed, row].sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1)) };
}

function confirm(model: ApiModel, now: ApiPrice, role: PriceRole, run: Run, say: Say): ApiModel {
  if (role === "batch") return model;
  say("confirmed", `${now.inputUsdPerMTok} / ${now.outputUsdPerMTok} USD per MTok`);
  const row = { ...now, checked: later(now.checked, run.asOf), source: confirmedSource(now.source, run.label) };
  return { ...model, prices: model.prices.map((each) => (each === now ? row : each)) };
}

const meters = ["inputUsdPerMTok", "outputUsdPerMTok", "cachedInputUsdPerMTok", "batchInputUsdPerMTok", "batchOutputUsdPerMTok"] as const;

/** Whether a source's list price is the row's; what the source leaves open agrees with everything. */
function sameList(row: ApiPrice, seen: SeenPrice): boolean {
  const cached = seen.cachedInputUsdPerMTok === null || row.cachedInputUsdPerMTok === null;
  const base = agree(row.inputUsdPerMTok, seen.inputUsdPerMTok) && agree(row.outputUsdPerMTok, seen.outputUsdPerMTok);
  return (
    base &&
    (cached || agree(row.cachedInputUsdPerMTok, seen.cachedInputUsdPerMTok)) &&
    (seen.tiers === null || sameTiers(row.tiers, seen.tiers))
  );
}

function sameRow(a: ApiPrice, b: ApiPrice): boolean {
  return meters.every((meter) => agree(a[meter], b[meter])) && sameTiers(a.tiers, b.tiers);
}

function sameTiers(a: readonly PriceTier[], b: readonly PriceTier[]): boolean {
  return a.length === b.length && tierPairs(a, b).every(([before, after]) => agree(before, after));
}

function tierPairs(a: readonly PriceTier[], b: readonly PriceTier[]): readonly (readonly [number | null, number | null])[] {
  return a.flatMap((tier, i) => {
    const other = b[i];
    if (other === undefined) return [];
    return [
      [tier.aboveInputTokens, other.aboveInputTokens] as const,
      [tier.inputUsdPerMTok, other.inputUsdPerMTok] as const,
      [tier.outputUsdPerMTok, other.outputUsdPerMTok] as const,
    ];
  });
}

/** Witnesses that state the new price, with the cached one when that changes. */
function confirmations(id: string, now: ApiPrice, next: ApiPrice, run: Run): readonly string[] {
  const cachedChanges = !agree(now.cachedInputUsdPerMTok, next.cachedInputUsdPerMTok);
  return othersOn(id, run)
    .filter(
      ({ said }) =>
        said !== undefined && agree(said.inputUsdPerMTok, next.inputUsdPerMTok) && agree(said.outputUsdPerMTok, next.outputUsdPerMTok),
    )
    .filter(({ said }) => !cachedChanges || agree(said?.cachedInputUsdPerMTok ?? null, next.cachedInputUsdPerMTok))
    .map(({ name }) => name);
}

function othersOn(id: string, run: Run): readonly { readonly name: string; readonly said: SeenPrice | undefined }[] {
  return run.witnesses
    .filter(({ name }) => name !== run.source)
    .map(({ name, seen }) => ({
      name,
      said: currentOf(
        seen.filter((each) => each.kind === "price").filter((each) => each.id === id),
        run.asOf,
      ),
    }));
}

function othersSay(id: string, run: Run): string {
  const said = othersOn(id, run).map(({ name, said: price }) =>
    price === undefined
      ? `${name} does not list it`
      : `${name} has ${price.inputUsdPerMTok} / ${price.outputUsdPerMTok} / cached ${price.cachedInputUsdPerMTok ?? "unknown"}`,
  );
  return said.length === 0 ? "" : `; ${said.join(", ")}`;
}

function described(now: ApiPrice, next: ApiPrice): string {
  const changed = meters.filter((meter) => !agree(now[meter], next[meter]));
  const parts = changed.map((meter) => `${meter.replace("UsdPerMTok", "")} ${shift(now[meter], next[meter])}`);
  return [...parts, ...(sameTiers(now.tiers, next.tiers) ? [] : [`tiers ${tierText(now.tiers)} -> ${tierText(next.tiers)}`])].join(", ");
}

function tierText(tiers: readonly PriceTier[]): string {
  return tiers.length === 0
    ? "none"
    : tiers.map((tier) => `>${tier.aboveInputTokens}: ${tier.inputUsdPerMTok}/${tier.outputUsdPerMTok}`).join(" ");
}

function figures(row: ApiPrice, seen: SeenPrice): string {
  const text = (price: ApiPrice | SeenPrice) =>
    `${price.inputUsdPerMTok} / ${price.outputUsdPerMTok} / cached ${price.cachedInputUsdPerMTok ?? "unknown"}`;
  return `catalog ${text(row)}, source ${text(seen)}`;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - MS_PER_DAY).toISOString().slice(0, "YYYY-MM-DD".length);
}
