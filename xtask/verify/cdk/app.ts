// A CDK app that deploys one of the workflows. Arguments: the repository, a directory with the handlers'
// `bootstrap` or a zip file of it, and the directory to synthesise into.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

const [repository, handlers, outdir] = process.argv.slice(2);
const definition = path.join(repository, 'order-workflow/asl/order-fulfillment.asl.json');

const app = new App({ outdir });
const stack = new Stack(app, 'shop');

// The placeholders of the definition are the names of its functions.
const placeholders = new Set(fs.readFileSync(definition, 'utf8').match(/(?<=\$\{)\w+(?=\})/g));
const functions = [...placeholders].map(
  (name) =>
    new lambda.Function(stack, name, {
      code: lambda.Code.fromAsset(handlers),
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: 'bootstrap',
      timeout: Duration.seconds(30),
      tracing: lambda.Tracing.ACTIVE,
      // Executions that run call the version that they started with.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment: { WORKFLOW_FUNCTION: name, ORDER_SEED: '1' },
    }),
);

const machine = new sfn.StateMachine(stack, 'OrderFulfillment', {
  definitionBody: sfn.DefinitionBody.fromFile(definition),
  definitionSubstitutions: Object.fromEntries(
    functions.map((fn) => [fn.node.id, fn.currentVersion.functionArn]),
  ),
  tracingEnabled: true,
});
functions.forEach((fn) => fn.currentVersion.grantInvoke(machine));
machine.metricFailed().createAlarm(stack, 'Failed', { threshold: 1, evaluationPeriods: 1 });

app.synth();
