/** One row of an export, as far as it says anything about volume, tokens or money. */
export interface UsageRow {
  readonly model: string;
  /** null in a bill: FOCUS knows no requests. */
  readonly requests: number | null;
  readonly inputTokens: number;
  /** Part of `inputTokens`; null where the export does not say. */
  readonly cachedInputTokens: number | null;
  /** Part of `inputTokens` that was written to a prompt cache; null where the export does not say. */
  readonly cacheWriteTokens: number | null;
  readonly outputTokens: number;
  readonly isBatch: boolean;
  readonly costUsd: number | null;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/**
 * A row that counts, a time in which nothing was used, a row that is about something else, what is wrong with it, or what
 * is wrong with the whole export: leaving such rows out would make a wrong figure look right.
 */
export type ReadRow =
  | { readonly kind: "usage"; readonly usage: UsageRow }
  | { readonly kind: "idle"; readonly from: number; readonly to: number }
  | { readonly kind: "other" }
  | { readonly kind: "wrong"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

/** One export that we read: how it is told from others, and what a row of it says. Columns are those of the source named. */
export interface UsageFormat {
  readonly id: "openai" | "litellm" | "focus";
  readonly title: string;
  readonly source: string;
  /** Without these columns it is another export. */
  readonly needs: readonly string[];
  readonly read: (row: Readonly<Record<string, string>>) => ReadRow;
}

const MS_PER_SECOND = 1000;

/** A number of a cell; an empty cell is 0, because exports leave out what did not happen. */
function count(text: string | undefined): number {
  return text === undefined || text === "" ? 0 : Number(text);
}

/** A moment in seconds since 1970 or as a date; a date without a zone is UTC. NaN when it is neither. */
function moment(text: string | undefined): number {
  if (text === undefined || text === "") return Number.NaN;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * MS_PER_SECOND;
  const iso = text.replace(" ", "T");
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes("T") ? iso : `${iso}Z`);
}

/** Before this nobody sold tokens by the million, and after that nobody exports yet: a time outside is in another unit. */
const [EARLIEST, LATEST] = [Date.UTC(2018, 0), Date.UTC(2100, 0)];

function checked(usage: UsageRow): ReadRow {
  const { requests, inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, costUsd, from, to } = usage;
  if (Number.isNaN(from) || Number.isNaN(to)) return { kind: "wrong", text: "its dates cannot be read" };
  if (from < EARLIEST || to > LATEST)
    return { kind: "refused", text: `its time ${from / MS_PER_SECOND} is not in seconds since 1970; is it in milliseconds?` };
  if (to < from) return { kind: "wrong", text: "it ends before it begins" };
  const numbers = [requests ?? 0, inputTokens, cachedInputTokens ?? 0, cacheWriteTokens ?? 0, outputTokens, costUsd ?? 0];
  if (!numbers.every(Number.isFinite)) return { kind: "wrong", text: "a number of it cannot be read" };
  if (numbers.slice(0, -1).some((value) => value < 0)) return { kind: "wrong", text: "it counts below zero" };
  if ((cachedInputTokens ?? 0) + (cacheWriteTokens ?? 0) > inputTokens)
    return { kind: "wrong", text: "more of its input is cached than there is" };
  return { kind: "usage", usage };
}

function openai(row: Readonly<Record<string, string>>): ReadRow {
  // A bucket of the API without results: a time in which nothing was asked, which makes the mean of a day smaller.
  if (row.results === "none") return { kind: "idle", from: moment(row.start_time), to: moment(row.end_time) };
  return checked({
    model: row.model || "(model not exported)",
    requests: count(row.num_model_requests),
    inputTokens: count(row.input_tokens),
    cachedInputTokens: row.input_cached_tokens === undefined ? null : count(row.input_cached_tokens),
    cacheWriteTokens: null,
    outputTokens: count(row.output_tokens),
    isBatch: /^true$/i.test(row.batch ?? ""),
    costUsd: null,
    from: moment(row.start_time),
    to: moment(row.end_time),
  });
}

function litellm(row: Readonly<Record<string, string>>): ReadRow {
  const at = moment(row.startTime);
  return checked({
    model: row.model || "(model not logged)",
    requests: 1,
    inputTokens: count(row.prompt_tokens),
    cachedInputTokens: tokensInMetadata(row.metadata, "cached_tokens"),
    cacheWriteTokens: tokensInMetadata(row.metadata, "cache_creation_input_tokens"),
    outputTokens: count(row.completion_tokens),
    isBatch: (row.call_type ?? "").includes("batch"),
    costUsd: row.spend === undefined ? null : count(row.spend),
    from: at,
    to: at,
  });
}

/** LiteLLM keeps what the provider said about its prompt cache inside the column `metadata`; null where it is not there. */
function tokensInMetadata(text: string | undefined, key: "cached_tokens" | "cache_creation_input_tokens"): number | null {
  const found = new RegExp(`"${key}"\\s*:\\s*(\\d+)`).exec(text ?? "");
  return found === null ? null : Number(found[1]);
}

/** Tokens in one unit of a bill: `1K tokens`, `Tokens`, `1M Tokens`. */
const TOKEN_UNIT = /^\s*(?:(\d[\d,.]*)\s*)?(k|m|million|thousand)?\s*tokens?\s*$/i;
const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6 };

