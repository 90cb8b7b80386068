"""
An AWS on loopback for the long suites: moto 5.2.1 with the calls that it lacks, so that a stack is applied whole and nothing is left out.

Each addition does what the API reference of AWS says of the call, in the names and shapes of botocore's model of it, on moto's own
objects. Nothing here knows Terraform or the stacks.

| service          | call                                                    | what AWS does, and moto 5.2.1 does not                          |
| ---------------- | ------------------------------------------------------- | --------------------------------------------------------------- |
| Budgets          | DescribeSubscribersForNotification, UpdateBudget,        | the subscribers of a notification; a budget is replaced by its   |
|                  | ListTagsForResource, TagResource, UntagResource          | new form; tags of a budget                                       |
| Auto Scaling     | StartInstanceRefresh, DescribeInstanceRefreshes          | a refresh begins, and is listed; instances here are replaced at  |
|                  |                                                          | once, so that it is over when it is asked for                    |
| Auto Scaling     | PutLifecycleHook                                         | a hook tells nobody unless the caller names a target             |
| Auto Scaling     | CreateAutoScalingGroup, UpdateAutoScalingGroup,          | warm-up, role, rebalancing and reservations are given back as    |
|                  | PutScalingPolicy                                         | they were taken; a policy is enabled unless the caller says no,  |
|                  |                                                          | and has no predictive part that nobody asked for                 |
| Route 53         | CreateHostedZone                                         | a network in the request makes the zone private                  |
| EC2              | AuthorizeSecurityGroup*, CreateLaunchTemplate            | a rule keeps its description whatever it points to; tags of the  |
|                  |                                                          | template itself do not become part of what it launches           |
| ECS              | CreateService, UpdateService                             | grace period and rebalancing are given back as they were taken   |
| Cost Explorer    | *AnomalySubscription*                                    | subscriptions to cost anomalies                                  |

Beside AWS it answers GET /inventory: every object that the services hold, one line each, for a test that nothing is left.
One request at a time: moto's rules of a security group are not safe between threads.

usage: moto_server.py PORT
"""

import json
import sys
import threading
import uuid
from datetime import datetime, timezone

from moto.autoscaling.responses import AutoScalingResponse
from moto.backends import get_backend
from moto.budgets.responses import BudgetsResponse
from moto.ce.responses import CostExplorerResponse
from moto.core.base_backend import BackendDict
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.route53.responses import Route53
from werkzeug.serving import run_simple


def add(responses, function):
    """Registers a call under the name of the function, which is the name of the call in snake case."""
    setattr(responses, function.__name__, function)


def after(responses, name, function):
    """Lets moto answer first; `function` gets the same response object and the answer, which it gives back."""
    original = getattr(responses, name)

    def both(self):
        return function(self, original(self))

    setattr(responses, name, both)


# Budgets. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html


def budget_of(self):
    account, name = self._get_param("AccountId"), self._get_param("BudgetName")
    self.backend.describe_budget(account_id=account, budget_name=name)
    return self.backend.budgets[account][name]


def describe_subscribers_for_notification(self):
    wanted = self._get_param("Notification")
    found = [n.subscribers for n in budget_of(self).notifications if same_notification(n.details, wanted)]
    return json.dumps({"Subscribers": found[0] if found else []})


def same_notification(one, other):
    members = ("NotificationType", "ComparisonOperator", "ThresholdType")
    return all(one.get(m) == other.get(m) for m in members) and float(one["Threshold"]) == float(other["Threshold"])


def update_budget(self):
    account, new = self._get_param("AccountId"), self._get_param("NewBudget")
    self.backend.describe_budget(account_id=account, budget_name=new["BudgetName"])
    self.backend.budgets[account][new["BudgetName"]].budget.update(new)
    return json.dumps({})


def tags_of(self):
    name = self._get_param("ResourceARN").split(":budget/")[-1]
    budget = self.backend.budgets[self.current_account][name]
    return budget.__dict__.setdefault("resource_tags", {})


def keep_budget_tags(self, answer):
    name = self._get_param("Budget")["BudgetName"]
    tags = self._get_param("ResourceTags", [])
    self.backend.budgets[self._get_param("AccountId")][name].resource_tags = {tag["Key"]: tag["Value"] for tag in tags}
    return answer


def list_tags_for_resource(self):
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags_of(self).items()]})


def tag_resource(self):
    tags_of(self).update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags", [])})
    return json.dumps({})


def untag_resource(self):
    for key in self._get_param("ResourceTagKeys", []):
        tags_of(self).pop(key, None)
    return json.dumps({})


for call in (describe_subscribers_for_notification, update_budget, list_tags_for_resource, tag_resource, untag_resource):
    add(BudgetsResponse, call)
