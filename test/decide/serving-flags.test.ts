import { describe, expect, it } from "vitest";
import { servingFlags, toolConditions } from "../../src/decide/serving-flags.ts";
import { evaluate } from "../../src/evaluate.ts";
import KNOWN_FLAGS from "../../stacks/constructs/vllm-flags.json" with { type: "json" };
import { AS_OF, catalog, policy, workload } from "./support.ts";

const TOOLS = { features: ["tool_use"] } as const;
const PLAIN = { features: [] } as const;

function model(id: string) {
  const found = catalog.openModels.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`no model ${id}`);
  return found;
}

/** What a policy with one workload on own servers decides. */
function decided(id: string, features: readonly string[]) {
  const own = workload({
    name: "own",
    volume: { requests_per_month: 3_000_000, hourly_profile: "flat" },
    needs: { features },
    candidates: { open: [id], api: [] },
    compliance: { data_may_leave: false },
  });
  const text = JSON.stringify(policy([own]), null, 1);
  const result = evaluate({ path: "policy.yml", text, files: {}, base: null, catalog, asOf: AS_OF, engineVersion: "test" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 1));
  return result.evaluation.decision;
}

describe("servers whose callers use tools", () => {
  it("are told how the model writes its calls, and others are not", () => {
    const flags = decided("gpt-oss-120b", ["tool_use"]).fleets[0]?.vllmFlags;
    expect(flags).toContainEqual(["--enable-auto-tool-choice", ""]);
    expect(flags).toContainEqual(["--tool-call-parser", "openai"]);

    const plain = decided("gpt-oss-120b", ["json_schema"]).fleets[0]?.vllmFlags.map(([flag]) => flag);
    expect(plain).not.toContain("--enable-auto-tool-choice");
  });

  it("are told so where one workload of several calls tools", () => {
    expect(servingFlags(model("qwen3-32b"), [PLAIN, TOOLS])).toContainEqual(["--tool-call-parser", "hermes"]);
  });

  it("take the parser of the model itself where a family has several", () => {
    const parsers = ["qwen3-32b", "qwen3-coder-30b-a3b-instruct", "qwen3.6-27b", "glm-4.6", "glm-4.7-flash"].map(
      (id) => servingFlags(model(id), [TOOLS]).find(([flag]) => flag === "--tool-call-parser")?.[1],
    );
    expect(parsers).toEqual(["hermes", "qwen3_xml", "qwen3_coder", "glm45", "glm47"]);
  });

  it("take a template of the image where the checkpoint's own shows the model no tools", () => {
    expect(servingFlags(model("deepseek-v3.1"), [TOOLS])).toContainEqual([
      "--chat-template",
      "/vllm-workspace/examples/tool_chat_template_deepseekv31.jinja",
    ]);
  });

  it("say what callers have to do where vLLM has no parser for the model", () => {
    expect(toolConditions(model("command-r-35b-v01"), TOOLS)).toEqual([expect.stringContaining('send tool_choice "required"')]);
    expect(toolConditions(model("command-r-35b-v01"), PLAIN)).toEqual([]);
    expect(decided("deepseek-v3", ["tool_use"]).workloads[0]?.conditions).toContainEqual(expect.stringContaining("no parser"));
    expect(decided("qwen3-32b", ["tool_use"]).workloads[0]?.conditions.join()).not.toContain("no parser");
  });

  it("know the calls of every model but a few", () => {
    const without = catalog.openModels.filter((one) => one.features.toolUse === true && toolConditions(one, TOOLS).length > 0);
    expect(without.map(({ id }) => id)).toEqual(["command-r-35b-v01", "deepseek-r1", "deepseek-v3", "llama-3.3-nemotron-super-49b-v1"]);
  });
});

describe("servers of a model that thinks", () => {
  it("keep its thoughts out of the answer, with tools or without", () => {
    expect(servingFlags(model("qwen3-32b"), [PLAIN])).toEqual([["--reasoning-parser", "qwen3"]]);
    expect(servingFlags(model("qwen3-235b-a22b-instruct-2507"), [PLAIN])).toEqual([]);
  });
});

describe("servers of a checkpoint with code of its own", () => {
  it("may run it, and no others", () => {
    expect(servingFlags(model("kimi-k2-instruct"), [PLAIN])).toContainEqual(["--trust-remote-code", ""]);
    const families = new Set(
      catalog.openModels
        .filter((one) => servingFlags(one, [PLAIN]).some(([flag]) => flag === "--trust-remote-code"))
        .map(({ family }) => family),
    );
    expect([...families].sort()).toEqual([
      "kimi-k2",
      "kimi-k3",
      "kimi-linear",
      "llama-nemotron",
      "mimo-v2",
      "minimax-m2",
      "nemotron-3",
      "step-3",
    ]);
  });
});

it("every flag is one that the pinned vLLM knows", () => {
  const flags = new Set(catalog.openModels.flatMap((one) => servingFlags(one, [TOOLS]).map(([flag]) => flag)));
  expect([...flags].filter((flag) => !KNOWN_FLAGS.flags.includes(flag))).toEqual([]);
  expect(flags.size).toBe(6);
});
