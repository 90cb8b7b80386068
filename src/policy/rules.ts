import { checkCapacity } from "./capacity-rules.ts";
import { error, leafText, type Problem, warning } from "./problem.ts";
import { child, children, nearest, type Place, type SourceNode, select } from "./tree.ts";
import { checkTuning } from "./tuning-rules.ts";
import { listOf, nearestWord, quote } from "./words.ts";

/**
 * What no single key can say: how keys of the policy fit together. Every rule reads the text as it stands and says
 * nothing about values of the wrong kind, so rules also run on policies that the schema refuses.
 * Example: `requests_per_day` beside `requests_per_month` gives `exactly-one`.
 */
export function checkRules(root: SourceNode): readonly Problem[] {
  return [
    ...select(root, "workloads[].volume").flatMap((place) => exactlyOneOf(place, "requests_per_day", "requests_per_month")),
    ...select(root, "waivers[]").flatMap((place) => exactlyOneOf(place, "gate", "rule")),
    ...select(root, "workloads[].tokens").flatMap(readAndWritten),
    ...rangesIn(nearest(root, [])).flatMap(ordered),
    ...duplicates(select(root, "workloads[].name"), "workload name"),
    ...select(root, "workloads[]").flatMap(aboutOneWorkload),
    ...aboutWaivers(root),
    ...select(root, "prices.api[]").flatMap(pricePeriod),
    ...duplicates(select(root, "prices.api[]"), "price", ["id", "effective_from"]),
    ...duplicates(select(root, "prices.gpu[]"), "price", ["id", "region", "effective_from"]),
    ...purchaseNeedsPrice(root),
    ...certificateRegion(root),
    ...checkCapacity(root),
    ...checkTuning(root),
    ...duplicates(select(root, "measurements[].file"), "measurement file"),
  ];
}

/** A token of the input is read from the cache or written to it, not both. */
function readAndWritten(place: Place): readonly Problem[] {
  const written = child(place, "cache_write_ratio");
  const [read, write] = [numberIn(child(place, "cached_input_ratio")), numberIn(written)];
  if (written === undefined || read === undefined || write === undefined || read + write <= 1) return [];
  const message = `cached_input_ratio ${read} and cache_write_ratio ${write} are more than all input; allowed: together at most 1`;
  return [error("out-of-range", written, message, `write at most ${Number((1 - read).toPrecision(6))}`)];
}

function exactlyOneOf(place: Place, first: string, second: string): readonly Problem[] {
  if (place.node.kind !== "map") return [];
  const written = [child(place, first), child(place, second)].filter((found) => found !== undefined);
  if (written.length === 1) return [];
  const needs = `${leafText(place.path)} needs exactly one of ${first} and ${second}`;
  const later = written.toSorted((a, b) => b.offset - a.offset)[0];
  if (later === undefined) return [error("exactly-one", place, `${needs}; it has neither`, `add ${first} or ${second}`)];
  return [error("exactly-one", later, `${needs}; it has both`, "remove one of them")];
}

/** Every `{ low, expected, high }`, wherever it stands. */
function rangesIn(place: Place): readonly Place[] {
  const inner = children(place).flatMap(rangesIn);
  return child(place, "low") === undefined ? inner : [place, ...inner];
}

function ordered(place: Place): readonly Problem[] {
  const [low, expected, high] = ["low", "expected", "high"].map((key) => numberIn(child(place, key)));
  if (low === undefined || expected === undefined || high === undefined || (low <= expected && expected <= high)) return [];
  const message = `${leafText(place.path)} has low ${low}, expected ${expected}, high ${high}; allowed: low <= expected <= high`;
  return [error("wrong-order", place, message, "put the three numbers in order")];
}

/** Places whose text, or whose texts under `keys`, were written before; case does not tell names apart. */
function duplicates(places: readonly Place[], what: string, keys?: readonly string[]): readonly Problem[] {
  const taken = new Set<string>();
  return places.flatMap((place) => {
    const texts = keys === undefined ? [textIn(place)] : keys.map((key) => textIn(child(place, key)));
    const written = texts.filter((text) => text !== undefined);
    if (written.length < texts.length) return [];
    const name = written.join(" ").toLowerCase();
    if (taken.has(name)) {
      const at = { path: place.path, offset: place.node.offset };
      return [error("duplicate-name", at, `the ${what} ${quote(written.join(" "))} is taken`, "rename or remove one of the two")];
    }
    taken.add(name);
    return [];
  });
}

