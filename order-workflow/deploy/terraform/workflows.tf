# Written by `cargo xtask emit-deploy`: edits are lost.

locals {
  definitions = "../../asl"

  default_package = "../../../target/lambda/order-workflow-lambda/bootstrap.zip"

  environment = {
    ORDER_DB     = var.order_db
    ORDER_SEED   = var.order_seed
    ORDER_CHANCE = var.order_chance
  }

  functions = {
    ChargeCustomerFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ChargeCustomerFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ConfirmOrderFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ConfirmOrderFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    FulfillmentHandleErrors = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-FulfillmentHandleErrors:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    FulfillmentNotifyCustomer = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-FulfillmentNotifyCustomer:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    FulfillmentPrepareShipment = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-FulfillmentPrepareShipment:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    FulfillmentProcessPayment = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-FulfillmentProcessPayment:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    FulfillmentValidateOrder = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-FulfillmentValidateOrder:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ItemsInStockRetriever = {
      timeout = 60
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ItemsInStockRetriever:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    NotifyCustomerFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-NotifyCustomerFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    PayBackFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-PayBackFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    PaymentVerifier = {
      timeout = 60
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-PaymentVerifier:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ProcessPaymentFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ProcessPaymentFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    PurchaseHandler = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-PurchaseHandler:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    PurchaseLambda = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-PurchaseLambda:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    RefundHandler = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-RefundHandler:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    RefundLambda = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-RefundLambda:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ReleaseStockFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ReleaseStockFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    RequestApprovalFunction = {
      timeout = 900
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-RequestApprovalFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ReserveStockFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ReserveStockFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ResultHandler = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ResultHandler:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ShipGoodsFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ShipGoodsFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ShipOrderFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ShipOrderFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    ValidateOrderFunction = {
      timeout = 30
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-ValidateOrderFunction:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    chargePaymentMethod = {
      timeout = 60
      statements = [
        {
          Sid    = "LogsCreateLogStream"
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
          ]
          Resource = [
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}-chargePaymentMethod:*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
  }

  tables = {
    CustomerOrdersTable = {
      name = "CustomerOrders"
      key = [
        {
          name = "OrderId"
          type = "S"
        },
      ]
    }
  }

  topics = {
    OrderUpdatesTopic = "OrderUpdates"
  }

  queues = {}

  buses = {}

  activities = {}

  workflows = {
    "purchase-refund" = {
      type = "STANDARD"
      substitutions = {
        PurchaseLambda = aws_lambda_function.function["PurchaseLambda"].qualified_arn
        RefundLambda   = aws_lambda_function.function["RefundLambda"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-PurchaseLambda:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-RefundLambda:*",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    transaction = {
      type = "STANDARD"
      substitutions = {
        PurchaseHandler = aws_lambda_function.function["PurchaseHandler"].qualified_arn
        RefundHandler   = aws_lambda_function.function["RefundHandler"].qualified_arn
        ResultHandler   = aws_lambda_function.function["ResultHandler"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-PurchaseHandler:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-RefundHandler:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ResultHandler:*",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    "order-lifecycle" = {
      type = "STANDARD"
      substitutions = {
        NotifyCustomerFunction = aws_lambda_function.function["NotifyCustomerFunction"].qualified_arn
        ProcessPaymentFunction = aws_lambda_function.function["ProcessPaymentFunction"].qualified_arn
        ShipOrderFunction      = aws_lambda_function.function["ShipOrderFunction"].qualified_arn
        ValidateOrderFunction  = aws_lambda_function.function["ValidateOrderFunction"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-NotifyCustomerFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ProcessPaymentFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ShipOrderFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ValidateOrderFunction:*",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    "order-fulfillment" = {
      type = "STANDARD"
      substitutions = {
        FulfillmentHandleErrors    = aws_lambda_function.function["FulfillmentHandleErrors"].qualified_arn
        FulfillmentNotifyCustomer  = aws_lambda_function.function["FulfillmentNotifyCustomer"].qualified_arn
        FulfillmentPrepareShipment = aws_lambda_function.function["FulfillmentPrepareShipment"].qualified_arn
        FulfillmentProcessPayment  = aws_lambda_function.function["FulfillmentProcessPayment"].qualified_arn
        FulfillmentValidateOrder   = aws_lambda_function.function["FulfillmentValidateOrder"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-FulfillmentHandleErrors:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-FulfillmentNotifyCustomer:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-FulfillmentPrepareShipment:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-FulfillmentProcessPayment:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-FulfillmentValidateOrder:*",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    "order-processing" = {
      type = "STANDARD"
      substitutions = {
        AwsAccountId          = "${local.account}"
        AwsRegion             = "${local.region}"
        ItemsInStockRetriever = aws_lambda_function.function["ItemsInStockRetriever"].qualified_arn
        PaymentVerifier       = aws_lambda_function.function["PaymentVerifier"].qualified_arn
        chargePaymentMethod   = aws_lambda_function.function["chargePaymentMethod"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ItemsInStockRetriever:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-PaymentVerifier:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-chargePaymentMethod:*",
          ]
        },
        {
          Sid    = "DynamodbPutItem"
          Effect = "Allow"
          Action = [
            "dynamodb:PutItem",
          ]
          Resource = [
            "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/CustomerOrders",
          ]
        },
        {
          Sid    = "SnsPublish"
          Effect = "Allow"
          Action = [
            "sns:Publish",
          ]
          Resource = [
            "arn:${local.partition}:sns:${local.region}:${local.account}:OrderUpdates",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    "order-saga" = {
      type = "STANDARD"
      substitutions = {
        ChargeCustomerFunction  = aws_lambda_function.function["ChargeCustomerFunction"].qualified_arn
        ConfirmOrderFunction    = aws_lambda_function.function["ConfirmOrderFunction"].qualified_arn
        PayBackFunction         = aws_lambda_function.function["PayBackFunction"].qualified_arn
        ReleaseStockFunction    = aws_lambda_function.function["ReleaseStockFunction"].qualified_arn
        RequestApprovalFunction = aws_lambda_function.function["RequestApprovalFunction"].qualified_arn
        ReserveStockFunction    = aws_lambda_function.function["ReserveStockFunction"].qualified_arn
        ShipGoodsFunction       = aws_lambda_function.function["ShipGoodsFunction"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ChargeCustomerFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ConfirmOrderFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-PayBackFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ReleaseStockFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-RequestApprovalFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ReserveStockFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-ShipGoodsFunction:*",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
    refund = {
      type = "STANDARD"
      substitutions = {
        PayBackFunction         = aws_lambda_function.function["PayBackFunction"].qualified_arn
        RequestApprovalFunction = aws_lambda_function.function["RequestApprovalFunction"].qualified_arn
      }
      statements = [
        {
          Sid    = "LambdaInvokeFunction"
          Effect = "Allow"
          Action = [
            "lambda:InvokeFunction",
          ]
          Resource = [
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-PayBackFunction:*",
            "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-RequestApprovalFunction:*",
          ]
        },
        {
          Sid    = "LogsCreateLogDelivery"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ]
          Resource = [
            "*",
          ]
        },
        {
          Sid    = "XrayPutTraceSegments"
          Effect = "Allow"
          Action = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
          ]
          Resource = [
            "*",
          ]
        },
      ]
    }
  }

  starts = {
    "order-fulfillment-OrderPlaced" = {
      workflow = "order-fulfillment"
      pattern = {
        source = [
          "shop.web",
        ]
        "detail-type" = [
          "OrderPlaced",
        ]
        detail = {
          order_id = [
            {
              exists = true
            },
          ]
          amount = [
            {
              exists = true
            },
          ]
          shipping_address = [
            {
              exists = true
            },
          ]
          email = [
            {
              exists = true
            },
          ]
        }
      }
      statements = [
        {
          Sid    = "StatesStartExecution"
          Effect = "Allow"
          Action = [
            "states:StartExecution",
          ]
          Resource = [
            "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${var.name}-order-fulfillment:live",
          ]
        },
      ]
    }
  }

  requests = {
    refund = {
      action = "StartExecution"
      model = {
        type = "object"
        properties = {
          orderId = {
            type = "string"
          }
          paymentId = {
            type = "string"
          }
          cents = {
            type    = "integer"
            minimum = -9223372036854775808
            maximum = 9223372036854775807
          }
        }
        required = [
          "orderId",
          "paymentId",
          "cents",
        ]
        "$schema" = "http://json-schema.org/draft-04/schema#"
        title     = "Refund"
      }
      statements = [
        {
          Sid    = "StatesStartExecution"
          Effect = "Allow"
          Action = [
            "states:StartExecution",
          ]
          Resource = [
            "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${var.name}-refund:live",
          ]
        },
      ]
    }
  }
}
