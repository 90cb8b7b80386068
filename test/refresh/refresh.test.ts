import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LineKind } from "../../scripts/refresh/change.ts";
import { networkFetcher } from "../../scripts/refresh/fetcher.ts";
import { knownWrong } from "../../scripts/refresh/known-wrong.ts";
import { type Refreshed, refresh } from "../../scripts/refresh/refresh.ts";
import { sources } from "../../scripts/refresh/sources.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { checkCatalog } from "../../src/catalog/check.ts";
import { catalogOf, llama, model, price, TODAY } from "./catalog.ts";
import {
  awsProduct,
  genaiFile,
  genaiPrice,
  karpenterFile,
  modelsDevEntry,
  modelsDevFile,
  portkeyEntry,
  portkeyFiles,
  skypilotFile,
} from "./files.ts";
import { type FileServer, fileServer } from "./server.ts";

let server: FileServer;
let partsFolder: string;

beforeEach(async () => {
  server = await fileServer();
  partsFolder = await mkdtemp(join(tmpdir(), "breakeven-parts-"));
});
afterEach(async () => {
  await server.close();
  await rm(partsFolder, { recursive: true });
});

async function run(catalog: Catalog, names: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Refreshed> {
  const urls = {
    "genai-prices": `${server.url}/genai.json`,
    "models-dev": `${server.url}/models-dev.json`,
    portkey: `${server.url}/portkey`,
    karpenter: `${server.url}/karpenter`,
    skypilot: `${server.url}/vms.csv`,
    "aws-price-list": `${server.url}/aws`,
    "hugging-face": `${server.url}/hf`,
  };
  const fetcher = networkFetcher({ partsFolder, environment, firstWaitMs: 1 });
  return refresh(catalog, { sources: sources.filter(({ name }) => names.includes(name)), fetcher, urls, asOf: TODAY });
}

const texts = ({ lines }: Refreshed, kind: LineKind) => lines.filter((line) => line.kind === kind).map(({ id, text }) => `${id}: ${text}`);
const pricesOf = ({ catalog }: Refreshed, id: string) => catalog.apiModels.find((row) => row.id === id)?.prices ?? [];
function serveAll(files: Readonly<Record<string, string>>): void {
  for (const [path, body] of Object.entries(files)) server.serve(path, body);
}

describe("genai-prices", () => {
  const catalog = catalogOf(model("gpt-9"));

  test("a price that is the same is confirmed: its date is raised, nothing else changes", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(2, 10, 0.2) }));
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "confirmed")).toEqual(["gpt-9: 2 / 10 USD per MTok"]);
    expect(pricesOf(result, "gpt-9")).toEqual([price({ checked: TODAY, source: "a price list; confirmed by genai-prices data v2" })]);
    expect(result.catalog.version).toBe(TODAY);
    const again = await run(result.catalog, ["genai-prices"]);
    expect(again.catalog).toBe(result.catalog);
  });

  test("a changed price is a new dated row; the old one stays as it was, and the batch price is unknown from then on", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(1.8, 9, 0.18) }));
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "changed")[0]).toContain("gpt-9: from 2026-11-21: input 2 -> 1.8 (-10.0 %), output 10 -> 9 (-10.0 %)");
    const [old, next] = pricesOf(result, "gpt-9");
    expect(old).toEqual(price());
    expect(next).toMatchObject({
      effectiveFrom: TODAY,
      inputUsdPerMTok: 1.8,
      outputUsdPerMTok: 9,
      batchInputUsdPerMTok: null,
      checked: TODAY,
    });
    expect(checkCatalog(result.catalog, TODAY, [])).toEqual([]);
  });

  test("what other regions ask and a batch pays for cached tokens is unknown after a change, and stays where nothing else changes", async () => {
    const away = { regions: ["eu"], inputUsdPerMTok: 3, outputUsdPerMTok: 12, cachedInputUsdPerMTok: null, batchInputUsdPerMTok: null };
    const more = {
      batchCachedInputUsdPerMTok: 0.1,
      regional: [{ ...away, batchOutputUsdPerMTok: null, source: "a list", checked: TODAY }],
    };
    const row = price();
    const rich: Catalog = {
      ...catalog,
      apiModels: catalog.apiModels.map((each) => (each.id === "gpt-9" ? { ...each, prices: [{ ...row, ...more }] } : each)),
    };
    const refreshedWith = async (input: number, output: number) => {
      server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(input, output, row.cachedInputUsdPerMTok ?? 0) }));
      return pricesOf(await run(rich, ["genai-prices"]), "gpt-9").at(-1);
    };
    expect(await refreshedWith(row.inputUsdPerMTok, row.outputUsdPerMTok)).toMatchObject(more);
    const changed = await refreshedWith(1.8, 9);
    expect([changed?.inputUsdPerMTok, changed?.regional, changed?.batchCachedInputUsdPerMTok]).toEqual([1.8, undefined, undefined]);
  });

  test("a dated price keeps its date, in the past and in the future", async () => {
    const conditional = [
      { prices: genaiPrice(2, 10, 0.2) },
      { constraint: { start_date: "2026-11-05" }, prices: genaiPrice(1.5, 8, 0.15) },
      { constraint: { start_date: "2027-01-01" }, prices: genaiPrice(1.4, 7, 0.14) },
    ];
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: conditional }));
    const result = await run(catalog, ["genai-prices"]);
    expect(pricesOf(result, "gpt-9").map((row) => [row.effectiveFrom, row.inputUsdPerMTok])).toEqual([
      ["2026-09-01", 2],
      ["2026-11-05", 1.5],
      ["2027-01-01", 1.4],
    ]);
  });

  test("a rise of 60 % that one source alone states is refused, and the row stays", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(3.2, 16, 0.32) }));
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "refused")).toEqual([
      "gpt-9: from 2026-11-21: input 2 -> 3.2 (+60.0 %), output 10 -> 16 (+60.0 %), cachedInput 0.2 -> 0.32 (+60.0 %), batchInput 1 -> unknown, batchOutput 5 -> unknown USD per MTok; no second source says so",
    ]);
    expect(result.catalog).toBe(catalog);
  });

  test("a rise of 60 % that a second source states too is taken in, and the second one is named", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(3.2, 16, 0.32) }));
    serveAll(portkeyFiles({ "gpt-9": portkeyEntry(3.2, 16, 0.32) }));
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "changed")[0]).toMatch(/\+60\.0 %.*; so says portkey$/);
    expect(pricesOf(result, "gpt-9").at(-1)).toMatchObject({
      inputUsdPerMTok: 3.2,
      source: "genai-prices data v2, also portkey",
      certainty: "high",
    });
  });

  test("a rise by half that the second source contradicts is refused: so a cancelled rise stays out", async () => {
    server.serve(
      "/genai.json",
      genaiFile({
        id: "gpt-9",
        prices: [{ prices: genaiPrice(2, 10, 0.2) }, { constraint: { start_date: "2026-10-01" }, prices: genaiPrice(3, 15, 0.3) }],
      }),
    );
    serveAll(portkeyFiles({ "gpt-9": portkeyEntry(2, 10, 0.2) }));
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "refused")[0]).toMatch(/no second source says so; portkey has 2 \/ 10 \/ cached 0\.2$/);
    expect(result.catalog).toBe(catalog);
  });

  test("a second source confirms what changes: the same input and output do not confirm a cached price", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(2, 10, 0.5) }));
    serveAll(portkeyFiles({ "gpt-9": portkeyEntry(2, 10, 0.2) }));
    expect(texts(await run(catalog, ["genai-prices"]), "refused")).toHaveLength(1);
  });

  test("an id that the catalog does not hold is reported and gets no row, however it begins", async () => {
    server.serve(
      "/genai.json",
      genaiFile({ id: "gpt-9", prices: genaiPrice(2, 10, 0.2) }, { id: "gpt-9-mini", prices: genaiPrice(0.1, 0.5) }),
    );
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "unknown-id")).toEqual(["gpt-9-mini: listed under openai, not in the catalog: add a row or leave it"]);
    expect(result.catalog.apiModels.map(({ id }) => id)).toEqual(["gpt-9"]);
  });

  test("a price that held before is the source being behind, not a change", async () => {
    const cut = catalogOf(
      model("gpt-9", { prices: [price({ inputUsdPerMTok: 2.4, outputUsdPerMTok: 12 }), price({ effectiveFrom: "2026-11-01" })] }),
    );
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(2.4, 12, 0.2) }));
    const result = await run(cut, ["genai-prices"]);
    expect(texts(result, "differs")[0]).toContain("that is the price until 2026-11-01, the source is behind");
    expect(result.catalog).toBe(cut);
  });

  test("a model that is shut down is left alone: its price in the source means nothing", async () => {
    const gone = catalogOf(model("gpt-9", { shutdownOn: "2026-11-01" }));
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(1, 1) }));
    expect((await run(gone, ["genai-prices"])).catalog).toBe(gone);
  });

  test("tiers are read as prices of a whole request, and do not vanish by themselves", async () => {
    const tiered = {
      input_mtok: { base: 2, tiers: [{ start: 272_000, price: 2.5 }] },
      output_mtok: { base: 10, tiers: [{ start: 272_000, price: 12 }] },
    };
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: tiered }));
    const result = await run(catalog, ["genai-prices"]);
    expect(pricesOf(result, "gpt-9").at(-1)?.tiers).toEqual([
      { aboveInputTokens: 272_000, inputUsdPerMTok: 2.5, outputUsdPerMTok: 12, cachedInputUsdPerMTok: null },
    ]);
  });

  test("a tier that the source no longer states is left to a person", async () => {
    const tier = { aboveInputTokens: 272_000, inputUsdPerMTok: 2.5, outputUsdPerMTok: 12, cachedInputUsdPerMTok: null };
    const tiered = catalogOf(model("gpt-9", { prices: [price({ tiers: [tier] })] }));
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(2, 10, 0.2) }));
    const result = await run(tiered, ["genai-prices"]);
    expect(texts(result, "differs")[0]).toContain("decide by hand whether they are gone");
    expect(result.catalog).toBe(tiered);
  });

  test("a row that would break a check of the catalog stays, and the others go on", async () => {
    const pair = catalogOf(model("gpt-9"), model("gpt-8", { contextWindowTokens: 200_000 }));
    const beyond = { input_mtok: { base: 2, tiers: [{ start: 200_000, price: 2.2 }] }, output_mtok: 10 };
    server.serve("/genai.json", genaiFile({ id: "gpt-8", prices: beyond }, { id: "gpt-9", prices: genaiPrice(1.8, 9, 0.18) }));
    const result = await run(pair, ["genai-prices"]);
    expect(texts(result, "refused")).toEqual(["gpt-8: would break tiers-within-window: tier above 200000, window of 200000"]);
    expect(pricesOf(result, "gpt-8")).toEqual([price()]);
    expect(pricesOf(result, "gpt-9")).toHaveLength(2);
  });

  test("prices by time of day are left to a person", async () => {
    const peak = [
      { prices: genaiPrice(2, 10, 0.2) },
      { constraint: { start_time: "01:00:00Z", end_time: "04:00:00Z" }, prices: genaiPrice(4, 20, 0.4) },
    ];
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: peak }));
    const result = await run(catalog, ["genai-prices"]);
    expect(texts(result, "note")).toEqual(["gpt-9: has prices by time of day: compare its peak hours by hand"]);
    expect(pricesOf(result, "gpt-9")[0]?.inputUsdPerMTok).toBe(2);
  });
});

