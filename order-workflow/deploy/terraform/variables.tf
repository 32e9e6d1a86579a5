variable "name" {
  type        = string
  description = "What every name begins with"
  default     = "order-workflow"
}

variable "architecture" {
  type        = string
  description = "What `cargo lambda build` built for: arm64 with its option --arm64"
  default     = "arm64"
}

variable "package" {
  type        = string
  description = "The zip file of the handlers, where it is not in target/lambda"
  default     = null
}

variable "log_retention_in_days" {
  type        = number
  description = "How long logs are kept"
  default     = 30
}

variable "alarm_topic_arn" {
  type        = string
  description = "An SNS topic that is told of failed executions; nobody is, where it is empty"
  default     = ""
}

variable "order_db" {
  type        = string
  description = "The SQLite file of the handlers: under /tmp each instance has its own, on a mounted file system all share it"
  default     = "/tmp/orders.sqlite"
}

variable "order_seed" {
  type        = string
  description = "What identifiers follow from, a number: the same in every instance"
  default     = "1"
}

variable "order_chance" {
  type        = string
  description = "A number that lets things go wrong, for a demonstration; nothing does without"
  default     = ""
}
