import type { OpenModel } from "../catalog/schema.ts";
import type { WorkloadFacts } from "./facts.ts";

/** How vLLM is told to read the answers of one model; each name is one that vLLM 0.27 registers. */
interface Reading {
  /** Beginning of the ids of its models; the longest that fits counts. */
  readonly model: string;
  /** `--tool-call-parser`; absent where vLLM has none for the model. */
  readonly tools?: string;
  /** Template of the image's examples, where that of the checkpoint shows the model no tools. */
  readonly template?: string;
  /** `--tokenizer-mode`, where tools need one of their own. */
  readonly tokenizer?: string;
  /** `--reasoning-parser`; used for models that think alone. gpt-oss needs none: vLLM sets it by itself. */
  readonly reasoning?: string;
  /** The checkpoint brings configuration or tokenizer as code, and does not load without it. */
  readonly ownCode?: true;
}

/**
 * Sources: docs.vllm.ai features/tool_calling and features/reasoning_outputs, vllm/tool_parsers/__init__.py, and the start commands of
 * vllm-project/recipes (models/, 2026-08-21), all read 2026-11-29; SmolLM3 and Qwen3 from their model cards.
 */
const READINGS: readonly Reading[] = [
  { model: "deepseek-r1-0528", tools: "deepseek_v3", template: "deepseekr1", reasoning: "deepseek_r1" },
  { model: "deepseek-r1", reasoning: "deepseek_r1" },
  { model: "deepseek-v3-0324", tools: "deepseek_v3", template: "deepseekv3" },
  { model: "deepseek-v3.1", tools: "deepseek_v31", template: "deepseekv31", reasoning: "deepseek_v3" },
  { model: "deepseek-v3.2", tools: "deepseek_v32", tokenizer: "deepseek_v32", reasoning: "deepseek_v3" },
  { model: "deepseek-v4", tools: "deepseek_v4", tokenizer: "deepseek_v4", reasoning: "deepseek_v4" },
  { model: "devstral", tools: "mistral" },
  { model: "gemma-4", tools: "gemma4", template: "gemma4", reasoning: "gemma4" },
  { model: "glm-4", tools: "glm45", reasoning: "glm45" },
  { model: "glm-4.7", tools: "glm47", reasoning: "glm45" },
  { model: "glm-5", tools: "glm47", reasoning: "glm45" },
  { model: "gpt-oss", tools: "openai" },
  { model: "granite-4", tools: "granite4" },
  { model: "hy3", tools: "hy_v3" },
  { model: "jamba", tools: "jamba" },
  { model: "kimi-k2", tools: "kimi_k2", reasoning: "kimi_k2", ownCode: true },
  { model: "kimi-k3", tools: "kimi_k3", reasoning: "kimi_k3", ownCode: true },
  { model: "kimi-linear", ownCode: true },
  { model: "llama-3", tools: "llama3_json" },
  { model: "llama-3.3-nemotron", ownCode: true },
  { model: "llama-4", tools: "llama4_pythonic" },
  { model: "magistral", tools: "mistral", reasoning: "mistral" },
  { model: "mimo-v2", tools: "qwen3_xml", reasoning: "qwen3", ownCode: true },
  { model: "minimax-m2", tools: "minimax_m2", reasoning: "minimax_m2", ownCode: true },
  { model: "minimax-m3", tools: "minimax_m3", reasoning: "minimax_m3" },
  { model: "ministral", tools: "mistral" },
  { model: "mistral", tools: "mistral", reasoning: "mistral" },
  { model: "mixtral", tools: "mistral" },
  { model: "muse-glimmer", tools: "muse_glimmer" },
  { model: "nemotron-3", tools: "qwen3_coder", reasoning: "nemotron_v3", ownCode: true },
  { model: "olmo-3", tools: "olmo3", reasoning: "olmo3" },
  { model: "phi-4-mini", tools: "phi4_mini_json" },
  { model: "qwen2.5", tools: "hermes" },
  { model: "qwen3", tools: "hermes", reasoning: "qwen3" },
  { model: "qwen3-coder", tools: "qwen3_xml" },
  { model: "qwen3.5", tools: "qwen3_coder", reasoning: "qwen3" },
  { model: "qwen3.6", tools: "qwen3_coder", reasoning: "qwen3" },
  { model: "qwq", tools: "hermes", reasoning: "deepseek_r1" },
  { model: "seed-oss", tools: "seed_oss" },
  { model: "smollm3", tools: "hermes" },
  { model: "step-3", tools: "step3p5", reasoning: "step3p5", ownCode: true },
];

/** Where the image keeps the templates of vLLM's examples. */
const TEMPLATES = "/vllm-workspace/examples/tool_chat_template_";

type Flags = readonly (readonly [flag: string, value: string])[];
type Needs = Pick<WorkloadFacts, "features">;

/**
 * Flags by which a server gives its callers what the decision counted on: tool calls as tool calls, and thoughts apart from the answer. vLLM
 * answers `tools` with 400 until it is told how the model writes them.
 *
 * Example: gpt-oss-120b for a workload with `features: [tool_use]` is `--enable-auto-tool-choice --tool-call-parser openai`.
 */
export function servingFlags(model: OpenModel, tenants: readonly Needs[]): Flags {
  const reading = readingOf(model);
  if (reading === null) return [];
  const flags: (readonly [string, string])[] = [];
  if (reading.ownCode === true) flags.push(["--trust-remote-code", ""]);
  if (model.reasoning === true && reading.reasoning !== undefined) flags.push(["--reasoning-parser", reading.reasoning]);
  if (!tenants.some(callsTools) || reading.tools === undefined) return flags;
  flags.push(["--enable-auto-tool-choice", ""], ["--tool-call-parser", reading.tools]);
  if (reading.tokenizer !== undefined) flags.push(["--tokenizer-mode", reading.tokenizer]);
  if (reading.template !== undefined) flags.push(["--chat-template", `${TEMPLATES}${reading.template}.jinja`]);
  return flags;
}

/** What to know of own servers that cannot tell a model's tool calls from its text; none where they can or nobody calls tools. */
export function toolConditions(model: OpenModel, workload: Needs): readonly string[] {
  if (!callsTools(workload) || readingOf(model)?.tools !== undefined) return [];
  return [
    `callers of ${model.id} name the tool, or send tool_choice "required": vLLM has no parser for its tool calls and refuses "auto" with 400`,
  ];
}

function callsTools({ features }: Needs): boolean {
  return features.includes("tool_use");
}

function readingOf({ id }: OpenModel): Reading | null {
  const found = READINGS.filter(({ model }) => id.startsWith(model));
  return found.reduce<Reading | null>(
    (longest, one) => (longest === null || one.model.length > longest.model.length ? one : longest),
    null,
  );
}
