import { type Resource, resourcesOf, type StackJson } from "./stack-json.ts";

/**
 * Security rules that every stack obeys, named by the ids of checkov (CKV), trivy (AWS-nnnn) or, where neither has one, our own (BE).
 * `violations` gives the addresses that break the rule. `spoil` breaks it, so that each rule is known to fire.
 */
export interface Rule {
  readonly ids: string;
  readonly title: string;
  violations(stack: StackJson): readonly string[];
  spoil(stack: StackJson): void;
}

type Path = readonly (string | number)[];

/** The value at a path; undefined where anything on the way is missing. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined), value);
}

/** Every resource of `type` holds `expected` at `path`; spoiling takes the member away. */
export function holds(
  ids: string,
  title: string,
  type: string,
  path: Path,
  expected: (value: unknown, resource: Resource) => boolean,
): Rule {
  return {
    ids,
    title,
    violations: (stack) => failing(stack, type, (resource) => expected(at(resource, path), resource)),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, type))
        Reflect.deleteProperty(Object(at(resource, path.slice(0, -1))), path.at(-1) ?? "");
    },
  };
}

export function failing(stack: StackJson, type: string, good: (resource: Resource, id: string) => boolean): readonly string[] {
  return resourcesOf(stack, type)
    .filter(([id, resource]) => !good(resource, id))
    .map(([id]) => `${type}.${id}`);
}

export const is = (wanted: unknown) => (value: unknown) => value === wanted;
export const ownKey = is(`\${aws_kms_key.key.arn}`);
export const isText = (value: unknown) => typeof value === "string" && value.length > 0;

/** Each of `subjects` has a companion of `type` that names it. */
export function accompanied(ids: string, title: string, subject: string, type: string, member: string): Rule {
  return {
    ids,
    title,
    violations: (stack) => {
      const named = resourcesOf(stack, type).map(([, resource]) => String(resource[member]));
      return failing(stack, subject, (_, id) => named.some((text) => [".", "["].some((end) => text.includes(`${subject}.${id}${end}`))));
    },
    spoil: (stack) => {
      delete stack.resource[type];
    },
  };
}

interface PolicyStatement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

export const list = (value: string | readonly string[] | undefined): readonly string[] => (value === undefined ? [] : [value].flat());

/** Every policy document of the stack that is written as JSON text. */
export function statementsOf(stack: StackJson): readonly (readonly [address: string, statement: PolicyStatement])[] {
  return Object.entries(stack.resource).flatMap(([type, resources]) =>
    Object.entries(resources).flatMap(([id, resource]) =>
      [resource.policy, resource.assume_role_policy].filter(isText).flatMap((text) => {
        const { Statement }: { readonly Statement: readonly PolicyStatement[] } = JSON.parse(String(text));
        return Statement.map((statement) => [`${type}.${id}`, statement] as const);
      }),
    ),
  );
}

export function policyRule(
  ids: string,
  title: string,
  bad: (statement: PolicyStatement, address: string) => boolean,
  example: PolicyStatement,
): Rule {
  return {
    ids,
    title,
    violations: (stack) => statementsOf(stack).flatMap(([address, statement]) => (bad(statement, address) ? [address] : [])),
    spoil: (stack) => {
      stack.resource.aws_iam_policy = { spoiled: { policy: JSON.stringify({ Statement: [example] }) } };
    },
  };
}

/** Every container of every task definition is as it should be; spoiling takes one member away. */
export function ecs(ids: string, title: string, good: (container: Resource) => boolean, member: string): Rule {
  const containersOf = (task: Resource): Resource[] => JSON.parse(String(task.container_definitions));
  return {
    ids,
    title,
    violations: (stack) => failing(stack, "aws_ecs_task_definition", (task) => containersOf(task).every(good)),
    spoil: (stack) => {
      for (const [, task] of resourcesOf(stack, "aws_ecs_task_definition"))
        task.container_definitions = JSON.stringify(containersOf(task).map((container) => ({ ...container, [member]: undefined })));
    },
  };
}
