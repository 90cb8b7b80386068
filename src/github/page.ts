import packageJson from "../../package.json" with { type: "json" };
import { readPageTemplate } from "../files.ts";
import { type PageSource, renderHtml } from "../report/html.ts";
import { renderText } from "../report/text-report.ts";
import type { PolicyResult } from "../report/types.ts";
import type { PolicyInput } from "./content.ts";

/** Form of the report as text inside the page. */
const PLAIN = { width: 100, color: false } as const;

/** The page of the policies that were evaluated; null when none was. `asOf` is YYYY-MM-DD. */
export async function pageOf(policies: readonly PolicyInput[], results: readonly PolicyResult[], asOf: string): Promise<string | null> {
  const evaluated = results.flatMap((result) => (result.kind === "evaluated" ? [result] : []));
  const shown = new Set(evaluated.map(({ file }) => file));
  const sources = policies.flatMap((policy): PageSource[] => {
    if (policy.kind !== "present" || !shown.has(policy.file)) return [];
    const { file: path, text, files = {}, base } = policy;
    return [{ path, text, files, base: base === null ? null : { path: base.path, text: base.text, files: base.files ?? {} } }];
  });
  if (sources.length === 0) return null;
  const plain = evaluated.map(({ evaluation }) => renderText(evaluation, PLAIN)).join("\n");
  return renderHtml(await readPageTemplate(), { engineVersion: packageJson.version, asOf, policies: sources }, plain);
}
