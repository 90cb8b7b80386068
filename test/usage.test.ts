import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const CLI = join(ROOT, "dist", "cli.js");
const folder = mkdtempSync(join(tmpdir(), "breakeven-usage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function breakeven(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const OPENAI = `start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens
1761955200,1762041600,2025-11-01T00:00:00Z,2025-11-02T00:00:00Z,proj_1,1000,,,gpt-4.1-mini,False,default,1800000,250000,900000
1762041600,1762128000,2025-11-02T00:00:00Z,2025-11-03T00:00:00Z,proj_1,3000,,,gpt-5.4-mini,True,default,5400000,750000,0
`;
const LITELLM = `request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,model,custom_llm_provider,metadata,cache_hit
a,acompletion,sk,0.5,1200,1000,200,2026-11-01 00:00:00,2026-11-01 00:00:12,gpt-4.1-mini,openai,"{""usage_object"": {""prompt_tokens_details"": {""cached_tokens"": 400}}}",False
b,acompletion,sk,0.5,600,1000,100,2026-11-03 00:00:00,2026-11-03 00:00:03,gpt-4.1-mini,openai,"{""usage_object"": {""prompt_tokens_details"": {""cached_tokens"": 0}}}",False
`;
const FOCUS = `BilledCost,BillingCurrency,ChargeCategory,ChargeDescription,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,ServiceName,SkuMeter
12.5,USD,Usage,Claude,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,5000,1K Tokens,Amazon Bedrock,InputTokenCount
5,USD,Usage,Claude,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,1,1M tokens,Amazon Bedrock,OutputTokenCount
3,USD,Usage,Instance,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,24,Hours,Amazon EC2,BoxUsage
99,USD,Tax,Tax,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,,Amazon EC2,
`;

/** Ten requests in thirty days. */
/** The same where the provider says what was written to its cache as well. */
const CLAUDE = LITELLM.replaceAll(/(cached_tokens"": \d+\})/g, '$1, ""cache_creation_input_tokens"": 150');

const RARE = `start_time,end_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens
1761955200,1762041600,5,gpt-4.1-mini,5000,500,0
1764460800,1764547200,5,gpt-4.1-mini,5000,500,0
`;
/** Of ten million input tokens four were read from a cache, and one was written to it. */
const CACHE_WRITES = `BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,ServiceName,SkuMeter
5,USD,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,5,1M tokens,Amazon Bedrock,InputTokenCount
0.4,USD,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,4,1M tokens,Amazon Bedrock,CacheReadInputTokenCount
1.25,USD,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,1,1M tokens,Amazon Bedrock,CacheWriteInputTokenCount
5,USD,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,1,1M tokens,Amazon Bedrock,OutputTokenCount
`;

const PAGE = JSON.stringify(
  {
    object: "page",
    data: [
      {
        object: "bucket",
        start_time: 1761955200,
        end_time: 1762041600,
        results: [
          {
            object: "organization.usage.completions.result",
            input_tokens: 1_800_000,
            output_tokens: 250_000,
            input_cached_tokens: 900_000,
            num_model_requests: 1000,
            project_id: null,
            model: "gpt-4.1-mini",
            batch: false,
          },
        ],
      },
      { object: "bucket", start_time: 1762041600, end_time: 1762128000, results: [] },
    ],
    has_more: false,
    next_page: null,
  },
  null,
  2,
);
const SPEND = [
  {
    request_id: "a",
    call_type: "acompletion",
    spend: 0.5,
    prompt_tokens: 1000,
    completion_tokens: 200,
    startTime: "2026-11-01T00:00:00.000Z",
    model: "gpt-4.1-mini",
    metadata: { usage_object: { prompt_tokens_details: { cached_tokens: 400 } } },
  },
  {
    request_id: "b",
    call_type: "acompletion",
    spend: 0.5,
    prompt_tokens: 1000,
    completion_tokens: 100,
    startTime: "2026-11-03T00:00:00",
    model: "gpt-4.1-mini",
    // Requests may be logged whole: an array called data inside a row is no page.
    messages: { data: [{ role: "user" }] },
    metadata: { usage_object: { prompt_tokens_details: { cached_tokens: 0 } } },
  },
];
const SPEND_LINES = `${SPEND.map((row) => JSON.stringify(row)).join("\n")}\n`;
const SPEND_SAYS = ["LiteLLM", "requests_per_day: 1", "{ input: 1000, output: 150, cached_input_ratio: 0.2 }", "$1.00 spent"];

describe("usage import", () => {
  it.each([
    [
      "openai.csv",
      OPENAI,
      [],
      ["requests_per_day: 2000", "{ input: 1800, output: 250, cached_input_ratio: 0.125, batch_ratio: 0.75 }", "gpt-5.4-mini"],
    ],
    ["litellm.csv", LITELLM, [], ["requests_per_day: 1", "{ input: 1000, output: 150, cached_input_ratio: 0.2 }", "$1.00 spent"]],
    [
      "focus.csv",
      FOCUS,
      ["--requests", "1000"],
      ["requests_per_day: 1000", "{ input: 5000, output: 1000, cached_input_ratio: 0 }", "$17.50 spent"],
    ],
    ["page.json", PAGE, [], ["1 row from 2025-11-01 to 2025-11-03 (2 days)", "requests_per_day: 500", "cached_input_ratio: 0.5"]],
    ["two-pages.jsonl", `${JSON.stringify(JSON.parse(PAGE))}\n`.repeat(2), [], ["2 rows", "requests_per_day: 1000"]],
    ["buckets.json", JSON.stringify(JSON.parse(PAGE).data), [], ["1 row", "requests_per_day: 500"]],
    ["spend.json", JSON.stringify(SPEND), [], SPEND_SAYS],
    ["spend.jsonl", SPEND_LINES, [], SPEND_SAYS],
    ["spend.jsonl.gz", gzipSync(SPEND_LINES), [], SPEND_SAYS],
    ["spend-without-suffix", gzipSync(LITELLM), [], SPEND_SAYS],
    ["spend-page.json", `\uFEFF ${JSON.stringify({ data: SPEND, total: 2, page: 1 })}`, [], SPEND_SAYS],
    ["rare.csv", RARE, [], ["(30 days)", "requests_per_day: 0.333"]],
    [
      "cache-writes.csv",
      CACHE_WRITES,
      ["--requests", "1000"],
      ["{ input: 10000, output: 1000, cached_input_ratio: 0.4, cache_write_ratio: 0.1 }"],
    ],
    ["claude.csv", CLAUDE, [], ["{ input: 1000, output: 150, cached_input_ratio: 0.2, cache_write_ratio: 0.15 }"]],
    ["one-model.csv", OPENAI, ["--model", "gpt-4.1-mini"], ["requests_per_day: 500", "cached_input_ratio: 0.5"]],
  ])("turns %s into volume and tokens", async (name, content, options, expected) => {
    const { code, stdout, stderr } = await breakeven("usage", "import", file(name, content), ...options);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const part of expected) expect(stdout).toContain(part);
  });

  it("shows declared against actual", async () => {
    const policy = join(ROOT, "policies", "api.yml");
    const { stdout } = await breakeven("usage", "import", file("openai.csv", OPENAI), "--policy", policy);
    expect(stdout).toMatch(/requests a day +5,000 +2,000 +×0\.4/);
    expect(stdout).toMatch(/cached share of input +0\.5 +0\.125 +×0\.25/);
  });

  it.each([
    ["no file", null, [], /no such file/],
    ["an empty file", "", [], /is empty/],
    ["another table", "a,b\n1,2\n", [], /no export that is known \(saw a, b\)/],
    ["missing columns", OPENAI.replace("output_tokens", "out"), [], /lacks the columns output_tokens/],
    ["a bill in euros", FOCUS.replaceAll("USD", "EUR"), ["--requests", "5"], /euros\.csv:2: BillingCurrency is "EUR".*in USD/],
    ["a bill without requests", FOCUS, [], /does not count requests.*--requests/],
    ["a broken quote", `${OPENAI}"1,2\n`, [], /[Qq]uote/],
    ["a model that is not there", OPENAI, ["--model", "gpt-1"], /no row of model "gpt-1"/],
    ["a header alone", `${OPENAI.split("\n")[0]}\n`, [], /holds a header alone/],
    ["a bill in two currencies", FOCUS.replace("\n5,USD", "\n5,CHF"), ["--requests", "5"], /currencies\.csv:3: BillingCurrency is "CHF"/],
    [
      "a unit of tokens that nobody knows",
      FOCUS.replace("1M tokens", "kilotokens"),
      ["--requests", "5"],
      /knows\.csv:3: ConsumedUnit is "kilotokens"; .*1K Tokens/,
    ],
    [
      "times in milliseconds",
      OPENAI.replace("1761955200,1762041600", "1761955200000,1762041600000"),
      [],
      /milliseconds\.csv:2: .*not in seconds/,
    ],
    ["other JSON", '{"a":1}', [], /JSON\.csv:1: this is no export that is known \(saw a\)/],
    ["JSON of numbers", "[\n1, 2]", [], /numbers\.csv:2: a row is 1, not an object/],
    ["broken JSON", `${JSON.stringify(SPEND[0])}\n{"startTime" 1}`, [], /JSON\.csv:2: this is no JSON: Unexpected NUMBER/],
    ["cut JSON", `[\n${JSON.stringify(SPEND[0])},\n`, [], /JSON\.csv:3: this is no JSON: it ends in the middle/],
    ["cut gzip", gzipSync(LITELLM).subarray(0, 60), [], /gzip\.csv: unexpected end of file/],
  ] as const)("answers %s with one clear line", async (name, content, options, expected) => {
    const path = content === null ? "nowhere.csv" : file(`${name.replaceAll(" ", "-")}.csv`, content);
    const { code, stdout, stderr } = await breakeven("usage", "import", path, ...options);

    expect(code).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toMatch(expected);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("leaves out rows that it cannot read, and says which", async () => {
    const { code, stdout, stderr } = await breakeven(
      "usage",
      "import",
      file("some.csv", `${LITELLM}c,acompletion,sk,0,1,oops,1,2026-11-02 00:00:00,,m,,,\n`),
    );
    expect(code).toBe(0);
    expect(stdout).toContain("2 rows");
    expect(stderr).toMatch(/1 row left out:\n {2}some\.csv:4: a number of it cannot be read/);
  });

  it("never takes a key that a row of JSON lacks for a zero, and counts lines where a cell breaks them", async () => {
    const { completion_tokens: _, ...lacking } = SPEND[1] ?? { completion_tokens: 0 };
    const json = await breakeven("usage", "import", file("lacking.jsonl", `${JSON.stringify(SPEND[0])}\n${JSON.stringify(lacking)}\n`));
    expect(json.stderr).toMatch(/lacking\.jsonl:2: it lacks completion_tokens/);
    const pretty = await breakeven("usage", "import", file("pretty.json", JSON.stringify([SPEND[0], lacking], null, 1)));
    expect(pretty.stderr).toMatch(/pretty\.json:18: it lacks completion_tokens/);
    const broken = LITELLM.replace("openai,", '"open\nai",').replace("0.5,600,1000,100", "0.5,600,oops,100");
    expect((await breakeven("usage", "import", file("lines.csv", broken))).stderr).toMatch(/lines\.csv:4: a number/);
  });

  it("warns where pages are missing", async () => {
    const { code, stderr } = await breakeven("usage", "import", file("part.json", PAGE.replace('"has_more": false', '"has_more": true')));
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/part\.json says has_more: pages are missing/) });
  });

  it.runIf(process.env.BREAKEVEN_SLOW === "1").each(["csv", "json", "jsonl", "json.gz"] as const)(
    "reads a million rows of %s within the memory of a tenth of it and a little",
    async (form) => {
      const small = await peakOf(100_000, form);
      const large = await peakOf(1_000_000, form);
      expect(large - small).toBeLessThan(64 * 1024);
    },
    300_000,
  );
});

