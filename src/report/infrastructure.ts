import type { Section } from "./fit.ts";
import { details, list, paragraph, table, type Writer } from "./markdown.ts";
import { priorities, stepped, whole } from "./sections.ts";
import { code, columns, type Line, line } from "./spans.ts";
import { enumerate, plural } from "./words.ts";

/** A resource that a pull request would make, alter or take away, by its Terraform address. */
export interface ResourceChange {
  readonly kind: "added" | "changed" | "removed";
  /** e.g. `aws_lb.front`. */
  readonly address: string;
  /** Top-level arguments that differ; empty unless changed. */
  readonly attributes: readonly string[];
}

/** What merging would do to the infrastructure of the chosen path, or why nobody can say. */
export type InfrastructureChange =
  /** `fresh`: there is no stack on the base branch, so everything is new. */
  | { readonly kind: "compared"; readonly changes: readonly ResourceChange[]; readonly unchanged: number; readonly fresh: boolean }
  | { readonly kind: "not-built"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string };

const KINDS = ["removed", "changed", "added"] as const;
const NAMED_ATTRIBUTES = 5;

/** Folded: counts by type, then each resource; a note where there is nothing to compare. Empty when nothing changes. */
export function infrastructureSections(change: InfrastructureChange, writer: Writer): readonly Section[] {
  if (change.kind !== "compared") return [whole(priorities.infrastructure, () => [paragraph(writer, noteOf(change))])];
  const { changes, fresh } = change;
  if (changes.length === 0) return [];
  const ordered = KINDS.flatMap((kind) => changes.filter((entry) => entry.kind === kind));
  return [
    stepped(priorities.infrastructure, "resource", ordered, (shown) =>
      details(titleOf(changes, fresh), [
        table(writer, countsByType(changes)),
        list(writer, shown.map(resourceLine)),
        paragraph(writer, line("Synthesized offline from the two policies; nothing was read from or sent to a cloud account.")),
      ]),
    ),
  ];
}

function noteOf(change: Exclude<InfrastructureChange, { readonly kind: "compared" }>): Line {
  if (change.kind === "not-built") return line(`Infrastructure: no preview; ${change.text}.`);
  return line(`Infrastructure: the preview failed and nothing else depends on it: ${change.text}.`);
}

function titleOf(changes: readonly ResourceChange[], fresh: boolean): string {
  if (fresh) return `Infrastructure: ${plural(changes.length, "resource")} to create`;
  const counts = KINDS.toReversed().map((kind) => [changes.filter((entry) => entry.kind === kind).length, kind] as const);
  return `Infrastructure: ${enumerate(counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`))}`;
}

function countsByType(changes: readonly ResourceChange[]) {
  const types = [...new Set(changes.map(({ address }) => typeOf(address)))].sort();
  const count = (type: string, kind: ResourceChange["kind"]) => {
    const found = changes.filter((entry) => entry.kind === kind && typeOf(entry.address) === type).length;
    return line(found === 0 ? "-" : `${found}`);
  };
  return {
    columns: columns("Resource type", "Added>", "Changed>", "Removed>"),
    rows: types.map((type) => [line(code(type)), count(type, "added"), count(type, "changed"), count(type, "removed")]),
  };
}

function typeOf(address: string): string {
  return address.split(".")[0] ?? address;
}

function resourceLine({ kind, address, attributes }: ResourceChange): Line {
  const named = attributes.slice(0, NAMED_ATTRIBUTES).flatMap((name, index) => [...line(index === 0 ? ": " : ", "), code(name)]);
  const more = attributes.length > NAMED_ATTRIBUTES ? line(` and ${attributes.length - NAMED_ATTRIBUTES} more`) : [];
  return [...line(`${kind} `, code(address)), ...named, ...more];
}
