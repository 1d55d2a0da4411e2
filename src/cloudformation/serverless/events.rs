//! What a function's role is given for its events, and for what becomes of them.
//!
//! Source: AWS SAM Developer Guide, "EventSource", "EventInvokeConfiguration", "DeadLetterQueue".

use super::nodes::{attribute, list, map, not_seen, policy, text};
use super::policies::{Policies, allowing};
use crate::model::source::Span;
use crate::yaml::Node;

/// Events that the function fetches itself, and the policy that it needs for that.
const FETCHED: &[(&str, &str)] = &[
    ("DynamoDB", "AWSLambdaDynamoDBExecutionRole"),
    ("Kinesis", "AWSLambdaKinesisExecutionRole"),
    ("MSK", "AWSLambdaMSKExecutionRole"),
    ("SQS", "AWSLambdaSQSQueueExecutionRole"),
];

/// Events for which the transform writes a policy on secrets, keys and networks.
const WITH_SECRETS: &[&str] = &["DocumentDB", "MQ", "SelfManagedKafka"];

impl Policies {
    /// Adds what the events of a function, and its own properties beside them, ask for.
    pub(super) fn add_events(&mut self, properties: &Node, function: &str) {
        if let Some(queue) = properties.get("DeadLetterQueue") {
            let of = queue.get("Type").and_then(Node::as_text);
            let action = match of {
                Some("SNS") => "sns:Publish",
                _ => "sqs:SendMessage",
            };
            if let Some(target) = queue.get("TargetArn") {
                let statements = [(action, target.clone())];
                let policy = allowing("DeadLetterQueuePolicy", &statements, target.span);
                self.inline.push(policy);
            }
        }
        let destinations = properties
            .get("EventInvokeConfig")
            .and_then(|config| config.get("DestinationConfig"));
        for when in ["OnSuccess", "OnFailure"] {
            let destination = destinations.and_then(|destinations| destinations.get(when));
            if let Some(destination) = destination {
                let name = format!("{function}EventInvokeConfig{when}");
                self.add_destination(destination, &name);
            }
        }
        let events = properties.get("Events").map_or(&[][..], Node::entries);
        for (key, event) in events {
            self.add_event(event, &format!("{function}{}", key.text), key.span);
        }
    }

    fn add_event(&mut self, event: &Node, name: &str, at: Span) {
        let of = event.get("Type").and_then(Node::as_text);
        let fetched = FETCHED.iter().find(|(own, _)| Some(*own) == of);
        if let Some((_, managed)) = fetched {
            self.add_managed(managed, at);
        }
        let property = |name: &str| event.get("Properties")?.get(name);
        let is_known = fetched.is_some()
            && property("SourceAccessConfigurations").is_none()
            && property("SchemaRegistryConfig").is_none();
        if !is_known && (fetched.is_some() || of.is_some_and(|of| WITH_SECRETS.contains(&of))) {
            self.inline
                .push(policy(&format!("{name}Policy"), not_seen(at)));
        }
        let failure = property("DestinationConfig").and_then(|config| config.get("OnFailure"));
        if let Some(destination) = failure.filter(|one| one.get("Type").is_some()) {
            self.add_destination(destination, name);
        }
    }

    /// Adds leave to send to a destination; where none is named, the transform makes one.
    fn add_destination(&mut self, destination: &Node, name: &str) {
        let at = destination.span;
        let to = destination.get("Destination").cloned();
        let made = |what: &str| {
            to.clone()
                .unwrap_or_else(|| attribute(&format!("{name}{what}"), "Arn", at))
        };
        let statements = match destination.get("Type").and_then(Node::as_text) {
            Some("SQS") => vec![("sqs:SendMessage", made("Queue"))],
            Some("SNS") => vec![("sns:Publish", made("Topic"))],
            Some("EventBridge") => vec![("events:PutEvents", made("Bus"))],
            Some("Lambda") => vec![("lambda:InvokeFunction", made("Function"))],
            Some("S3" | "S3Bucket") => {
                let bucket = made("Bucket");
                let objects = list(vec![bucket.clone(), text("*", at)], at);
                let objects = list(vec![text("/", at), objects], at);
                let objects = map([("Fn::Join", objects)], at);
                vec![("s3:PutObject", objects), ("s3:ListBucket", bucket)]
            }
            _ => return,
        };
        self.inline
            .push(allowing(&format!("{name}Policy"), &statements, at));
    }
}
