import { Precision } from "../catalog/precision.ts";
import type { Gpu, OpenModel } from "../catalog/schema.ts";

/**
 * Names of models, cards and precisions as measurement tables and benchmark tools spell them. The catalog's own look-ups are exact, because a policy must say
 * what it means; a table from elsewhere cannot be edited, so here spelling is read and only the meaning must be unique.
 */

/** Words that a table writes in an empty cell. */
const BLANK = /^(-+|n\/?a|nan|null|none|unknown|\?)$/i;

/** Text of a cell: trimmed, and empty where the table says that there is nothing. Example: `" N/A "` -> `""`. */
export function cell(text: string | undefined): string {
  const trimmed = (text ?? "").trim();
  return BLANK.test(trimmed) ? "" : trimmed;
}

/** Number of a cell; commas between thousands are read. NaN for anything else. Examples: `1,024` -> 1024; `0.5` -> 0.5; `eight` -> NaN. */
export function numberIn(text: string): number {
  if (text === "") return Number.NaN;
  return Number(/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text);
}

/** Ends of repository names that say how the weights are stored, and the precision they mean. Longer ends first. */
const STORED: readonly (readonly [end: RegExp, precision: Precision])[] = [
  [/[-_.](nv)?fp4(-v\d)?$/, "nvfp4"],
  [/[-_.]mxfp4$/, "mxfp4"],
  [/[-_.](fp8(-?(dynamic|kv|block|tensor|e4m3))*|float8)$/, "fp8"],
  [/[-_.](quantized\.)?(w8a8|int8|w8a16)$/, "int8"],
  [/[-_.]((quantized\.)?w4a16(-g128|-ct)?|awq(-?(int4|marlin|4bit))?|gptq(-?int4)?|int4(-(awq|gptq))?|4bit)$/, "int4"],
  [/[-_.](bf16|fp16|bfloat16|float16)$/, "bf16"],
];

/** Ends that tell a chat version from its base, and ways to write the same name; the architecture is the same. */
const VARIANT = /-(instruct|chat|it|hf)(?=-|$)/g;

/**
 * Model row by any spelling: id, alias or repository, in any case, with or without the publisher, the storage (`-FP8`, `-AWQ`, `.w8a8`) and `-Instruct`.
 * The closest spelling wins. Examples: `meta-llama/Llama-3.1-70B-Instruct-FP8`, `RedHatAI/Meta-Llama-3.1-70B-Instruct-quantized.w4a16` and
 * `llama 3.1 70b` are `llama-3.1-70b-instruct`; `llama-3.9-70b` is none.
 */
export function modelNamed(models: readonly OpenModel[], name: string): OpenModel | undefined {
  for (const key of MODEL_KEYS) {
    const wanted = key(name);
    const found = models.find((model) => spellings(model).some((spelling) => key(spelling) === wanted));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Precision that the end of a model's name states; undefined where it says nothing. Example: `Qwen/Qwen3-32B-FP8` -> fp8. */
export function storedPrecision(name: string): Precision | undefined {
  const text = plain(name);
  return STORED.find(([end]) => end.test(text))?.[1];
}

function spellings({ id, aliases, hubRepo, checkpoints }: OpenModel): readonly string[] {
  return [id, ...aliases, hubRepo, ...checkpoints.map((checkpoint) => checkpoint.hubRepo)];
}

const MODEL_KEYS: readonly ((name: string) => string)[] = [plain, withoutPublisher, withoutStorage, withoutVariant];

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, "-");
}

function withoutPublisher(name: string): string {
  return plain(name).replace(/^.*\//, "");
}

function withoutStorage(name: string): string {
  return STORED.reduce((text, [end]) => text.replace(end, ""), withoutPublisher(name));
}

function withoutVariant(name: string): string {
  return withoutStorage(name)
    .replace(VARIANT, "")
    .replace(/^(meta|nvidia)-/, "")
    .replace(/^llama-?(\d)/, "llama-$1");
}

/** Words of a card's name that do not tell it from another one of the same name. */
const CARD_NOISE =
  /^(nvidia|aws|tesla|tensor|core|gpus?|sxm\d?|hbm\d?e?|server|workstation|edition|se|blackwell|hopper|ampere|ada|lovelace|dgx|hgx|\d+x|x\d*|×)$/;

/** Share by which a stated memory may differ from the row's: sheets say 80 GB where the driver reports 79.65 GiB, or 24 for 22.49. */
const MEMORY_TOLERANCE = 0.12;

/**
 * Card by any spelling: the catalog's, else the card's own name and memory in any order with whatever marketing stands around them. A memory
 * that no row has, and a form factor of its own (`H100 PCIe`, `H100 NVL`: other memory and clocks), give undefined, as does `A100` without its size.
 * Examples: `NVIDIA H100 80GB HBM3`, `8xH100-SXM5` -> h100; `A100-80G` -> a100-80gb; `RTX PRO 6000 Blackwell` -> rtx-pro-6000.
 */
export function gpuNamed(gpus: readonly Gpu[], name: string): Gpu | undefined {
  const wanted = plain(name);
  const exact = gpus.find((gpu) => [gpu.id, gpu.name, ...gpu.aliases].some((known) => plain(known) === wanted));
  if (exact !== undefined) return exact;
  const { stem, memoryGb } = cardOf(name);
  const alike = gpus.filter((gpu) => cardOf(gpu.id).stem === stem && (memoryGb === null || isNear(memoryGb, gpu.memoryGiB)));
  return alike.length === 1 ? alike[0] : undefined;
}

function cardOf(name: string): { readonly stem: string; readonly memoryGb: number | null } {
  const words = plain(name)
    .replace(/^\d+-[x×]-/, "")
    .split(/[^a-z0-9.]+/)
    .map((word) => word.replace(/^\d+x(?=[a-z])/, ""))
    .filter((word) => word !== "" && !CARD_NOISE.test(word));
  const memory = words.find((word) => /^\d+(gi?b?)$/.test(word));
  const rest = words.filter((word) => word !== memory && !/^(gi?b)$/.test(word));
  // The A100 with PCIe has the memory and the units of the other; only its links differ.
  const stem = rest[0] === "a100" ? rest.filter((word) => word !== "pcie") : rest;
  return { stem: stem.join(""), memoryGb: memory === undefined ? null : Number.parseInt(memory, 10) };
}

function isNear(memoryGb: number, memoryGiB: number): boolean {
  return Math.abs(memoryGb / memoryGiB - 1) <= MEMORY_TOLERANCE;
}

/** Spellings of a precision, by what stands in the text; weights decide, so `w4a16` is int4. */
const PRECISIONS: readonly (readonly [word: RegExp, precision: Precision])[] = [
  [/mx-?fp4/, "mxfp4"],
  [/(nv)?-?fp4|float4/, "nvfp4"],
  [/fp8|float8|e4m3|e5m2/, "fp8"],
  [/w4a|int4|awq|gptq|4-?bit|u4/, "int4"],
  [/w8a|int8|8-?bit/, "int8"],
  [/bf-?16|fp-?16|bfloat16|float16|^half$|^16-?bit$/, "bf16"],
];

/** Precision by any spelling; undefined where none is meant. Examples: `W8A8-INT8` -> int8; `FP8_dynamic` -> fp8; `AWQ` -> int4; `half` -> bf16. */
export function precisionNamed(name: string): Precision | undefined {
  const wanted = name.trim().toLowerCase();
  const exact = Precision.safeParse(wanted);
  if (exact.success) return exact.data;
  return PRECISIONS.find(([word]) => word.test(wanted))?.[1];
}
