/**
 * The only door to cdktf and to the AWS resource classes. Everything in `stacks/` imports from here, so a move to another
 * synthesizer with the same classes (cdktn) is an edit of this file. Deep paths only: the barrel of the provider costs seconds.
 */

export { AutoscalingGroup, type AutoscalingGroupConfig } from "@cdktf/provider-aws/lib/autoscaling-group/index.js";
export { AutoscalingLifecycleHook } from "@cdktf/provider-aws/lib/autoscaling-lifecycle-hook/index.js";
export { AutoscalingPolicy } from "@cdktf/provider-aws/lib/autoscaling-policy/index.js";
export { AutoscalingSchedule } from "@cdktf/provider-aws/lib/autoscaling-schedule/index.js";
export { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget/index.js";
export { CeAnomalySubscription } from "@cdktf/provider-aws/lib/ce-anomaly-subscription/index.js";
export { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js";
export { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
export { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
export { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
export { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js";
export { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
export { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones/index.js";
export { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
export { DataAwsEc2InstanceTypeOfferings } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings/index.js";
export { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition/index.js";
export { DataAwsPrefixList } from "@cdktf/provider-aws/lib/data-aws-prefix-list/index.js";
export { DataAwsSecretsmanagerSecrets } from "@cdktf/provider-aws/lib/data-aws-secretsmanager-secrets/index.js";
export { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js";
export { DataAwsVpc } from "@cdktf/provider-aws/lib/data-aws-vpc/index.js";
export { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
export { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
export { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster/index.js";
export { EcsService } from "@cdktf/provider-aws/lib/ecs-service/index.js";
export { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition/index.js";
export { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
export { FlowLog } from "@cdktf/provider-aws/lib/flow-log/index.js";
export { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
export { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
export { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy/index.js";
export { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
export { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
export { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
export { IamServiceLinkedRole } from "@cdktf/provider-aws/lib/iam-service-linked-role/index.js";
export { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
export { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
export { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
export { LaunchTemplate, type LaunchTemplateConfig } from "@cdktf/provider-aws/lib/launch-template/index.js";
export { Lb } from "@cdktf/provider-aws/lib/lb/index.js";
export { LbListener } from "@cdktf/provider-aws/lib/lb-listener/index.js";
export { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule/index.js";
export { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group/index.js";
export { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway/index.js";
export { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
export { Route } from "@cdktf/provider-aws/lib/route/index.js";
export { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
export { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
export { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
export { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone/index.js";
export { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
export { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
export { S3BucketLoggingA } from "@cdktf/provider-aws/lib/s3-bucket-logging/index.js";
export { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
export { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
export { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
export { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
export { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
export { SecretsmanagerSecretPolicy } from "@cdktf/provider-aws/lib/secretsmanager-secret-policy/index.js";
export { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version/index.js";
export { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
export { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
export { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy/index.js";
export { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
export { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter/index.js";
export { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
export { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
export { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint/index.js";
export { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
export { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
export {
  App,
  LocalBackend,
  S3Backend,
  TerraformDataSource,
  TerraformElement,
  TerraformLocal,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
} from "cdktf";
export { Construct, type Node } from "constructs";
