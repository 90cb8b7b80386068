import { readPageTemplate } from "../files.ts";
import { type PageSource, renderHtml } from "../report/html.ts";
import { ENGINE_VERSION, sourceOf } from "./shell.ts";

/** The page of the policies that could be evaluated; `plain` is their report as text, for readers without scripts. */
export async function htmlReport(files: readonly string[], base: string | undefined, asOf: string, plain: string): Promise<string> {
  const policies: PageSource[] = [];
  for (const file of files) policies.push({ ...(await pageSource(file)), base: base === undefined ? null : await pageSource(base) });
  return renderHtml(await readPageTemplate(), { engineVersion: ENGINE_VERSION, asOf, policies }, plain);
}

async function pageSource(path: string) {
  const { text, files = {} } = await sourceOf(path);
  return { path, text, files };
}