after(BudgetsResponse, "create_budget", keep_budget_tags)


# Auto Scaling. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html

KEPT_OF_GROUPS = {
    "DefaultInstanceWarmup": ("default_instance_warmup", int),
    "ServiceLinkedRoleARN": ("service_linked_role_arn", str),
    "CapacityRebalance": ("capacity_rebalance", lambda value: str(value).lower() == "true"),
    "CapacityReservationSpecification": ("capacity_reservation_specification", dict),
}


def group_of(self):
    return self.autoscaling_backend.describe_auto_scaling_groups([self._get_param("AutoScalingGroupName")])[0]


def keep_group(self, answer):
    group = group_of(self)
    for member, (attribute, kind) in KEPT_OF_GROUPS.items():
        value = self._get_param(member)
        if value is not None:
            setattr(group, attribute, kind(value))
    return answer


def keep_policy(self, answer):
    name = self._get_param("PolicyName")
    group = self._get_param("AutoScalingGroupName")
    for policy in self.autoscaling_backend.describe_policies(group, [name], []):
        policy.enabled = self._get_bool_param("Enabled", True)
        policy.predictive_scaling_configuration = policy.predictive_scaling_configuration or None
    return answer


def keep_hook(self, answer):
    asked = [self._get_param(name) for name in ("AutoScalingGroupName", "LifecycleHookName")]
    for hook in self.autoscaling_backend.describe_lifecycle_hooks(asked[0], [asked[1]]):
        hook.role_arn, hook.notification_target_arn = self._get_param("RoleARN"), self._get_param("NotificationTargetARN")
    return answer


def start_instance_refresh(self):
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": self._get_param("AutoScalingGroupName"),
        "Status": "Successful",
        "StartTime": datetime.now(timezone.utc),
        "EndTime": datetime.now(timezone.utc),
        "PercentageComplete": 100,
        "InstancesToUpdate": 0,
        "Preferences": self._get_param("Preferences", {}),
    }
    group_of(self).__dict__.setdefault("refreshes", []).insert(0, refresh)
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(self):
    wanted = self._get_param("InstanceRefreshIds", [])
    refreshes = group_of(self).__dict__.get("refreshes", [])
    return ActionResult({"InstanceRefreshes": [r for r in refreshes if not wanted or r["InstanceRefreshId"] in wanted]})


for call in (start_instance_refresh, describe_instance_refreshes):
    add(AutoScalingResponse, call)
for call in ("create_auto_scaling_group", "update_auto_scaling_group"):
    after(AutoScalingResponse, call, keep_group)
after(AutoScalingResponse, "put_scaling_policy", keep_policy)
after(AutoScalingResponse, "put_lifecycle_hook", keep_hook)


# Route 53. https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html (VPC: "a private hosted zone")


def create_hosted_zone(self, original=Route53.create_hosted_zone):
    if self._get_param("VPC.VPCId") is not None:
        asked = self._get_bool_param
        self._get_bool_param = lambda name, *rest: True if name == "HostedZoneConfig.PrivateZone" else asked(name, *rest)
    return original(self)


add(Route53, create_hosted_zone)


# EC2. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html


def keep_description(self, *args, original=SecurityGroupRule.__init__, **kwargs):
    original(self, *args, **kwargs)
    prefix_list = kwargs.get("prefix_list_id") or (args[7] if len(args) > 7 else None) or {}
    self.prefix_list_description = prefix_list.get("Description")


def description(self):
    return self.ip_range.get("Description") or self.source_group.get("Description") or self.prefix_list_description


SecurityGroupRule.__init__ = keep_description
SecurityGroupRule.description = property(description)


def create_launch_template(self, original=LaunchTemplates.create_launch_template):
    parsed = self._parse_tag_specification
    own = parsed().get("launch-template", {})
    self._parse_tag_specification = lambda: {}
    answer = original(self)
    self.ec2_backend.get_launch_template_by_name(self._get_param("LaunchTemplateName")).add_tags(own)
    return answer


add(LaunchTemplates, create_launch_template)
LaunchTemplate.tags = property(LaunchTemplate.get_tags, lambda self, tags: None)


# ECS. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html


def keep_service(self, answer):
    name = self._get_param("serviceName") or self._get_param("service").split("/")[-1]
    for service in self.ecs_backend.describe_services(self._get_param("cluster", "default"), [name])[0]:
        for member, attribute in (
            ("healthCheckGracePeriodSeconds", "health_check_grace_period_seconds"),
            ("availabilityZoneRebalancing", "availability_zone_rebalancing"),
        ):
            if self._get_param(member) is not None:
                setattr(service, attribute, self._get_param(member))
    return answer


for call in ("create_service", "update_service"):
    after(EC2ContainerServiceResponse, call, keep_service)


# Cost Explorer. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalySubscription.html


