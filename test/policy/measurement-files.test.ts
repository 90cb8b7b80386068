import { describe, expect, it } from "vitest";
import { measurementFilesIn } from "../../src/policy/parse.ts";

const naming = (key: string) =>
  `version: 1\nname: p\n${key}:\n  - { file: bench/b.json }\n  - { file: bench/a.json }\n  - { file: bench/b.json }\n`;

describe("the measurement files of a policy", () => {
  it("are those that it names, each once, however the key is written", () => {
    for (const key of ["measurements", '"measurements"', '"\\u006deasurements"', "? measurements\n"])
      expect(measurementFilesIn(naming(key)), key).toEqual(["bench/b.json", "bench/a.json"]);
  });

  it("are none where it names none, and none of a text that cannot be read", () => {
    expect(measurementFilesIn("version: 1\nname: p\n")).toEqual([]);
    expect(measurementFilesIn("# measurements\nversion: 1\n")).toEqual([]);
    expect(measurementFilesIn(`${naming("measurements")}\u0000`)).toEqual([]);
    expect(measurementFilesIn(naming("measurements").replace("bench/a.json", "../secret"))).toEqual(["bench/b.json"]);
  });
});
