// Evaluates recorded expressions with npm's jsonata, the version that Step Functions has, and compares.
//
// Usage: node run_jsonata.mjs FOLDER MODULES. The functions that Step Functions adds are written here; what an
// expression draws (a time, a random value) is not compared.
import { createHash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const [folder, modules] = process.argv.slice(2);
const jsonata = createRequire(join(resolve(modules), "x.js"))("jsonata");

const HASHES = { MD5: "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };

function prepared(source) {
  const expression = jsonata(source);
  expression.registerFunction("partition", (items, size) => {
    const parts = [];
    for (let at = 0; at < items.length; at += Math.trunc(size)) parts.push(items.slice(at, at + Math.trunc(size)));
    return parts;
  });
  expression.registerFunction("range", (first, last, step) => {
    const numbers = [];
    for (let at = first; step > 0 ? at <= last : at >= last; at += step) numbers.push(at);
    return numbers;
  });
  expression.registerFunction("hash", (text, name) => createHash(HASHES[name]).update(text).digest("hex"));
  // Of nothing it makes nothing, as functions of JSONata do.
  expression.registerFunction("parse", (text) => (text === undefined ? undefined : JSON.parse(text)));
  return expression;
}

/** JSON with its keys in order, so that equal values are equal texts. */
function written(value) {
  if (Array.isArray(value)) return `[${value.map((item) => written(item === undefined ? null : item)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${written(value[key])}`).join(",")}}`;
  }
  return Object.is(value, -0) ? "0" : JSON.stringify(value);
}

async function evaluated(source, bindings) {
  try {
    const value = await prepared(source).evaluate(undefined, bindings);
    if (value === undefined) return "nothing";
    return typeof value === "function" ? "an error" : written(value);
  } catch (error) {
    return "an error";
  }
}

const seen = new Set();
const expressions = new Set();
const counts = { evaluations: 0, expressions: 0, errors: 0, drawn: 0, differ: 0 };
for (const name of readdirSync(folder).filter((name) => name.endsWith(".jsonl")).sort()) {
  for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
    if (!line.startsWith('{"expression"')) continue;
    const { expression, bindings, drawn, value, cause } = JSON.parse(line);
    if (seen.has(line)) continue;
    seen.add(line);
    if (drawn) {
      counts.drawn += 1;
      continue;
    }
    expressions.add(expression);
    counts.evaluations += 1;
    let ours = cause === undefined ? written(value) : "an error";
    if (cause !== undefined && cause.endsWith("returned nothing (undefined).")) ours = "nothing";
    if (ours === "an error") counts.errors += 1;
    const theirs = await evaluated(expression, bindings);
    if (ours !== theirs) {
      counts.differ += 1;
      const what = [`${expression} is ${ours}${cause ? ` (${cause})` : ""}, and ${theirs} of jsonata`];
      console.log(JSON.stringify({ kind: "difference", where: name, workflow: "", what, input: written(bindings) }));
    }
  }
}
counts.expressions = expressions.size;
console.log(JSON.stringify({ kind: "summary", counts }));
