import type { Catalog } from "../../src/catalog/catalog.ts";
import type { ApiModel, HourlyPrice, Instance, OpenModel } from "../../src/catalog/schema.ts";
import type { Run } from "./apply-prices.ts";
import { type Applied, agree, confirmedSource, type Line, type LineKind, later, needsSecondSource, shift } from "./change.ts";
import type { Seen, SeenHour, SeenLimits, SeenShape } from "./seen.ts";

type Say = (kind: LineKind, id: string, text: string) => void;

/**
 * Lays hours, limits and shapes that a source saw over the catalog, and collects what it cannot take in. An hour has one
 * price at a time: a new one replaces it and says what it was. Limits fill gaps only; shapes are compared only, because
 * the KV cache and the parameters of a row follow from them.
 */
export function applyFacts(catalog: Catalog, seen: readonly Seen[], run: Run): Applied {
  const lines: Line[] = [];
  const say: Say = (kind, id, text) => lines.push({ kind, source: run.source, id, text });
  const hours = seen.filter((each) => each.kind === "hour");
  const limits = seen.filter((each) => each.kind === "limits");
  const shapes = seen.filter((each) => each.kind === "shape");
  const regions = new Set(catalog.regions.map(({ id }) => id));
  for (const each of seen) {
    if (each.kind === "unknown-id") say("unknown-id", each.id, `listed under ${each.where}, not in the catalog: add a row or leave it`);
    if (each.kind === "note") say("note", each.id, each.text);
  }
  const instances = catalog.instances.map((row) =>
    hours.filter(({ id }) => id === row.id).reduce((instance, hour) => applyHour(instance, hour, regions, run, say), row),
  );
  const apiModels = catalog.apiModels.map((row) =>
    limits.filter(({ id }) => id === row.id).reduce((model, each) => fill(model, each, say), row),
  );
  const openModels = catalog.openModels.map((row) =>
    shapes.filter(({ id }) => id === row.id).reduce((model, each) => compare(model, each, run, say), row),
  );
  return { catalog: { ...catalog, instances, apiModels, openModels }, lines };
}

function applyHour(row: Instance, seen: SeenHour, regions: ReadonlySet<string>, run: Run, say: Say): Instance {
  const { region, usdPerHour } = seen;
  const now = row.usdPerHour[region];
  const readOn = seen.readOn ?? run.asOf;
  if (!regions.has(region)) return row;
  const price: HourlyPrice = { onDemand: usdPerHour, source: run.label, checked: readOn, basis: "vendor", certainty: "high" };
  if (now === undefined) {
    say("filled", row.id, `${region}: ${usdPerHour} USD per hour, so far unknown`);
    return withHour(row, region, price);
  }
  if (agree(now.onDemand, usdPerHour)) {
    say("confirmed", row.id, `${region}: ${now.onDemand} USD per hour, read on ${readOn}`);
    if (readOn <= now.checked) return row;
    return withHour(row, region, { ...now, checked: readOn, source: confirmedSource(now.source, run.label) });
  }
  const text = `${region}: ${shift(now.onDemand, usdPerHour)} USD per hour`;
  if (readOn < now.checked && now.basis !== "derived") {
    say("differs", row.id, `${text}: the source is of ${readOn}, the row of ${now.checked}`);
    return row;
  }
  const confirming = run.witnesses.filter(
    ({ name, seen: said }) =>
      name !== run.source &&
      said.some((each) => each.kind === "hour" && each.id === row.id && each.region === region && agree(each.usdPerHour, usdPerHour)),
  );
  if (needsSecondSource([[now.onDemand, usdPerHour]]) && confirming.length === 0) {
    say("refused", row.id, `${text}; no second source says so`);
    return row;
  }
  say("changed", row.id, text);
  const source = `${[run.label, ...confirming.map(({ name }) => name)].join(", also ")}; ${now.onDemand} until ${readOn}`;
  return withHour(row, region, { ...price, source });
}

function withHour(row: Instance, region: string, price: HourlyPrice): Instance {
  const sorted = Object.entries({ ...row.usdPerHour, [region]: price }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...row, usdPerHour: Object.fromEntries(sorted) };
}

function fill(model: ApiModel, seen: SeenLimits, say: Say): ApiModel {
  const limits = { contextWindowTokens: seen.contextWindowTokens, maxOutputTokens: seen.maxOutputTokens };
  const features = { toolUse: seen.toolUse, jsonSchema: seen.jsonSchema, vision: seen.vision };
  const sayFill = (key: string, before: unknown, after: unknown) => {
    if (after === null || before === after) return;
    if (before === null) say("filled", model.id, `${key} unknown -> ${after}`);
    else say("differs", model.id, `${key}: catalog ${before}, source ${after}: decide by hand`);
  };
  for (const [key, value] of Object.entries(limits)) sayFill(key, Reflect.get(model, key), value);
  for (const [key, value] of Object.entries(features)) sayFill(key, Reflect.get(model.features, key), value);
  return {
    ...model,
    contextWindowTokens: model.contextWindowTokens ?? limits.contextWindowTokens,
    maxOutputTokens: model.maxOutputTokens ?? limits.maxOutputTokens,
    features: {
      ...model.features,
      toolUse: model.features.toolUse ?? features.toolUse,
      jsonSchema: model.features.jsonSchema ?? features.jsonSchema,
      vision: model.features.vision ?? features.vision,
    },
  };
}

function compare(model: OpenModel, { shape }: SeenShape, run: Run, say: Say): OpenModel {
  const known = Object.entries(shape).filter(([, value]) => value !== null);
  const wrong = known.filter(([key, value]) => Reflect.get(model.architecture, key) !== value);
  if (wrong.length > 0) {
    const text = wrong.map(([key, value]) => `${key}: catalog ${Reflect.get(model.architecture, key)}, source ${value}`).join(", ");
    say("differs", model.id, `${text}: correct the row by hand, KV cache and parameters with it`);
    return model;
  }
  if (known.length === 0) return model;
  say("confirmed", model.id, `${known.length} figures of its shape`);
  return { ...model, checked: later(model.checked, run.asOf), source: confirmedSource(model.source, run.label) };
}
