import { z } from "zod";

/**
 * The words that the policy language is built from: kinds of number, text and name that several keys share.
 * Limits here keep typing mistakes out (a ratio of 40, a name of a thousand letters); they are not facts about models.
 */

/** Largest amount that the engine reckons with: a quadrillion (1e15), far above any real volume or bill. */
const LARGEST = 1e15;

/** Longest name of a model in the catalog, in characters. */
const LONGEST_MODEL_NAME = 120;

/** Longest name of an AWS region or instance type, in characters. */
const LONGEST_AWS_NAME = 40;

/**
 * Text of a fixed form. `words` say the form in plain language; they are what the error message shows.
 * Example: `text(/^[A-Z]{2}$/, "two capital letters", "US")` refuses "usa" with "allowed: two capital letters".
 */
export function text(form: RegExp, words: string, example: string) {
  const examples = [example];
  return z.string().regex(form, words).meta({ examples });
}

/** A name that only the catalog can vouch for; `checkNames` asks the `NameBook` whether it exists. */
function known(longest: number, example: string) {
  const examples = [example];
  return z.string().min(1).max(longest).meta({ examples });
}

/** A name that becomes part of resource names and report anchors. */
export const identifier = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  "1 to 63 letters, digits, dots, underscores or hyphens, the first a letter or digit",
  "support-chat",
);

/** Id or alias of a model in the catalog. */
export const model = known(LONGEST_MODEL_NAME, "claude-haiku-4-5");

/** Id or alias of an open-weight model in the catalog. */
export const openModel = known(LONGEST_MODEL_NAME, "llama-3.3-70b-instruct");

/** AWS region, e.g. us-east-1. */
export const region = known(LONGEST_AWS_NAME, "us-east-1");

/** AWS instance type, e.g. p5.48xlarge. */
export const instance = known(LONGEST_AWS_NAME, "p5.48xlarge");

/** Id or alias of a GPU in the catalog. */
export const gpu = known(LONGEST_AWS_NAME, "h100");

/**
 * A file of the repository, as a relative path with forward slashes that never leads upwards: a pull request must not make
 * the engine read other files of the machine.
 */
export const repositoryFile = text(
  /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\:]{1,300}$/,
  "a relative path with forward slashes, without .. steps",
  "bench/h100-qwen3-32b.json",
);

/** A sentence for people: who, why or where. */
export const note = z.string().min(1).max(300);

/** A calendar day, YYYY-MM-DD. */
export const isoDate = z.iso.date();

/** A share from 0 to 1; 0.4 is 40 %. */
export const ratio = z.number().min(0).max(1);

/** Compound growth for each month, from halving (-0.5) to doubling (1). */
export const growth = z.number().min(-0.5).max(1);

/** An amount above 0. */
export const positive = z.number().positive().max(LARGEST);

/** An amount of 0 or more. */
export const atLeastZero = z.number().min(0).max(LARGEST);

/** JSON Schema for exactly one of two keys. Editors read it; people get the sentence of `checkRules` instead. */
export function exactlyOne(first: string, second: string) {
  return { oneOf: [{ required: [first] }, { required: [second] }] };
}

/** A number, or how sure you are of it: `{ low, expected, high }`. `checkRules` holds low <= expected <= high. */
export function range(number: z.ZodNumber) {
  return z.union([
    number,
    z.strictObject({
      low: number.describe("You would be surprised to see less: the 10th percentile."),
      expected: number.describe("The value to plan with."),
      high: number.describe("You would be surprised to see more: the 90th percentile."),
    }),
  ]);
}
