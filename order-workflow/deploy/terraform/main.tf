# Written by `cargo xtask emit-deploy`: edits are lost. What differs from one catalogue to another is in
# workflows.tf, what differs from one deployment to another in variables.tf.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  package   = coalesce(var.package, "${path.module}/${local.default_package}")
  alarms    = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

# The handlers: one program, which a variable tells whose handler it is.

resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.functions
  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_in_days
}

resource "aws_iam_role" "function" {
  for_each = local.functions
  name     = "${var.name}-${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = "calls"
  role     = aws_iam_role.function[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_lambda_function" "function" {
  for_each         = local.functions
  function_name    = "${var.name}-${each.key}"
  role             = aws_iam_role.function[each.key].arn
  filename         = local.package
  source_code_hash = filebase64sha256(local.package)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = each.value.timeout

  # Every deployment of new code is a version, and definitions name versions.
  publish = true

  environment {
    variables = merge(local.environment, { WORKFLOW_FUNCTION = each.key })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_iam_role_policy.function]
}

# What else the workflows call.

resource "aws_dynamodb_table" "table" {
  for_each     = local.tables
  name         = each.value.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.key[0].name
  range_key    = try(each.value.key[1].name, null)

  dynamic "attribute" {
    for_each = each.value.key
    content {
      name = attribute.value.name
      type = attribute.value.type
    }
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_sns_topic" "topic" {
  for_each   = local.topics
  name       = each.value
  fifo_topic = endswith(each.value, ".fifo")
}

resource "aws_sqs_queue" "queue" {
  for_each                = local.queues
  name                    = each.value
  fifo_queue              = endswith(each.value, ".fifo")
  sqs_managed_sse_enabled = true
}

resource "aws_cloudwatch_event_bus" "bus" {
  for_each = local.buses
  name     = each.value
}

resource "aws_sfn_activity" "activity" {
  for_each = local.activities
  name     = each.value
}

# The state machines.

resource "aws_cloudwatch_log_group" "workflow" {
  for_each          = local.workflows
  name              = "/aws/vendedlogs/states/${var.name}-${each.key}"
  retention_in_days = var.log_retention_in_days
}

resource "aws_iam_role" "workflow" {
  for_each = local.workflows
  name     = "${var.name}-${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "workflow" {
  for_each = local.workflows
  name     = "calls"
  role     = aws_iam_role.workflow[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_sfn_state_machine" "workflow" {
  for_each = local.workflows
  name     = "${var.name}-${each.key}"
  type     = each.value.type
  role_arn = aws_iam_role.workflow[each.key].arn
  publish  = true

  # The file names the calls of the partition `aws`.
  definition = replace(
    templatefile("${path.module}/${local.definitions}/${each.key}.asl.json", each.value.substitutions),
    "\"arn:aws:states:::",
    "\"arn:${local.partition}:states:::",
  )

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.workflow[each.key].arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.workflow]
}

resource "aws_sfn_alias" "live" {
  for_each = local.workflows
  name     = "live"

  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.workflow[each.key].state_machine_version_arn
    weight                    = 100
  }
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  for_each            = local.workflows
  alarm_name          = "${var.name}-${each.key}-failed"
  alarm_description   = "An execution of ${each.key} failed"
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.workflow[each.key].arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarms
}

resource "aws_cloudwatch_metric_alarm" "timed_out" {
  for_each            = local.workflows
  alarm_name          = "${var.name}-${each.key}-timed-out"
  alarm_description   = "An execution of ${each.key} timed out"
  namespace           = "AWS/States"
  metric_name         = "ExecutionsTimedOut"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.workflow[each.key].arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarms
}

# Events that start a workflow by themselves.

resource "aws_cloudwatch_event_rule" "start" {
  for_each      = local.starts
  name          = "${var.name}-${each.key}"
  description   = "Starts ${each.value.workflow}"
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_iam_role" "start" {
  for_each = local.starts
  name     = "${var.name}-${each.key}-starter"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "start" {
  for_each = local.starts
  name     = "calls"
  role     = aws_iam_role.start[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_cloudwatch_event_target" "start" {
  for_each   = local.starts
  rule       = aws_cloudwatch_event_rule.start[each.key].name
  arn        = aws_sfn_alias.live[each.value.workflow].arn
  role_arn   = aws_iam_role.start[each.key].arn
  input_path = "$.detail"
}

# Requests that start a workflow: a REST API, which holds a body to the schema of the input.

resource "aws_api_gateway_rest_api" "request" {
  count       = length(local.requests) > 0 ? 1 : 0
  name        = "${var.name}-requests"
  description = "Starts workflows"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_request_validator" "request" {
  count                 = length(local.requests) > 0 ? 1 : 0
  rest_api_id           = aws_api_gateway_rest_api.request[0].id
  name                  = "body"
  validate_request_body = true
}

resource "aws_iam_role" "request" {
  for_each = local.requests
  name     = "${var.name}-${each.key}-request"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "request" {
  for_each = local.requests
  name     = "calls"
  role     = aws_iam_role.request[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_api_gateway_model" "request" {
  for_each     = local.requests
  rest_api_id  = aws_api_gateway_rest_api.request[0].id
  name         = each.value.model.title
  content_type = "application/json"
  schema       = jsonencode(each.value.model)
}

resource "aws_api_gateway_resource" "request" {
  for_each    = local.requests
  rest_api_id = aws_api_gateway_rest_api.request[0].id
  parent_id   = aws_api_gateway_rest_api.request[0].root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_method" "request" {
  for_each             = local.requests
  rest_api_id          = aws_api_gateway_rest_api.request[0].id
  resource_id          = aws_api_gateway_resource.request[each.key].id
  http_method          = "POST"
  authorization        = "AWS_IAM"
  request_validator_id = aws_api_gateway_request_validator.request[0].id
  request_models       = { "application/json" = aws_api_gateway_model.request[each.key].name }
}

resource "aws_api_gateway_integration" "request" {
  for_each                = local.requests
  rest_api_id             = aws_api_gateway_rest_api.request[0].id
  resource_id             = aws_api_gateway_resource.request[each.key].id
  http_method             = aws_api_gateway_method.request[each.key].http_method
  type                    = "AWS"
  integration_http_method = "POST"
  uri                     = "arn:${local.partition}:apigateway:${local.region}:states:action/${each.value.action}"
  credentials             = aws_iam_role.request[each.key].arn
  passthrough_behavior    = "NEVER"

  request_templates = {
    "application/json" = <<-VTL
      {"stateMachineArn": "${aws_sfn_alias.live[each.key].arn}", "input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")"}
    VTL
  }
}

resource "aws_api_gateway_method_response" "started" {
  for_each    = local.requests
  rest_api_id = aws_api_gateway_rest_api.request[0].id
  resource_id = aws_api_gateway_resource.request[each.key].id
  http_method = aws_api_gateway_method.request[each.key].http_method
  status_code = "200"
}

resource "aws_api_gateway_integration_response" "started" {
  for_each    = local.requests
  rest_api_id = aws_api_gateway_rest_api.request[0].id
  resource_id = aws_api_gateway_resource.request[each.key].id
  http_method = aws_api_gateway_integration.request[each.key].http_method
  status_code = aws_api_gateway_method_response.started[each.key].status_code
}

resource "aws_api_gateway_method_response" "not_started" {
  for_each    = local.requests
  rest_api_id = aws_api_gateway_rest_api.request[0].id
  resource_id = aws_api_gateway_resource.request[each.key].id
  http_method = aws_api_gateway_method.request[each.key].http_method
  status_code = "500"
}

resource "aws_api_gateway_integration_response" "not_started" {
  for_each           = local.requests
  rest_api_id        = aws_api_gateway_rest_api.request[0].id
  resource_id        = aws_api_gateway_resource.request[each.key].id
  http_method        = aws_api_gateway_integration.request[each.key].http_method
  status_code        = aws_api_gateway_method_response.not_started[each.key].status_code
  selection_pattern  = "[45]\\d{2}"
  response_templates = { "application/json" = jsonencode({ message = "the workflow could not be started" }) }
}

# A deployment is made once and never changes: another takes its place when what it is made of does.
resource "aws_api_gateway_deployment" "request" {
  count       = length(local.requests) > 0 ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.request[0].id

  triggers = {
    made_of = sha1(jsonencode([
      aws_api_gateway_model.request,
      aws_api_gateway_method.request,
      aws_api_gateway_integration.request,
      aws_api_gateway_integration_response.started,
      aws_api_gateway_integration_response.not_started,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "request" {
  count                = length(local.requests) > 0 ? 1 : 0
  rest_api_id          = aws_api_gateway_rest_api.request[0].id
  deployment_id        = aws_api_gateway_deployment.request[0].id
  stage_name           = "live"
  xray_tracing_enabled = true
}

output "workflows" {
  description = "The ARN to start each workflow with: its alias"
  value       = { for name, alias in aws_sfn_alias.live : name => alias.arn }
}

output "requests" {
  description = "Where a POST starts a workflow"
  value       = { for name in keys(local.requests) : name => "${aws_api_gateway_stage.request[0].invoke_url}/${name}" }
}