function focus(row: Readonly<Record<string, string>>): ReadRow {
  if ((row.ChargeCategory || "Usage") !== "Usage") return { kind: "other" };
  const unit = TOKEN_UNIT.exec(row.ConsumedUnit ?? "");
  if (unit === null) {
    if (!/token/i.test(row.ConsumedUnit ?? "")) return { kind: "other" };
    return {
      kind: "refused",
      text: `ConsumedUnit is ${JSON.stringify(row.ConsumedUnit)}; tokens are read in Tokens, 1K Tokens or 1M Tokens`,
    };
  }
  if (row.BillingCurrency !== "USD") {
    return {
      kind: "refused",
      text: `BillingCurrency is ${JSON.stringify(row.BillingCurrency ?? "")}; a policy counts in USD, so export the bill in USD`,
    };
  }
  const each = Number((unit[1] ?? "1").replaceAll(",", "")) * (MULTIPLES[(unit[2] ?? "").toLowerCase()] ?? 1);
  const tokens = count(row.ConsumedQuantity) * each;
  const meter = `${row.SkuMeter ?? ""} ${row.ChargeDescription ?? ""} ${row.SkuId ?? ""}`.toLowerCase();
  const isOutput = /output|completion|generated|response/.test(meter);
  const isInput = /input|prompt|cache/.test(meter);
  const isWrite = isInput && /cache/.test(meter) && /write|writing|written|creation/.test(meter);
  if (isOutput === isInput)
    return {
      kind: "wrong",
      text: `neither SkuMeter nor ChargeDescription says whether its tokens are input or output: ${JSON.stringify(meter.trim().slice(0, 80))}`,
    };
  return checked({
    model: row.ResourceName || row.ServiceName || "(service not billed by name)",
    requests: null,
    inputTokens: isInput ? tokens : 0,
    // What is written to a cache is charged above the input price, not below it.
    cachedInputTokens: isInput && /cache/.test(meter) && !isWrite ? tokens : 0,
    cacheWriteTokens: isWrite ? tokens : 0,
    outputTokens: isOutput ? tokens : 0,
    isBatch: meter.includes("batch"),
    costUsd: count(row.BilledCost),
    from: moment(row.ChargePeriodStart),
    to: moment(row.ChargePeriodEnd),
  });
}

/** Every export that we read, the most particular columns first. */
export const USAGE_FORMATS: readonly UsageFormat[] = [
  {
    id: "openai",
    title: "OpenAI usage export (completions)",
    source:
      "platform.openai.com, Usage, Export, and the pages of GET /v1/organization/usage/completions, whose fields are the columns (read 2026-11-21)",
    needs: ["start_time", "end_time", "num_model_requests", "input_tokens", "output_tokens"],
    read: openai,
  },
  {
    id: "litellm",
    title: "LiteLLM spend logs",
    source:
      "table LiteLLM_SpendLogs of the LiteLLM proxy's schema.prisma, exported as CSV, or as JSON by GET /spend/logs (read 2026-11-21)",
    needs: ["startTime", "prompt_tokens", "completion_tokens"],
    read: litellm,
  },
  {
    id: "focus",
    title: "FOCUS bill",
    source: "FinOps Open Cost and Usage Specification 1.2, focus.finops.org (read 2026-11-21)",
    needs: ["BilledCost", "BillingCurrency", "ChargePeriodStart", "ChargePeriodEnd", "ConsumedQuantity", "ConsumedUnit"],
    read: focus,
  },
];

/** The export that a header belongs to, or what it lacks of the nearest one. */
export function formatOf(columns: readonly string[]): UsageFormat | { readonly problem: string } {
  const known = new Set(columns);
  const ranked = USAGE_FORMATS.map((format) => ({ format, missing: format.needs.filter((name) => !known.has(name)) })).sort(
    (a, b) => a.missing.length / a.format.needs.length - b.missing.length / b.format.needs.length,
  );
  const [nearest] = ranked;
  if (nearest !== undefined && nearest.missing.length === 0) return nearest.format;
  const isFar = nearest === undefined || nearest.missing.length === nearest.format.needs.length;
  if (isFar)
    return {
      problem: `this is no export that is known (saw ${columns.slice(0, 5).join(", ")}); known are ${USAGE_FORMATS.map(({ title }) => title).join(", ")}`,
    };
  return { problem: `looks like ${nearest.format.title}, but lacks the columns ${nearest.missing.join(", ")}; export them as well` };
}