/** Peak memory in KiB of an import of so many rows; JSON stands in one line, as a service sends it. */
async function peakOf(rows: number, form: "csv" | "json" | "jsonl" | "json.gz"): Promise<number> {
  const path = join(folder, `rows-${rows}.${form}`);
  const disk = createWriteStream(path);
  const out = form === "json.gz" ? createGzip({ level: 1 }) : disk;
  if (out !== disk) out.pipe(disk);
  out.write(form === "csv" ? "spend,prompt_tokens,completion_tokens,startTime,model\n" : form === "jsonl" ? "" : "[");
  for (let row = 0; row < rows; row++) {
    const [input, output, day] = [500 + (row % 1000), row % 50, `2026-11-${String((row % 20) + 1).padStart(2, "0")} 00:00:00`];
    const json = `{"spend":0.001,"prompt_tokens":${input},"completion_tokens":${output},"startTime":"${day}","model":"gpt-4.1-mini"}`;
    const text =
      form === "csv"
        ? `0.001,${input},${output},${day},gpt-4.1-mini\n`
        : `${row > 0 && form !== "jsonl" ? "," : ""}${json}${form === "jsonl" ? "\n" : ""}`;
    if (!out.write(text)) await once(out, "drain");
  }
  if (form.startsWith("json") && form !== "jsonl") out.write("]");
  out.end();
  await once(disk, "finish");
  const script = `process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS))); await import(${JSON.stringify(CLI)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script, "usage", "import", path], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  expect(stdout).toContain(`${rows.toLocaleString("en")} rows`);
  return Number(stderr);
}

const terminal = existsSync("/usr/bin/script");
if (!terminal) process.stderr.write("\nSKIPPED: the conversation of init is not tested; util-linux's script gives it a terminal\n\n");

describe.runIf(terminal)("init on a terminal", () => {
  /** Answers each question once it is asked, and returns what the terminal showed. */
  async function talk(name: string, answers: readonly (readonly [question: string, answer: string])[], ...options: readonly string[]) {
    const command = [process.execPath, CLI, "init", "--dir", join(folder, name), ...options].join(" ");
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder });
    const rest = [...answers];
    let [shown, seen] = ["", 0];
    child.stdout.on("data", (data: Buffer) => {
      shown += data.toString("utf8");
      const [next] = rest;
      const at = next === undefined ? -1 : shown.indexOf(next[0], seen);
      if (next !== undefined && at >= 0) {
        seen = at + next[0].length;
        rest.shift();
        // The prompt listens a moment after it has drawn itself.
        setTimeout(() => child.stdin.write(next[1]), 200);
      }
      if (/^wrote |nothing was written/m.test(shown)) child.stdin.end();
    });
    await once(child, "close");
    return shown;
  }

  it("asks, shows the policy and writes after a yes", async () => {
    const shown = await talk("yes", [
      ["Name of the policy", "acme\r"],
      ["Kind of work", "\r"],
      ["Requests in an average month", "2,500\r"],
      ["Mean input tokens", "\r"],
      ["Mean output tokens", "\r"],
      ["AWS region where", "\r"],
      ["Write ", "y\r"],
    ]);
    expect(shown).toContain("requests_per_month: 2500");
    expect(existsSync(join(folder, "yes", ".github", "breakeven.yml"))).toBe(true);
  });

  it("writes nothing when it is broken off, and says how to go on", async () => {
    const shown = await talk(
      "no",
      [
        ["Name of the policy", "acme\r"],
        ["Kind of work", "\u0003"],
      ],
      "--region",
      "eu-west-1",
    );
    expect(shown).toContain(`to go on from here: node ${relative(folder, CLI)} init --region eu-west-1 --name acme`);
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
});
