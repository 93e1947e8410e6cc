// `npm run schema`: writes schema/scenario.schema.json from the schemas of the program, and schema/result.schema.json from
// the types of the result document.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSchema, shareDefinitions } from '../dist/scenario/json-definitions.js';
import { scenarioJsonSchema } from '../dist/scenario/json-schema.js';
import { resultSchema } from './result-schema.mjs';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'schema');
mkdirSync(folder, { recursive: true });
for (const [name, schema] of [
  ['scenario', shareDefinitions(scenarioJsonSchema())],
  ['result', resultSchema()],
]) {
  const path = join(folder, `${name}.schema.json`);
  writeFileSync(path, `${printSchema(schema)}\n`);
  process.stdout.write(`wrote ${path}\n`);
}
