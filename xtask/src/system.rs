//! What this workspace deploys: the catalogue of `order-workflow`, and what it does not say.

use workflow_core::deploy::{DeployError, Deployment, Settings};

/// The program that holds the handlers, as `cargo lambda build` names it.
pub(crate) const PROGRAM: &str = "order-workflow-lambda";
/// The name of the stack, unless whoever deploys chooses another.
pub(crate) const STACK: &str = "order-workflow";

/// The deployment of all workflows.
pub(crate) fn deployment() -> Result<Deployment, DeployError> {
    let settings = Settings::new(STACK)
        .variable(
            "ORDER_DB",
            "/tmp/orders.sqlite",
            "The SQLite file of the handlers: under /tmp each instance has its own, on a mounted file system all share it",
        )
        .variable("ORDER_SEED", "1", "What identifiers follow from, a number: the same in every instance")
        .variable("ORDER_CHANCE", "", "A number that lets things go wrong, for a demonstration; nothing does without")
        .on_event("order-fulfillment", "shop.web", "OrderPlaced")
        .on_request("refund");
    Deployment::new(settings, &order_workflow::workflows::catalogue())
}
