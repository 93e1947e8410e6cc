import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { resultText, simulate } from '../../src/index.js';
import { scenarioFile } from '../../src/node.js';
import { printSchema } from '../../src/scenario/json-definitions.js';
import { smallScenario } from '../cli/harness.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PATH = join(ROOT, 'schema', 'result.schema.json');
const written = readFileSync(PATH, 'utf8');
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(written));

/** What the schema says about a document. */
function problemsOf(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

describe('the JSON Schema of the result', () => {
  it('is that of the types (npm run schema writes it)', async () => {
    const { resultSchema } = (await import(join(ROOT, 'scripts', 'result-schema.mjs'))) as {
      readonly resultSchema: () => unknown;
    };
    expect(written === `${printSchema(resultSchema())}\n`, 'run `npm run schema`').toBe(true);
  });

  it.each([
    'scenarios/first.yaml',
    'scenarios/order-saga.yaml',
    'scenarios/patterns/acks.yaml',
    'scenarios/patterns/autoscaling.yaml',
    'scenarios/patterns/cache-ttl.yaml',
    'scenarios/patterns/cost-of-headroom.yaml',
  ])('has every field of the result of %s', async (path) => {
    const result = await simulate(scenarioFile(join(ROOT, path)), { replications: 1 });
    expect(problemsOf(JSON.parse(resultText(result)))).toEqual([]);
  });

  it('refuses another type, an unknown field and a missing one', async () => {
    const document = JSON.parse(resultText(await simulate(smallScenario(), { replications: 1 })));
    expect(problemsOf(document)).toEqual([]);
    expect(problemsOf({ ...document, seed: '7' }).join()).toContain('/seed must be number');
    expect(problemsOf({ ...document, more: 1 }).join()).toContain('must NOT have additional');
    const { digest: _digest, ...rest } = document;
    expect(problemsOf(rest).join()).toContain("must have required property 'digest'");
  });

  it('describes fields with their units', () => {
    const { definitions, description } = JSON.parse(written);
    expect(description).toContain('Durations are in seconds');
    const { goodput, wasted } = definitions.VariantSummary.properties;
    expect(goodput).toHaveProperty('$ref');
    expect(wasted).toHaveProperty('$ref');
    expect(definitions.Series.properties.rate.description).toContain('per second');
  });
});