def subscriptions_of(self):
    return self.ce_backend.__dict__.setdefault("anomaly_subscriptions", {})


def create_anomaly_subscription(self):
    arn = f"arn:{self.partition}:ce::{self.current_account}:anomalysubscription/{uuid.uuid4()}"
    subscription = {**self._get_param("AnomalySubscription"), "SubscriptionArn": arn, "AccountId": self.current_account}
    subscriptions_of(self)[arn] = subscription
    self.ce_backend.tag_resource(arn, self._get_param("ResourceTags", []))
    return json.dumps({"SubscriptionArn": arn})


def get_anomaly_subscriptions(self):
    wanted = self._get_param("SubscriptionArnList", [])
    return json.dumps({"AnomalySubscriptions": [s for arn, s in subscriptions_of(self).items() if not wanted or arn in wanted]})


def update_anomaly_subscription(self):
    arn = self._get_param("SubscriptionArn")
    for member in ("Frequency", "MonitorArnList", "Subscribers", "SubscriptionName", "ThresholdExpression"):
        value = self._get_param(member)
        if value is not None:
            subscriptions_of(self)[arn][member] = value
    return json.dumps({"SubscriptionArn": arn})


def delete_anomaly_subscription(self):
    subscriptions_of(self).pop(self._get_param("SubscriptionArn"), None)
    return json.dumps({})


for call in (create_anomaly_subscription, get_anomaly_subscriptions, update_anomaly_subscription, delete_anomaly_subscription):
    add(CostExplorerResponse, call)


# Kept by moto when their owner is deleted, and part of it in AWS: interfaces of endpoints and servers, the list of rules that every
# network is born with, tags, name servers of a zone.
NEVER_CLEARED = ("enis", "network_acls", "tags", "resource_tags", "delegation_sets")
REGIONS = ("us-east-1", "eu-central-1", "us-gov-west-1")


def wake():
    """moto makes the default network, images and buses of a region when it is first asked; here that is before the first inventory."""
    for service in ("ec2", "events", "kms", "secretsmanager", "iam", "ssm", "cloudwatch", "elbv2", "autoscaling", "ecr", "ecs", "logs"):
        for region in REGIONS if service != "iam" else ("aws", "aws-us-gov"):
            get_backend(service)[DEFAULT_ACCOUNT_ID][region]


def inventory():
    """One line for each object: service, region, kind and key, of every backend that was used."""
    for backends in list(BackendDict._instances):
        for regions in list(backends.values()):
            for region, backend in list(regions.items()):
                for kind, objects in sorted(vars(backend).items()):
                    if isinstance(objects, dict) and kind not in NEVER_CLEARED:
                        yield from lines(f"{backends.service_name} {region} {kind}", objects)


def lines(where, objects):
    for key, value in objects.items():
        if isinstance(value, dict) and value and not isinstance(key, tuple):
            yield from lines(f"{where} {key}", value)
        elif value is not None and not (isinstance(value, (dict, list, set, str)) and not value):
            state = state_of(value)
            if state != "gone":
                yield f"{where} {key}" + (f" ({state})" if state else "")


def state_of(value):
    """A deletion that waits, as AWS calls it; gone for what AWS shows for a while and nobody pays for; else None."""
    instances = member(value, "instances")
    if isinstance(instances, list) and instances and all(member(one, "state") == "terminated" for one in instances):
        return "gone"
    if member(value, "state") == "deleted" or member(value, "status") in ("deleted", "INACTIVE"):
        return "gone"
    return "deleted" if member(value, "deleted_date") else member(value, "key_state")


def member(value, name):
    """A member of any of moto's objects, some of which compute it and fail; as text where it is none of Python's own types."""
    try:
        found = getattr(value, name, None)
        return found if found is None or isinstance(found, (str, list, dict, int, float)) else str(found)
    except Exception:
        return None


def main(port):
    wake()
    aws = DomainDispatcherApplication(create_backend_app)
    turn = threading.Lock()

    answered = {}

    def ask(environ):
        """moto's answer, or the one that it gave to the same call before: a client whose connection broke asks again with the same id."""
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call in answered:
            return answered[call]
        heads = []
        body = b"".join(aws(environ, lambda status, headers, exc_info=None: heads.append((status, headers))))
        status, headers = heads[-1]
        if call is not None and status.startswith("2"):
            answered[call] = (status, headers, body)
        return status, headers, body

    def answer(environ, start_response):
        with turn:
            if environ["PATH_INFO"] == "/inventory":
                body = "\n".join(inventory()).encode()
                status, headers = "200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
            else:
                status, headers, body = ask(environ)
        start_response(status, headers)
        return [body]

    run_simple("127.0.0.1", port, answer, threaded=True)


main(int(sys.argv[1]))
