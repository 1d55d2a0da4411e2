//! What a function's role is given for its events, and for what becomes of them.
//!
//! Source: AWS SAM Developer Guide, "`EventSource`", "`EventInvokeConfiguration`", "`DeadLetterQueue`".

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
    /// Adds what is asked for by where a function sends what it could not work off, and what it is told of that.
    pub(super) fn add_destinations(&mut self, properties: &Node, function: &str) {
        if let Some(queue) = properties.get("DeadLetterQueue")
            && let Some(target) = queue.get("TargetArn")
        {
            let action = match queue.get("Type").and_then(Node::as_text) {
                Some("SNS") => "sns:Publish",
                _ => "sqs:SendMessage",
            };
            let version = Some("2012-10-17");
            let statements = [(action, target.clone())];
            let policy = allowing("DeadLetterQueuePolicy", version, &statements, target.span);
            self.inline.push(policy);
        }
        let config = properties.get("EventInvokeConfig");
        let destinations = config.and_then(|config| config.get("DestinationConfig"));
        for when in ["OnSuccess", "OnFailure"] {
            if let Some(destination) = destinations.and_then(|all| all.get(when)) {
                let name = format!("{function}EventInvokeConfig{when}");
                self.add_destination(destination, &name);
            }
        }
    }

    /// Adds what the events of a function ask for.
    pub(super) fn add_events(&mut self, properties: &Node, function: &str) {
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
        let of = destination.get("Type").and_then(Node::as_text);
        let named = destination.get("Destination").cloned();
        let to = named.unwrap_or_else(|| {
            let made = match of {
                Some("SNS") => "Topic",
                _ => "Queue",
            };
            attribute(&format!("{name}{made}"), "Arn", at)
        });
        let (kind, statements) = match of {
            Some("SQS") => ("SQS", vec![("sqs:SendMessage", to)]),
            Some("SNS") => ("SNS", vec![("sns:Publish", to)]),
            Some("EventBridge") => ("EventBridge", vec![("events:PutEvents", to)]),
            Some("Lambda") => ("Lambda", vec![("lambda:InvokeFunction", to)]),
            Some("S3" | "S3Bucket") => {
                let objects = list(vec![to.clone(), text("*", at)], at);
                let objects = list(vec![text("/", at), objects], at);
                let objects = map([("Fn::Join", objects)], at);
                let statements = vec![("s3:PutObject", objects), ("s3:ListBucket", to)];
                ("S3", statements)
            }
            _ => return,
        };
        let name = format!("{name}{kind}Policy");
        self.inline.push(allowing(&name, None, &statements, at));
    }
}