function aboutOneWorkload(workload: Place): readonly Problem[] {
  return [
    ...dataClassNone(workload),
    ...someTraffic(workload),
    ...tokensFitWindow(workload),
    ...candidatesNameOne(workload),
    ...unusualNumbers(workload),
  ];
}

function dataClassNone(workload: Place): readonly Problem[] {
  const classes = child(workload, "data_class");
  if (classes?.node.kind !== "list" || classes.node.items.length < 2) return [];
  const none = children(classes).find((place) => textIn(place) === "none");
  return none === undefined ? [] : [error("contradiction", none, "data_class holds none beside other classes", "remove none")];
}

function someTraffic(workload: Place): readonly Problem[] {
  const weights = under(workload, "volume", "hourly_profile", "weights");
  const hours = weights === undefined ? [] : children(weights).map(numberIn);
  const tokens = child(workload, "tokens");
  const problems: Problem[] = [];
  if (weights !== undefined && hours.length > 0 && hours.every((hour) => hour === 0)) {
    problems.push(error("out-of-range", weights, "weights are all 0; allowed: at least one hour above 0", "give the busy hours a weight"));
  }
  if (tokens !== undefined && expectedIn(child(tokens, "input")) === 0 && expectedIn(child(tokens, "output")) === 0) {
    problems.push(
      error("out-of-range", tokens, "input and output are both 0; allowed: at least one above 0", "write the mean tokens of one request"),
    );
  }
  return problems;
}

function tokensFitWindow(workload: Place): readonly Problem[] {
  const window = under(workload, "needs", "context_window_tokens");
  const size = numberIn(window);
  const input = expectedIn(under(workload, "tokens", "input"));
  const output = expectedIn(under(workload, "tokens", "output"));
  if (window === undefined || size === undefined || input === undefined || output === undefined || size >= input + output) return [];
  const message = `context_window_tokens is ${size}, less than the mean request of ${input} + ${output} = ${input + output} tokens`;
  return [error("contradiction", window, message, "write the longest request, input and output together")];
}

/** Without any name nothing could serve the workload. */
function candidatesNameOne(workload: Place): readonly Problem[] {
  const candidates = child(workload, "candidates");
  if (candidates?.node.kind !== "map") return [];
  const lists = children(candidates).map(({ node }) => node);
  if (lists.some((node) => node.kind !== "list" || node.items.length > 0)) return [];
  return [
    error(
      "out-of-range",
      candidates,
      "candidates name no model; allowed: at least one under api or open",
      "name a model, or remove candidates",
    ),
  ];
}

/** Rules that no waiver lifts: a network without internet access either exists or not. */
const NEVER_WAIVED: readonly string[] = ["air-gapped"];

/** Names that a wrong one is compared with; a valid policy has no more workloads than this. */
const MAX_NAMES_COMPARED = 200;

function aboutWaivers(root: SourceNode): readonly Problem[] {
  const names = new Set(select(root, "workloads[].name").flatMap((place) => textIn(place) ?? []));
  return select(root, "waivers[]").flatMap((waiver) => [...waivableRule(waiver), ...knownWorkload(waiver, names)]);
}

function waivableRule(waiver: Place): readonly Problem[] {
  const rule = child(waiver, "rule");
  const id = textIn(rule)?.replaceAll("_", "-").toLowerCase();
  if (rule === undefined || id === undefined || !NEVER_WAIVED.includes(id)) return [];
  return [error("not-waivable", rule, `the rule ${id} cannot be waived`, "change compliance.air_gapped, or remove the waiver")];
}

function knownWorkload(waiver: Place, names: ReadonlySet<string>): readonly Problem[] {
  const workload = child(waiver, "workload");
  const name = textIn(workload);
  if (workload === undefined || name === undefined || names.size === 0 || names.has(name)) return [];
  const compared = [...names].slice(0, MAX_NAMES_COMPARED);
  const near = nearestWord(name, compared);
  const message = `no workload is named ${quote(name)}; allowed: ${listOf(compared)}`;
  return [error("unknown-workload", workload, message, near === undefined ? "remove the key to waive for all" : `write ${near}`)];
}

