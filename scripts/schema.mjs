// `npm run schema`: writes schema/scenario.schema.json from the schemas of the program.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSchema, shareDefinitions } from '../dist/scenario/json-definitions.js';
import { scenarioJsonSchema } from '../dist/scenario/json-schema.js';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'schema');
const path = join(folder, 'scenario.schema.json');
mkdirSync(folder, { recursive: true });
writeFileSync(path, `${printSchema(shareDefinitions(scenarioJsonSchema()))}\n`);
process.stdout.write(`wrote ${path}\n`);
