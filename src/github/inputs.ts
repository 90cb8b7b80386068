import { z } from "zod";
import { patternProblem } from "./glob.ts";

/** When the action writes a comment. An existing comment is always kept up to date, except with `never`. */
export const CommentMode = z.enum(["always", "on-change", "on-decision-change", "never"]);
export type CommentMode = z.infer<typeof CommentMode>;

/** What fails the job; a defect fails it always. */
export const FailOn = z.enum(["gates", "invalid", "never"]);
export type FailOn = z.infer<typeof FailOn>;

/** Whether the report is written as a page as well, and whether the page becomes an artifact of the run. */
export const HtmlReport = z.enum(["false", "true", "upload"]);
export type HtmlReport = z.infer<typeof HtmlReport>;

/** Inputs of the action, typed. `policies` are paths or globs from the repository root. */
export interface Inputs {
  readonly policies: readonly string[];
  readonly token: string;
  readonly commentMode: CommentMode;
  /** Smallest change of the monthly cost of a policy, in US dollars, that the comment speaks of. */
  readonly commentMinDeltaUsd: number;
  readonly failOn: FailOn;
  readonly htmlReport: HtmlReport;
  /** Whether edits that would pass a failing gate are suggested on the changed lines. */
  readonly suggestions: boolean;
  /** Whether a scheduled run keeps an issue on decisions that prices have flipped. */
  readonly driftIssue: boolean;
  /** YYYY-MM-DD, or null for today in UTC. */
  readonly asOf: string | null;
  /** Login that the token comments as, or null to find out. */
  readonly commentAuthor: string | null;
}

export type InputsResult =
  | { readonly kind: "inputs"; readonly inputs: Inputs }
  | { readonly kind: "rejected"; readonly problems: readonly string[] };

const defaultPolicy = ".github/breakeven.yml";

/** Empty means unset: the runner passes an input that nobody gave as an empty string. */
function orDefault<T extends z.ZodType>(schema: T, value: z.input<T>) {
  return z.preprocess((text) => (text === "" ? value : text), schema);
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}

const emptyToken =
  "is empty; leave it out to use the job's own token, or write secrets.NAME || github.token: pull requests from forks and from Dependabot get no secrets";

const InputTexts = z.object({
  policy: orDefault(z.string(), defaultPolicy)
    .transform((text) =>
      text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== ""),
    )
    .superRefine((patterns, context) => {
      for (const pattern of patterns) {
        const problem = patternProblem(pattern);
        if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
      }
    }),
  "github-token": z.string().min(1, emptyToken),
  "comment-mode": orDefault(CommentMode, "always"),
  "comment-min-delta-usd": orDefault(z.string(), "0")
    .refine((text) => /^\d+(\.\d+)?$/.test(text), {
      error: (issue) => `saw "${String(issue.input)}"; write US dollars a month as a plain number of 0 or more, e.g. 50`,
    })
    .transform(Number),
  "fail-on": orDefault(FailOn, "gates"),
  "html-report": orDefault(HtmlReport, "false"),
  suggestions: orDefault(z.stringbool({ truthy: ["true"], falsy: ["false"] }), "false"),
  "drift-issue": orDefault(z.stringbool({ truthy: ["true"], falsy: ["false"] }), "false"),
  "as-of": z
    .string()
    .refine((text) => text === "" || z.iso.date().safeParse(text).success, {
      error: (issue) => `saw "${String(issue.input)}"; write a date as YYYY-MM-DD, e.g. 2026-11-20`,
    })
    .transform(orNull),
  "comment-author": z.string().transform(orNull),
});

const inputNames = Object.keys(InputTexts.shape);

/**
 * Reads the inputs the way the runner hands them over: variables `INPUT_<NAME>`, upper case, hyphens kept.
 *
 * Example: `{ "INPUT_COMMENT-MODE": "sometimes" }` is rejected with
 * `input "comment-mode": saw "sometimes"; allowed: always, on-change, on-decision-change, never`.
 */
export function readInputs(env: Readonly<Record<string, string | undefined>>): InputsResult {
  const texts = Object.fromEntries(inputNames.map((name) => [name, (env[`INPUT_${name.toUpperCase()}`] ?? "").trim()]));
  // Scripts that run the bundle by hand set GITHUB_TOKEN, as they do for the gh command line.
  const withToken = { ...texts, "github-token": texts["github-token"] || (env.GITHUB_TOKEN ?? "") };
  const parsed = InputTexts.safeParse(withToken);
  if (!parsed.success) return { kind: "rejected", problems: parsed.error.issues.map((issue) => problemText(issue, texts)) };
  const values = parsed.data;
  return {
    kind: "inputs",
    inputs: {
      policies: values.policy,
      token: values["github-token"],
      commentMode: values["comment-mode"],
      commentMinDeltaUsd: values["comment-min-delta-usd"],
      failOn: values["fail-on"],
      htmlReport: values["html-report"],
      suggestions: values.suggestions,
      driftIssue: values["drift-issue"],
      asOf: values["as-of"],
      commentAuthor: values["comment-author"],
    },
  };
}

function problemText(issue: z.core.$ZodIssue, texts: Readonly<Record<string, string>>): string {
  const name = String(issue.path[0]);
  const start = `input "${name}":`;
  return issue.code === "invalid_value"
    ? `${start} saw "${texts[name]}"; allowed: ${issue.values.join(", ")}`
    : `${start} ${issue.message}`;
}