describe("a source that cannot be read changes nothing and says why", () => {
  const catalog = catalogOf(model("gpt-9"));
  const broken: readonly (readonly [what: string, body: string | undefined, message: RegExp])[] = [
    ["is not there", undefined, /genai\.json: answered 404; check the address/],
    ["is cut off in the middle of its text", genaiFile().slice(0, 100), /is no JSON .*nothing was changed/],
    ["has another shape", JSON.stringify([{ id: "openai", models: [{ name: "gpt-9" }] }]), /0\.models\.0\.id: .*adapt scripts\/refresh/],
    ["lacks a provider", JSON.stringify([{ id: "openai", models: [] }]), /has no provider "anthropic"/],
  ];

  test.each(broken)("when its file %s", async (_what, body, message) => {
    if (body !== undefined) server.serve("/genai.json", body);
    const result = await run(catalog, ["genai-prices"]);
    expect(result.failures).toEqual([{ source: "genai-prices", message: expect.stringMatching(message) }]);
    expect(result.catalog).toBe(catalog);
  });

  test("and the other sources go on", async () => {
    serveAll(portkeyFiles({ "gpt-9": portkeyEntry(2, 10, 0.2, [1.2, 6]) }));
    const result = await run(catalog, ["genai-prices", "portkey"]);
    expect(result.failures.map(({ source }) => source)).toEqual(["genai-prices"]);
    expect(pricesOf(result, "gpt-9").at(-1)).toMatchObject({ batchInputUsdPerMTok: 1.2, batchOutputUsdPerMTok: 6 });
  });

  test("a cut connection is no failure: the file is completed", async () => {
    server.serve("/genai.json", { body: genaiFile({ id: "gpt-9", prices: genaiPrice(2, 10, 0.2) }), cutAfterBytes: 200, cuts: 2 });
    expect(texts(await run(catalog, ["genai-prices"]), "confirmed")).toHaveLength(1);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, "bytes=200-", "bytes=400-"]);
  });
});

