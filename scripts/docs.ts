import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parse } from "yaml";
import { defaultRows } from "../src/decide/defaults-table.ts";
import { RULES } from "../src/decide/rules/judge.ts";
import { SOFT_DIMENSIONS } from "../src/decide/soft.ts";
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

/** Every default of the decision, and the anchors of the soft dimensions. */
function defaultsPage(): string {
  const rows = defaultRows().map(({ what, value, key, source }) => [what, value, key === null ? "-" : `\`${key}\``, source]);
  const anchors = SOFT_DIMENSIONS.map(({ label, anchors: marks }) => [label, ...marks]);
  return `# Defaults

What the decision relies on when the policy is silent. A default that a decision used is printed with it as an assumption. Where a policy key is named, that key overrides it.

${table(["What", "Value", "Overridden by", "Source"], rows)}

## Marks of the soft dimensions

With \`preferences\`, a path compares as its cost x (1 - budget x score); the score is the weighted mean of these marks over 4.

${table(["Dimension", "0", "1", "2", "3", "4"], anchors)}
`;
}

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
  { path: "docs/defaults.md", content: defaultsPage() },
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
