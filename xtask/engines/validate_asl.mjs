// Validates definitions with npm's asl-validator.
//
// Usage: node validate_asl.mjs MODULES FILE..
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const validate = createRequire(join(resolve(modules), "x.js"))("asl-validator");
const counts = { definitions: files.length, differ: 0 };
for (const file of files) {
  // It writes into what it is given, so it is given a copy of its own.
  const { isValid, errors } = validate(JSON.parse(readFileSync(file, "utf8")));
  if (isValid) continue;
  counts.differ += 1;
  const what = errors.map((error) => `${error["Error code"]}: ${error.Message ?? JSON.stringify(error)}`);
  console.log(JSON.stringify({ kind: "difference", where: file, workflow: "", what }));
}
console.log(JSON.stringify({ kind: "summary", counts }));