describe("portkey", () => {
  test("fills a batch price that was unknown, converted from cents for one token", async () => {
    const catalog = catalogOf(model("gpt-9", { prices: [price({ batchInputUsdPerMTok: null, batchOutputUsdPerMTok: null })] }));
    serveAll(portkeyFiles({ "gpt-9": portkeyEntry(2, 10, 0.2, [1, 5]) }));
    const result = await run(catalog, ["portkey"]);
    expect(texts(result, "filled")).toEqual(["gpt-9: from 2026-11-21: batchInput unknown -> 1, batchOutput unknown -> 5 USD per MTok"]);
    expect(pricesOf(result, "gpt-9").at(-1)).toMatchObject({ effectiveFrom: TODAY, batchInputUsdPerMTok: 1, batchOutputUsdPerMTok: 5 });
  });

  test("does not change a list price, and does not make an old date look fresh", async () => {
    const catalog = catalogOf(model("gpt-8"), model("gpt-9"));
    serveAll(portkeyFiles({ "gpt-8": portkeyEntry(2, 10, 0.2, [1, 5]), "gpt-9": portkeyEntry(2.5, 12, 0.25) }));
    const result = await run(catalog, ["portkey"]);
    expect(texts(result, "differs")[0]).toMatch(/^gpt-9: catalog 2 \/ 10 .* source 2\.5 \/ 12/);
    expect(result.catalog).toBe(catalog);
  });

  test("completes the row that the main source added in the same run", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-9", prices: genaiPrice(1.8, 9, 0.18) }));
    serveAll(portkeyFiles({ "gpt-9": portkeyEntry(1.8, 9, 0.18, [0.9, 4.5]) }));
    const rows = pricesOf(await run(catalogOf(model("gpt-9")), ["genai-prices", "portkey"]), "gpt-9");
    expect(rows.map((row) => [row.effectiveFrom, row.inputUsdPerMTok, row.batchInputUsdPerMTok])).toEqual([
      ["2026-09-01", 2, 1],
      [TODAY, 1.8, 0.9],
    ]);
  });

  test("is not asked about models for which it is known to be wrong", async () => {
    const { id } = knownWrong.find(({ source }) => source === "portkey") ?? { id: "" };
    const catalog = catalogOf(model(id, { provider: "openai" }));
    serveAll(portkeyFiles({ [id]: portkeyEntry(1, 1, 1) }));
    expect(texts(await run(catalog, ["portkey"]), "held")).toEqual([expect.not.stringContaining("agrees by now")]);
    serveAll(portkeyFiles({ [id]: portkeyEntry(2, 10, 0.2) }));
    expect(texts(await run(catalog, ["portkey"]), "held")).toEqual([expect.stringContaining("it agrees by now: remove it")]);
  });
});

