// Validates definitions with npm's asl-validator.
//
// Usage: node validate_asl.mjs MODULES FILE..
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const validate = createRequire(join(resolve(modules), "x.js"))("asl-validator");

const OUTPUT = "an Output that is neither an object nor an expression is refused";
const EMPTY = "an empty text is refused";
const LIST = "a list in a list that holds more than objects is refused";

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The definition without what is refused in it wrongly; what that was is added to `met`. */
function spared(value, met) {
  if (value === "") {
    met.add(EMPTY);
    return "text";
  }
  if (Array.isArray(value)) {
    return value.map((item) => {
      if (!Array.isArray(item) || item.every(isObject)) return spared(item, met);
      met.add(LIST);
      return [];
    });
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const isExpression = typeof item === "string" && item.startsWith("{%");
    if (key !== "Output" || isObject(item) || isExpression) return [key, spared(item, met)];
    met.add(OUTPUT);
    return [key, "{% 1 %}"];
  });
  return Object.fromEntries(entries);
}

const counts = { definitions: files.length, differ: 0 };
for (const file of files) {
  // It writes into what it is given, so it is given a copy of its own.
  const definition = readFileSync(file, "utf8");
  if (validate(JSON.parse(definition)).isValid) continue;
  counts.differ += 1;
  // One such error brings others with it, so what is left without them is told.
  const met = new Set();
  const { isValid, errors } = validate(spared(JSON.parse(definition), met));
  const others = isValid ? [] : errors.map((error) => `${error["Error code"]}: ${error.Message ?? JSON.stringify(error)}`);
  const what = [...met, ...others];
  console.log(JSON.stringify({ kind: "difference", where: file, workflow: "", what }));
}
console.log(JSON.stringify({ kind: "summary", counts }));
