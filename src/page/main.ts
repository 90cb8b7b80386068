import packageJson from "../../package.json" with { type: "json" };
import api from "../../policies/api.yml";
import hybrid from "../../policies/hybrid.yml";
import noneFeasible from "../../policies/none-feasible.yml";
import selfHost from "../../policies/self-host.yml";
import { loadCatalog } from "../catalog/index.ts";
import type { PageInput, PageSource } from "../report/html.ts";
import { Page } from "./page.ts";

/** The site without a policy starts from the examples of the repository. */
function exampleInput(): PageInput {
  const examples = { "api.yml": api, "self-host.yml": selfHost, "hybrid.yml": hybrid, "none-feasible.yml": noneFeasible };
  const policies = Object.entries(examples).map(([path, text]): PageSource => ({ path, text, files: {}, base: null }));
  return { engineVersion: packageJson.version, asOf: new Date().toISOString().slice(0, "YYYY-MM-DD".length), policies };
}

const written: PageInput | null = JSON.parse(document.getElementById("input")?.textContent ?? "null");
new Page(written ?? exampleInput(), written === null, loadCatalog()).start();