function pricePeriod(price: Place): readonly Problem[] {
  const from = textIn(child(price, "effective_from"));
  const end = child(price, "effective_to");
  const to = textIn(end);
  if (end === undefined || from === undefined || to === undefined || to >= from) return [];
  return [error("wrong-order", end, `effective_to ${quote(to)} is before effective_from ${quote(from)}`, "put the two dates in order")];
}

/** Ways to buy whose price is a private agreement or changes every hour, so that no public list holds it. */
const UNLISTED_PURCHASES: readonly string[] = ["spot", "savings_plan"];

function purchaseNeedsPrice(root: SourceNode): readonly Problem[] {
  const gpu = select(root, "purchase.gpu")[0];
  const way = textIn(gpu);
  if (gpu === undefined || way === undefined || !UNLISTED_PURCHASES.includes(way)) return [];
  const discount = select(root, "purchase.gpu_discount_ratio")[0];
  const isPriced = (discount !== undefined && numberIn(discount) !== 0) || select(root, "prices.gpu[]").length > 0;
  if (isPriced) return [];
  const fix = "add purchase.gpu_discount_ratio above 0, or rows under prices.gpu";
  return [error("needs-price", gpu, `gpu is ${way}, for which no public price exists`, fix)];
}

/** Region of a policy that names none, as its description says. */
const DEFAULT_REGION = "us-east-1";

/** A load balancer takes certificates of its own region only. */
function certificateRegion(root: SourceNode): readonly Problem[] {
  const arn = select(root, "deploy.certificate_arn")[0];
  const domain = select(root, "deploy.domain")[0];
  if (arn === undefined) return domain === undefined ? [] : [privateCertificate(domain)];
  const place = textIn(arn)?.split(":")[3];
  const written = select(root, "region")[0];
  const region = written === undefined ? DEFAULT_REGION : textIn(written);
  if (place === undefined || place === "" || region === undefined || place === region) return [];
  const message = `certificate_arn lies in ${quote(place)} and the policy in ${quote(region)}; allowed: the same region`;
  return [error("contradiction", arn, message, `use a certificate of ${region}`)];
}

function privateCertificate(domain: Place): Problem {
  const message = "domain has no certificate_arn, so the stack imports a private certificate that clients must trust";
  return warning("unusual", domain, message, "add deploy.certificate_arn of an ACM certificate for this name");
}

/** Output beyond this many tokens for one request is rare even for reasoning models. */
const UNUSUAL_OUTPUT_TOKENS = 100_000;

/** The worst minute of public traces is at most about 4 times the mean of its hour. */
const UNUSUAL_PEAK = 20;

function unusualNumbers(workload: Place): readonly Problem[] {
  const output = under(workload, "tokens", "output");
  const peak = under(workload, "volume", "peak_to_average");
  const tokens = expectedIn(output) ?? 0;
  const factor = numberIn(peak) ?? 0;
  const problems: Problem[] = [];
  if (output !== undefined && tokens > UNUSUAL_OUTPUT_TOKENS) {
    problems.push(warning("unusual", output, `output is ${tokens} tokens for one request`, "write the mean of one request, not of a day"));
  }
  if (peak !== undefined && factor > UNUSUAL_PEAK) {
    const fix = "compare the worst minute with the mean of the busiest hour, not with the whole day";
    problems.push(warning("unusual", peak, `peak_to_average is ${factor}`, fix));
  }
  return problems;
}

function under(place: Place, ...keys: readonly string[]): Place | undefined {
  return keys.reduce<Place | undefined>((found, key) => found && child(found, key), place);
}

function textIn(place: Place | undefined): string | undefined {
  const node = place?.node;
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

function numberIn(place: Place | undefined): number | undefined {
  const node = place?.node;
  return node?.kind === "scalar" && typeof node.value === "number" ? node.value : undefined;
}

/** The number, or the expected value of a range. */
function expectedIn(place: Place | undefined): number | undefined {
  return numberIn(place) ?? numberIn(place && child(place, "expected"));
}
