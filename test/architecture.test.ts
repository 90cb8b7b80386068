import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** Which layer may import which; everything else of ours is forbidden. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  policy: [],
  catalog: [],
  capacity: ["catalog"],
  "gateway.ts": [],
  "stack-resources.ts": ["gateway.ts"],
  decide: ["policy", "catalog", "capacity", "gateway.ts", "stack-resources.ts"],
  report: ["policy", "decide", "catalog", "capacity"],
  "gateway-config.ts": ["policy", "decide", "gateway.ts", "stack-config.ts"],
  "stack-config.ts": ["policy", "decide", "gateway.ts", "gateway-config.ts", "stack-resources.ts"],
  "evaluate.ts": ["policy", "catalog", "decide"],
  page: ["policy", "catalog", "decide", "report", "evaluate.ts", "policies", "package.json"],
};
/** The page is drawn by a browser and reads its clock for a site without a policy; all it may import is the core. */
const PURE = Object.keys(MAY_IMPORT).filter((layer) => layer !== "page");
const NOT_PURE = /^(node:|@actions\/|cdktf|@cdktf\/|constructs|commander|csv-parse|tinyglobby)/;
const IMPURE_CODE = /\b(process\.|Date\.now\(|new Date\(\)|Math\.random\(|fetch\(|setTimeout\()/;
const LONGEST_FILE_LINES = 400;

interface SourceFile {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourcesUnder(folder: string): readonly SourceFile[] {
  return walk(join(ROOT, folder)).map((file) => {
    const text = readFileSync(file, "utf8");
    const path = relative(ROOT, file);
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap((match) => match[1] ?? []);
    return { path, layer: layerOf(path), text, imports };
  });
}

function walk(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/** `src/decide/rules/licence.ts` is in layer `decide`, `src/evaluate.ts` in layer `evaluate.ts`, anything of stacks/ in `stacks`. */
function layerOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "src" ? (parts[1] ?? "") : (parts[0] ?? "");
}

const sources = sourcesUnder("src");

describe("architecture", () => {
  it("finds the sources that it is meant to judge", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(new Set(sources.map((file) => file.layer))).toEqual(
      new Set([...PURE, "page", "github", "cli", "cli.ts", "run.ts", "index.ts", "files.ts"]),
    );
  });

  it("keeps imports in the direction of the design", () => {
    const wrong = sources.flatMap((file) => {
      const allowed = MAY_IMPORT[file.layer];
      if (allowed === undefined) return [];
      return file.imports
        .filter((name) => name.startsWith("."))
        .map((name) => layerOf(relative(ROOT, resolve(ROOT, dirname(file.path), name))))
        .filter((layer) => layer !== file.layer && !allowed.includes(layer))
        .map((layer) => `${file.path} imports ${layer}`);
    });
    expect(wrong).toEqual([]);
  });

  it("keeps the core free of node, GitHub, cdktf, clock, environment and randomness", () => {
    const wrong = sources
      .filter((file) => PURE.includes(file.layer))
      .flatMap((file) => [
        ...file.imports.filter((name) => NOT_PURE.test(name)).map((name) => `${file.path} imports ${name}`),
        ...(IMPURE_CODE.exec(withoutComments(file.text)) === null
          ? []
          : [`${file.path} reaches outside: ${IMPURE_CODE.exec(withoutComments(file.text))?.[0]}`]),
      ]);
    expect(wrong).toEqual([]);
  });

  it("lets nothing in src import the stacks, and nothing but the shell import github", () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .filter(
          (name) => /(^|\/)stacks\//.test(name) || (/\/github\//.test(name) && !["github", "run.ts", "index.ts"].includes(file.layer)),
        )
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("imports the AWS provider by resource, never as a whole", () => {
    const barrel = sourcesUnder("stacks").flatMap((file) =>
      file.imports.filter((name) => name === "@cdktf/provider-aws").map(() => file.path),
    );
    expect(barrel).toEqual([]);
  });

  it("keeps cdktf out of the action and the command line", () => {
    for (const bundle of ["dist/index.js", "dist/cli.js"]) {
      const text = readFileSync(join(ROOT, bundle), "utf8");
      expect(/^\/\/ .*node_modules\/(cdktf|@cdktf|constructs)\//m.test(text), bundle).toBe(false);
      expect(text.includes("// src/evaluate.ts"), `${bundle} holds the core`).toBe(true);
    }
  });

  it("loads in every run only what every run needs", () => {
    const text = readFileSync(join(ROOT, "dist/index.js"), "utf8");
    // The client for proxies (dist/proxy.js), every route of GitHub as a method, the questions of init, the schemas of catalog rows.
    const seldom = [
      "node_modules/undici/",
      "node_modules/tunnel/",
      "node_modules/@octokit/plugin-",
      "node_modules/@inquirer/",
      "src/catalog/schema.ts",
    ];
    expect(seldom.filter((part) => text.includes(`\n// ${part}`))).toEqual([]);
    expect(readFileSync(join(ROOT, "dist/proxy.js"), "utf8")).toContain("\n// node_modules/undici/");
  });

  it("keeps files short enough to read at one sitting", () => {
    const long = [...sources, ...sourcesUnder("stacks")]
      .filter((file) => file.text.split("\n").length > LONGEST_FILE_LINES)
      .map((file) => file.path);
    expect(long).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}
