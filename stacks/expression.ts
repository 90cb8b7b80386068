import { TerraformDataSource, TerraformLocal, type TerraformResource, TerraformVariable } from "./provider.ts";

/** Elements that a Terraform expression can name. */
export type Named = TerraformDataSource | TerraformLocal | TerraformResource | TerraformVariable;

/** Address of an element inside an expression: `var.zones`, `local.server_zones`, `data.aws_vpc.vpc`, `aws_lb.balancer`. */
export function address(element: Named): string {
  const id = element.friendlyUniqueId;
  if (element instanceof TerraformVariable) return `var.${id}`;
  if (element instanceof TerraformLocal) return `local.${id}`;
  const type = element.terraformResourceType;
  return element instanceof TerraformDataSource ? `data.${type}.${id}` : `${type}.${id}`;
}

/** A Terraform expression as a value: `expression("one(x[*].arn)")` is `${one(x[*].arn)}`. */
export function expression(text: string): string {
  return `\${${text}}`;
}
