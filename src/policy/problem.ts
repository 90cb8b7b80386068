import type { PolicyCode } from "./diagnostic.ts";
import { quote } from "./words.ts";

/** Keys and indices from the top of the policy, e.g. `["workloads", 0, "tokens"]`. */
export type Path = readonly (string | number)[];

/** A diagnostic before it knows its file and line: `offset` counts characters of the text. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly code: PolicyCode;
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
  readonly fix: string | undefined;
}

/** A problem that makes the policy invalid. */
export function error(code: PolicyCode, at: { readonly offset: number; readonly path: Path }, message: string, fix?: string): Problem {
  return { severity: "error", code, offset: at.offset, path: at.path, message, fix };
}

/** A problem that the policy can live with. */
export function warning(code: PolicyCode, at: { readonly offset: number; readonly path: Path }, message: string, fix?: string): Problem {
  return { severity: "warning", code, offset: at.offset, path: at.path, message, fix };
}

/** `["workloads", 0, "tokens"]` as `workloads[0].tokens`; a key that is no word of the language stands in quotes. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const key = /^[a-z0-9_-]{1,60}$/.test(step) ? step : quote(step);
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** The reverse of `pathText`: `workloads[0].tokens` as `["workloads", 0, "tokens"]`. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map((match) => (match[1] === undefined ? match[0] : Number(match[1])));
}

/** The last key of a path with the indices behind it, as messages name it: `regimes[1]`; the top is "the policy". */
export function leafText(path: Path): string {
  const key = path.findLastIndex((step) => typeof step === "string");
  return key === -1 ? `the policy${pathText(path)}` : pathText(path.slice(key));
}
