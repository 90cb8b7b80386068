import { NOTIFIERS, policyDocument, REMINDER, type Statement } from "../iam.ts";
import { type KmsKey, SnsTopic, SnsTopicPolicy, SnsTopicSubscription, TerraformOutput } from "../provider.ts";
import type { Site } from "./foundation.ts";
import { keyedProviders } from "./secrets.ts";

/** The topic that alarms, budgets and reminders publish to, with the policy's alarm address subscribed. */
export function buildTopic(site: Site, key: KmsKey): SnsTopic {
  const topic = new SnsTopic(site.stack, "alarm_topic", { name: `${site.prefix}-alarms`, kmsMasterKeyId: key.arn });
  new SnsTopicPolicy(site.stack, "alarm_topic_policy", {
    arn: topic.arn,
    policy: policyDocument([
      {
        Sid: "ServicesOfThisAccountPublish",
        Effect: "Allow",
        Principal: { Service: NOTIFIERS },
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { StringEquals: { "aws:SourceAccount": site.account } },
      },
      ...reminderStatement(site, topic),
    ]),
  });
  const email = site.config.alarmEmail;
  if (email !== null) {
    new SnsTopicSubscription(site.stack, "alarm_email", { topicArn: topic.arn, protocol: "email", endpoint: email });
  }
  new TerraformOutput(site.stack, "alarm_subscription", {
    description: "How alarms and budget warnings reach a person",
    value:
      email === null
        ? `no address yet: aws sns subscribe --region ${site.config.region} --topic-arn ${topic.arn} --protocol email --notification-endpoint YOU@EXAMPLE.COM`
        : `${email} must confirm the message from AWS Notifications once`,
  });
  return topic;
}

function reminderStatement({ config }: Site, topic: SnsTopic): readonly Statement[] {
  if (keyedProviders(config.api).length === 0) return [];
  return [{ Sid: "RemindOfKeys", Effect: "Allow", Principal: { Service: REMINDER }, Action: "sns:Publish", Resource: topic.arn }];
}
