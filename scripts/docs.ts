import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parse } from "yaml";
import { RULES } from "../src/decide/rules/judge.ts";
import { policyJsonSchema } from "../src/policy/json-schema.ts";
import { exampleRepositories } from "./docs/examples.ts";
import { policyReference } from "./docs/policy-reference.ts";

/** Writes what is generated from the sources: the policy's JSON Schema and reference, the examples, the tables of README. `--check` only compares. */
const check = process.argv.includes("--check");

interface ActionFile {
  readonly inputs: Record<string, { readonly description: string; readonly default?: string }>;
  readonly outputs: Record<string, { readonly description: string }>;
}

const action: ActionFile = parse(await readFile("action.yml", "utf8"));
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

const blocks: Readonly<Record<string, string>> = {
  inputs: table(
    ["Input", "Default", "Meaning"],
    Object.entries(action.inputs).map(([name, input]) => [
      `\`${name}\``,
      input.default === undefined || input.default === "" ? "" : `\`${input.default}\``,
      input.description,
    ]),
  ),
  outputs: table(
    ["Output", "Meaning"],
    Object.entries(action.outputs).map(([name, output]) => [`\`${name}\``, output.description]),
  ),
  rules: table(
    ["Rule", "What it asks", "Why"],
    RULES.map((rule) => [`\`${rule.id}\``, rule.title, rule.why]),
  ),
};

const readme = await readFile("README.md", "utf8");
const filled = Object.entries(blocks).reduce(
  (text, [name, block]) =>
    text.replace(
      new RegExp(`(<!-- ${name}:start -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`),
      (_, start: string, end: string) => `${start}${block}\n${end}`,
    ),
  readme,
);
const outputs = [
  { path: "README.md", content: filled },
  { path: "policies/policy.schema.json", content: `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
  { path: "docs/policy.md", content: policyReference() },
  ...(await exampleRepositories()),
];
for (const { path, content } of outputs) {
  const known = await readFile(path, "utf8").catch(() => "");
  if (known === content) continue;
  if (check) {
    console.error(`${path} does not match the sources; run "npm run docs" and commit the result`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    console.log(`wrote ${path}`);
  }
}
if (check && process.exitCode !== 1) console.log("generated documents match the sources");