test("models.dev fills limits and features that were unknown, and leaves prices alone", async () => {
  server.serve("/models-dev.json", modelsDevFile({ "gpt-9": modelsDevEntry(2, 10, 0.2) }));
  const result = await run(catalogOf(model("gpt-9", { contextWindowTokens: 300_000 })), ["models-dev"]);
  expect(result.catalog.apiModels[0]).toMatchObject({
    contextWindowTokens: 300_000,
    maxOutputTokens: 128_000,
    features: { toolUse: true, jsonSchema: true, vision: true, webSearch: null },
    prices: [{ inputUsdPerMTok: 2, checked: TODAY }],
  });
  expect(texts(result, "differs")).toEqual(["gpt-9: contextWindowTokens: catalog 300000, source 400000: decide by hand"]);
});

describe("hours of instances", () => {
  const catalog = catalogOf(model("gpt-9"));
  const hours = ({ catalog: { instances } }: Refreshed) => instances[0]?.usdPerHour ?? {};
  const serveKarpenter = (aws: Readonly<Record<string, string>>, gov: Readonly<Record<string, string>>, generated?: string) => {
    server.serve("/karpenter/zz_generated.pricing_aws.go", karpenterFile("InitialOnDemandPricesAWS", aws, generated));
    server.serve("/karpenter/zz_generated.pricing_aws_us_gov.go", karpenterFile("InitialOnDemandPricesUSGov", gov, generated));
  };

  test("Karpenter's tables confirm a price on the day that they were generated, and fill GovCloud", async () => {
    serveKarpenter({ "us-east-1": `"p5.48xlarge": 55.040000, "m5.large": 0.096000` }, { "us-gov-west-1": `"p5.48xlarge": 66.048000` });
    const result = await run(catalog, ["karpenter"]);
    expect(hours(result)["us-east-1"]).toMatchObject({ onDemand: 55.04, checked: "2026-11-15" });
    expect(hours(result)["us-gov-west-1"]).toMatchObject({ onDemand: 66.048, checked: "2026-11-15", certainty: "high" });
    expect(texts(result, "unknown-id")).toEqual([]);
  });

  test("tables older than the row do not override it", async () => {
    serveKarpenter({ "us-east-1": `"p5.48xlarge": 60.000000` }, { "us-gov-west-1": `"p5.48xlarge": 66.048000` }, "2026-04-01");
    const result = await run(catalog, ["karpenter"]);
    expect(texts(result, "differs")).toEqual([
      "p5.48xlarge: us-east-1: 55.04 -> 60 (+9.0 %) USD per hour: the source is of 2026-04-01, the row of 2026-05-01",
    ]);
    expect(hours(result)["us-east-1"]?.onDemand).toBe(55.04);
  });

  test("a new NVIDIA type is reported, other types are not", async () => {
    serveKarpenter(
      { "us-east-1": `"p7.48xlarge": 80.000000, "c5.large": 0.085000, "p3.2xlarge": 3.06` },
      { "us-gov-west-1": `"p5.48xlarge": 66.048000` },
    );
    expect(texts(await run(catalog, ["karpenter"]), "unknown-id")).toEqual([
      "p7.48xlarge: listed under us-east-1, not in the catalog: add a row or leave it",
    ]);
  });

  test("a table without prices or date is refused as a whole", async () => {
    server.serve("/karpenter/zz_generated.pricing_aws.go", "package pricing\n");
    const result = await run(catalog, ["karpenter"]);
    expect(result.failures[0]?.message).toContain('has no "generated at" line');
    expect(result.catalog).toBe(catalog);
  });

  const west = (price: string) => ({ type: "p5.48xlarge", price, region: "us-west-2", zone: "usw2-az1" });

  test("SkyPilot's price replaces a derived one and says what it was; a blank price is none", async () => {
    server.serve("/vms.csv", skypilotFile(west("55.04"), { ...west("55.04"), zone: "usw2-az2" }, { ...west(""), region: "eu-west-1" }));
    const result = await run(catalog, ["skypilot"]);
    expect(hours(result)["us-west-2"]).toMatchObject({
      onDemand: 55.04,
      basis: "vendor",
      source: expect.stringContaining("54 until 2026-11-21"),
    });
    expect(hours(result)["eu-west-1"]).toBeUndefined();
  });

  test("a jump of 60 % needs a second source here too", async () => {
    server.serve("/vms.csv", skypilotFile({ ...west("88.064"), region: "us-east-1" }));
    expect(texts(await run(catalog, ["skypilot"]), "refused")[0]).toContain(
      "us-east-1: 55.04 -> 88.064 (+60.0 %) USD per hour; no second source says so",
    );
    serveKarpenter({ "us-east-1": `"p5.48xlarge": 88.064000` }, { "us-gov-west-1": `"p5.48xlarge": 66.048000` });
    const confirmed = await run(catalog, ["skypilot"]);
    expect(hours(confirmed)["us-east-1"]).toMatchObject({ onDemand: 88.064, source: expect.stringContaining("also karpenter") });
  });

  test("two prices in one region are a broken file", async () => {
    server.serve("/vms.csv", skypilotFile(west("55.04"), { ...west("56"), zone: "usw2-az2" }));
    expect((await run(catalog, ["skypilot"])).failures[0]?.message).toContain("p5.48xlarge in us-west-2 costs 55.04 and 56");
  });

  test("something else than a list of instance types is refused", async () => {
    server.serve("/vms.csv", "<html>rate limited</html>\n");
    const result = await run(catalog, ["skypilot"]);
    expect(result.failures[0]?.message).toContain("is no list of instance types");
    expect(result.catalog).toBe(catalog);
  });
});

