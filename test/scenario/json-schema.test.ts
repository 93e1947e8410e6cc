import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { faultKinds, policyKinds } from '../../src/patterns/registry.js';
import { shareDefinitions, printSchema } from '../../src/scenario/json-definitions.js';
import type { JsonSchema } from '../../src/scenario/json-schema.js';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.js';
import { BAD_SHAPES, RIGHT } from './bad-input.js';

const schema = scenarioJsonSchema();
// As it is published: with its repeated parts shared.
const accepts = new Ajv({ strict: false, logger: false }).compile(shareDefinitions(schema));
const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.yaml`, import.meta.url), 'utf8');

/** Every property of every object of the schema, with its path. */
function properties(node: unknown, path = ''): (readonly [string, JsonSchema])[] {
  if (Array.isArray(node)) return node.flatMap((item, i) => properties(item, `${path}[${i}]`));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, inner]) => {
    const own =
      key === 'properties'
        ? Object.entries(inner as Record<string, JsonSchema>).map(
            ([name, field]) => [`${path}.${name}`, field] as const,
          )
        : [];
    return [...own, ...properties(inner, `${path}/${key}`)];
  });
}

/** A schema with every reference replaced by its definition, except references to the definitions in `kept`. */
function expanded(schema: JsonSchema, kept: ReadonlySet<string>): unknown {
  const definitions = schema.definitions as JsonSchema;
  const expand = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(expand);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref } = node as JsonSchema;
    const target = typeof $ref === 'string' ? $ref.replace('#/definitions/', '') : undefined;
    if (target !== undefined && !kept.has(target)) return expand(definitions[target]);
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, expand(part)]));
  };
  const own = Object.entries(definitions).filter(([name]) => kept.has(name));
  return expand({ ...schema, definitions: Object.fromEntries(own) });
}

describe('the JSON Schema of a scenario', () => {
  it('is the one in schema/scenario.schema.json (npm run schema writes it)', () => {
    const written = readFileSync(
      new URL('../../schema/scenario.schema.json', import.meta.url),
      'utf8',
    );
    const isCurrent = written === `${printSchema(shareDefinitions(schema))}\n`;
    expect(isCurrent, 'schema/scenario.schema.json is out of date: run `npm run schema`').toBe(
      true,
    );
    expect(written.length).toBeLessThan(700_000);
  });

  it('says the same with its repeated parts shared', () => {
    const shared = shareDefinitions(schema);
    const own = new Set(Object.keys(schema.definitions as JsonSchema));
    expect(Object.keys(shared.definitions as JsonSchema).length).toBeGreaterThan(own.size + 50);
    expect(expanded(shared, own)).toEqual(schema);
  });

  it('is draft-7 and describes every property', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    const all = properties(schema);
    expect(all.length).toBeGreaterThan(250);
    const silent = all.filter(
      ([, field]) => typeof field.description !== 'string' || field.description.length < 5,
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('has an enum or a constant for every closed list of words', () => {
    const text = JSON.stringify(schema);
    for (const words of [
      ['fifo', 'lifo', 'adaptiveLifo', 'priority', 'fair', 'codel'],
      ['threads', 'async', 'eventLoop'],
      [
        'first',
        'kong',
        'leastConnections',
        'leastRequest',
        'nginx',
        'peakEwma',
        'random',
        'roundRobin',
      ],
      ['ignore', 'onDequeue', 'atSteps', 'immediate'],
      ['instance', 'caller', 'global'],
      ['linear', 'step', 'exponential'],
      ['firstMatch', 'kong', 'gatewayApi', 'envoy', 'nginx'],
      ['simple', 'kong', 'envoy', 'nginx', 'spring', 'caddy', 'yarp'],
      ['error', 'warning'],
    ]) {
      expect(text).toContain(`"enum":${JSON.stringify(words)}`);
    }
    for (const { kind } of [...policyKinds, ...faultKinds]) {
      if (policyKinds.filter((p) => p.kind === kind && p.isDefault).length > 0) continue;
      expect(text).toContain(`"const":"${kind}"`);
    }
  });

  it('closes every object', () => {
    const open = properties(schema).filter(
      ([, field]) => field.type === 'object' && field.additionalProperties !== false,
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('shows defaults as they are written', () => {
    const run = (schema.properties as Record<string, JsonSchema>).run.properties as Record<
      string,
      JsonSchema
    >;
    expect(run.warmup.default).toBe('0s');
    expect(run.maxEvents.default).toBe(2_000_000_000);
  });

  it.each(['checkout', 'retry-metastable', 'p99-claim', 'online-boutique'])(
    'accepts %s',
    (name) => {
      expect(accepts(parse(fixture(name))), JSON.stringify(accepts.errors)).toBe(true);
    },
  );

  it('accepts short and long forms alike', () => {
    expect(accepts(parse(RIGHT)), JSON.stringify(accepts.errors)).toBe(true);
    const long = RIGHT.replace('plain: { timeout: 500ms }', 'plain: { timeout: { after: 500ms } }')
      .replace('arrivals: poisson(20/s)', 'arrivals: { kind: poisson, rate: 20/s }')
      .replace('query: orders-db.insert', 'query: { database: orders-db, operation: insert }')
      .replace(
        '- work: lognormal(p50=2ms p99=9ms)',
        '- work: { time: { kind: lognormal, p50: 2ms, p99: 9ms } }',
      );
    expect(accepts(parse(long)), JSON.stringify(accepts.errors)).toBe(true);
  });

  it('refuses misspelt names, wherever they are', () => {
    const misspelt = BAD_SHAPES.filter(({ code }) => code === 'FL201').filter(
      ({ title }) => !title.includes('patch'),
    );
    expect(misspelt.length).toBeGreaterThan(4);
    for (const { edit, title } of misspelt) {
      expect([title, accepts(parse(RIGHT.replace(edit[0], () => edit[1])))]).toEqual([
        title,
        false,
      ]);
    }
  });
});
