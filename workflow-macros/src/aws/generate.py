"""Writes actions.txt, the table of AWS actions that `#[task(resource = "..")]` is checked with.

    pip download --no-deps botocore && unzip -d botocore botocore-*.whl
    python3 generate.py botocore/botocore/data > actions.txt

The models are botocore's (Apache-2.0). A line `@name id` begins a service: its name in
`arn:aws:states:::aws-sdk:<name>:..` and its id, from which the prefix of its error names is made. The
line after it lists its errors, every other one an action and its arguments as the model spells
them. `*` stands for arguments that are not listed, to keep the file small. The first line names the
services whose actions are not listed.
"""

import gzip
import json
import pathlib
import re
import sys

# Those that state machines call most, by their directory in botocore.
SERVICES = """
athena batch bedrock bedrock-agent-runtime bedrock-runtime cloudformation cloudwatch codebuild
comprehend databrew dynamodb ec2 ecr ecs efs eks emr emr-containers emr-serverless events
firehose glue kinesis kms lambda logs mediaconvert pipes rds rds-data redshift-data
rekognition s3 sagemaker scheduler secretsmanager sesv2 sns sqs ssm stepfunctions sts textract
transcribe translate
""".split()
WITHOUT_ARGUMENTS = {"ec2"}


def model(directory):
    newest = sorted(path for path in directory.iterdir() if path.is_dir())[-1]
    packed = newest / "service-2.json.gz"
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads((newest / "service-2.json").read_text())


def name_of(service_id):
    return re.sub("[^a-z0-9]", "", service_id.lower())


def service(directory):
    read = model(directory)
    shapes = read["shapes"]
    service_id = read["metadata"]["serviceId"]
    yield f"@{name_of(service_id)} {service_id}"
    yield " ".join(sorted(shape for shape, of in shapes.items() if of.get("exception")))
    for action, of in sorted(read["operations"].items()):
        members = shapes[of["input"]["shape"]].get("members", {}) if "input" in of else {}
        arguments = ["*"] if directory.name in WITHOUT_ARGUMENTS else sorted(members)
        yield " ".join([action, *arguments])


def main():
    data = pathlib.Path(sys.argv[1])
    others = (path for path in data.iterdir() if path.is_dir() and path.name not in SERVICES)
    print(" ".join(sorted(name_of(model(path)["metadata"]["serviceId"]) for path in others)))
    blocks = sorted("\n".join(service(data / directory)) for directory in SERVICES)
    print("\n".join(blocks))


main()
