//! From state machines to what runs on AWS: what each must be allowed to do, and templates for the
//! tools that deploy.
//!
//! [`Calls::of`] reads a definition and says what it asks AWS for. [`Policy::of`] allows just that, and
//! [`check_policy`] tells what a policy lacks and what it has too much. A [`Deployment`] puts the workflows
//! of a [`Catalogue`](crate::Catalogue) together with their Lambda functions, tables, topics, queues, roles,
//! logs and alarms, and writes them as an AWS SAM template ([`Deployment::sam`]), as a Terraform module
//! ([`Deployment::terraform`]), or with the ARNs of one account ([`Deployment::console`]).
//!
//! Everything that is deployed has a name that begins with the name of the stack, so that ARNs are known
//! before anything exists and several stacks fit into one account.

mod calls;
mod console;
mod fill;
mod hcl;
mod policy;
mod requests;
mod sam;
mod services;
mod settings;
mod terraform;
#[cfg(test)]
mod tests;
mod triggers;
mod yaml;

pub use calls::{Calls, Known, Need, Thing};
pub use console::Place;
pub use policy::{Finding, Policy, Statement, check_policy};
pub use requests::Request;
pub use settings::{DeployError, Deployment, Function, Machine, Settings, Variable};
pub use triggers::Trigger;