describe("AWS Price List", () => {
  const catalog = catalogOf(model("gpt-9"));
  const KEYS = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };

  test("gives the price of each region; rows at 0 are capacity blocks and no price", async () => {
    const list = [awsProduct("p5.48xlarge", "us-east-1", "55.0400000000"), awsProduct("p5.48xlarge", "us-east-2", "0.0000000000")];
    server.serve("/aws/", JSON.stringify({ FormatVersion: "aws_v1", PriceList: list }));
    const result = await run(catalog, ["aws-price-list"], KEYS);
    expect(texts(result, "confirmed")).toEqual(["p5.48xlarge: us-east-1: 55.04 USD per hour, read on 2026-11-21"]);
    const question = JSON.parse(server.requests[0]?.body ?? "{}");
    expect(question.Filters).toContainEqual({ Type: "TERM_MATCH", Field: "marketoption", Value: "OnDemand" });
  });

  test("without credentials it says which ones it needs", async () => {
    const result = await run(catalog, ["aws-price-list"]);
    expect(result.failures[0]?.message).toContain("needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  });
});

describe("config.json on Hugging Face", () => {
  const catalog = catalogOf(model("gpt-9"));
  const path = `/hf/${llama.hubRepo}/resolve/main/config.json`;
  const config = {
    architectures: ["LlamaForCausalLM"],
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    tie_word_embeddings: false,
    vocab_size: 128_256,
  };

  test("confirms the shape of a row", async () => {
    server.serve(path, JSON.stringify(config));
    const result = await run(catalog, ["hugging-face"]);
    expect(texts(result, "confirmed")).toEqual(["llama-3.1-8b-instruct: 7 figures of its shape"]);
    expect(result.catalog.openModels[0]?.checked).toBe(later(llama.checked));
  });

  test("reads the language model of a model of several parts, and reports a difference without changing the row", async () => {
    server.serve(path, JSON.stringify({ vision_config: {}, text_config: { ...config, num_hidden_layers: 40 } }));
    const result = await run(catalog, ["hugging-face"]);
    expect(texts(result, "differs")).toEqual([
      "llama-3.1-8b-instruct: layers: catalog 32, source 40: correct the row by hand, KV cache and parameters with it",
    ]);
    expect(result.catalog).toBe(catalog);
  });

  test("a gated repository is not read without a token", async () => {
    server.serve(path, JSON.stringify(config));
    const gated = { ...catalog, openModels: [{ ...llama, id: "gated", aliases: [], gatedDownload: true }, llama] };
    expect(texts(await run(gated, ["hugging-face"]), "note")).toEqual(["gated: is gated and was not read; set HF_TOKEN"]);
    expect(server.requests).toHaveLength(1);
  });

  test("one repository that is gone is a note, and none that can be read is a failure", async () => {
    server.serve(path, JSON.stringify(config));
    const two = { ...catalog, openModels: [{ ...llama, id: "gone", aliases: [], hubRepo: "nobody/gone" }, llama] };
    const result = await run(two, ["hugging-face"]);
    expect(texts(result, "note")[0]).toMatch(/^gone: .*nobody\/gone\/resolve\/main\/config\.json: answered 404/);
    expect(texts(result, "confirmed")).toHaveLength(1);
    const none = await run({ ...catalog, openModels: two.openModels.slice(0, 1) }, ["hugging-face"]);
    expect(none.failures[0]?.message).toContain("no configuration could be read");
  });
});

function later(day: string): string {
  return day > TODAY ? day : TODAY;
}
