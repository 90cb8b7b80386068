import { RULES } from "./rules.ts";
import { WAIVERS } from "./waivers.ts";

/** What public scanners ask of such stacks (checkov 3.3.13 and trivy-checks of 2026-08), by area: each is a rule, a waiver, or does not apply. */
export interface Area {
  readonly name: string;
  readonly ids: string;
  /** Ids whose subject is not in the stacks, with the reason. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

const NO_LAMBDA = "no function is made";
const NO_TRAIL = "a trail is one for the whole account";
const NO_QUEUE = "no queue is made";
const NO_WAF = "the entry is not public";
const NO_DOCUMENT = "policies are written as JSON, without data sources";
const SESSIONS = "session preferences are one document for the whole account";

export const AREAS: readonly Area[] = [
  { name: "instance metadata", ids: "CKV_AWS_79 CKV_AWS_341 AWS-0028 AWS-0130", elsewhere: {} },
  { name: "public addresses", ids: "CKV_AWS_88 CKV_AWS_130 CKV_AWS_333 CKV_AWS_389 AWS-0009 AWS-0164", elsewhere: {} },
  {
    name: "volumes",
    ids: "CKV_AWS_3 CKV_AWS_8 CKV_AWS_189 AWS-0027 AWS-0131",
    elsewhere: {
      CKV_AWS_106: "a setting of the whole account; each volume says it itself",
      "AWS-0008 AWS-0026": "no launch configuration and no volume by itself",
    },
  },
  {
    name: "secrets in files",
    ids: "CKV_AWS_41 CKV_AWS_46 AWS-0029 AWS-0129 AWS-0036",
    elsewhere: { CKV_AWS_45: NO_LAMBDA, "CKV2_AWS_36 AWS-0134": "nothing is fetched over HTTP" },
  },
  { name: "groups of instances", ids: "CKV_AWS_153 CKV_AWS_315 CKV2_AWS_15", elsewhere: {} },
  { name: "instances", ids: "CKV_AWS_126 CKV_AWS_135 CKV2_AWS_41", elsewhere: {} },
  {
    name: "security groups",
    ids: "CKV_AWS_23 CKV_AWS_24 CKV_AWS_25 CKV_AWS_260 CKV_AWS_277 CKV_AWS_382 CKV2_AWS_5 CKV2_AWS_12 AWS-0099 AWS-0124 AWS-0104 AWS-0107 AWS-0173",
    elsewhere: {},
  },
  {
    name: "network",
    ids: "CKV2_AWS_11 CKV2_AWS_19 CKV2_AWS_35 AWS-0178 AWS-0101",
    elsewhere: { CKV2_AWS_1: "no list of rules of its own; security groups decide" },
  },
  {
    name: "load balancer",
    ids: "CKV_AWS_2 CKV_AWS_91 CKV_AWS_103 CKV_AWS_131 CKV_AWS_150 CKV_AWS_328 CKV_AWS_378 CKV_AWS_261 CKV2_AWS_20 CKV2_AWS_28 CKV2_AWS_74 AWS-0052 AWS-0053 AWS-0054 AWS-0047",
    elsewhere: { "CKV2_AWS_31 CKV2_AWS_76": NO_WAF, CKV2_AWS_71: "the certificate is the policy's own" },
  },
  { name: "keys", ids: "CKV_AWS_7 CKV_AWS_33 CKV_AWS_227 CKV2_AWS_64 AWS-0065", elsewhere: {} },
  { name: "secrets", ids: "CKV_AWS_149 CKV_AWS_304 CKV2_AWS_57 AWS-0098", elsewhere: {} },
  { name: "parameters and sessions", ids: "CKV_AWS_337 CKV2_AWS_34", elsewhere: { "CKV_AWS_112 CKV_AWS_113 CKV_AWS_303": SESSIONS } },
  { name: "logs", ids: "CKV_AWS_66 CKV_AWS_158 CKV_AWS_338 AWS-0017", elsewhere: {} },
  {
    name: "permissions",
    ids: "CKV_AWS_60 CKV_AWS_61 CKV_AWS_62 CKV_AWS_63 CKV_AWS_286 CKV_AWS_287 CKV_AWS_288 CKV_AWS_289 CKV_AWS_290 CKV_AWS_355 CKV_AWS_274 CKV2_AWS_40 CKV2_AWS_56 AWS-0057 AWS-0342 AWS-0345 AWS-0346",
    elsewhere: { "CKV_AWS_107 CKV_AWS_108 CKV_AWS_109 CKV_AWS_110 CKV_AWS_111 CKV_AWS_356": NO_DOCUMENT },
  },
  { name: "deploys from GitHub", ids: "CKV_AWS_358 CKV_AWS_393", elsewhere: {} },
  {
    name: "buckets",
    ids: "CKV_AWS_18 CKV_AWS_19 CKV_AWS_21 CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56 CKV_AWS_145 CKV_AWS_300 CKV_AWS_70 CKV_AWS_379 CKV_AWS_144 CKV2_AWS_6 CKV2_AWS_61 CKV2_AWS_62 AWS-0086 AWS-0087 AWS-0088 AWS-0089 AWS-0090 AWS-0091 AWS-0092 AWS-0093 AWS-0094 AWS-0132",
    elsewhere: { CKV2_AWS_65: "no list of access is made; AWS turns them off in new buckets" },
  },
  {
    name: "containers",
    ids: "CKV_AWS_65 CKV_AWS_223 CKV_AWS_224 CKV_AWS_249 CKV_AWS_332 CKV_AWS_334 CKV_AWS_335 CKV_AWS_336 CKV_AWS_51 CKV_AWS_136 CKV_AWS_163 AWS-0030 AWS-0031 AWS-0033",
    elsewhere: {
      "CKV_AWS_97 AWS-0035": "no file system is mounted",
      "CKV_AWS_32 AWS-0032": "registries have no policy of their own",
      "AWS-0034": "as CKV_AWS_65, which is waived",
    },
  },
  {
    name: "topics and queues",
    ids: "CKV_AWS_26 CKV_AWS_169 CKV_AWS_385 AWS-0095 AWS-0136",
    elsewhere: { "CKV_AWS_27 CKV_AWS_168 CKV_AWS_387 CKV2_AWS_73 AWS-0096 AWS-0097 AWS-0135": NO_QUEUE },
  },
  {
    name: "functions",
    ids: "",
    elsewhere: {
      "CKV_AWS_50 CKV_AWS_115 CKV_AWS_116 CKV_AWS_117 CKV_AWS_173 CKV_AWS_272 CKV_AWS_363 CKV_AWS_258 AWS-0066 AWS-0067": NO_LAMBDA,
    },
  },
  {
    name: "trail and alarms",
    ids: "CKV_AWS_319",
    elsewhere: { "CKV_AWS_35 CKV_AWS_36 CKV_AWS_67 CKV_AWS_251 CKV_AWS_252 CKV2_AWS_10 AWS-0014 AWS-0015 AWS-0016 AWS-0162": NO_TRAIL },
  },
  { name: "machine images", ids: "CKV_AWS_386 AWS-0344", elsewhere: {} },
  { name: "Bedrock", ids: "", elsewhere: { "CKV_AWS_373 CKV_AWS_383": "no agent is made" } },
];

const words = (ids: string) => ids.split(" ").filter((id) => id !== "");

/** Ids of an area that are neither a rule nor a waiver. */
export function unheld({ ids }: Area): readonly string[] {
  const held = new Set([...RULES.flatMap((rule) => words(rule.ids)), ...Object.keys(WAIVERS)]);
  return words(ids).filter((id) => !held.has(id));
}

/** One line of the table in stacks/README.md. */
export function areaLine({ name, ids, elsewhere }: Area): string {
  const rules = RULES.filter((rule) => words(rule.ids).some((id) => words(ids).includes(id))).length;
  const waived = words(ids).filter((id) => WAIVERS[id] !== undefined);
  const reasons = [
    ...(waived.length > 0 ? [`waived: ${waived.join(", ")}`] : []),
    ...Object.entries(elsewhere).map(([which, why]) => `${words(which).join(", ")}: ${why}`),
  ];
  return `| ${name} | ${rules} | ${reasons.join("; ")} |`;
}
