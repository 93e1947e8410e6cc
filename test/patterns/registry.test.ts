import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  balancerKinds,
  faultKind,
  faultKinds,
  layerNames,
  orderPresets,
  outlierKinds,
  policyKind,
  policyKinds,
  policyNames,
} from '../../src/patterns/registry.js';
import { whole } from '../../src/contracts/quantities/quantities.js';
import { undescribedFields } from '../support/described.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const COMMON_FAULT_FIELDS = [
  'id',
  'kind',
  'target',
  'between',
  'instances',
  'zone',
  'share',
  'at',
  'for',
];

const KINDS_OF = {
  policies: policyKinds.map(({ policy, kind }) => `${policy}/${kind}`),
  faults: faultKinds.map(({ kind }) => kind),
  balancers: balancerKinds.map(({ balancer }) => balancer),
  outliers: outlierKinds.map(({ outlier }) => outlier),
};
const SCHEMAS_OF = {
  policies: policyKinds.map(({ schema }) => schema),
  faults: faultKinds.map(({ schema }) => schema),
  balancers: balancerKinds.map(({ schema }) => schema),
  outliers: outlierKinds.map(({ schema }) => schema),
};
const FOLDERS = Object.keys(KINDS_OF) as (keyof typeof KINDS_OF)[];

const policyFiles = filesIn('../../src/patterns/policies').map((file) => file.replace('.ts', ''));
const testTexts = filesIn('.').map((file) => [file, textOf(file)] as const);

function filesIn(folder: string): readonly string[] {
  return readdirSync(new URL(folder, import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function dashed(letter: string): string {
  return `-${letter.toLowerCase()}`;
}

/** The parsed policies of a kind's example bundle, by policy. */
function bundleOf(example: string): Map<string, { kind: string; config: unknown }> {
  const written = parse(example) as Record<string, Record<string, unknown>>;
  return new Map(
    Object.entries(written).map(([policy, { kind, ...fields }]) => {
      const found = policyKind(policy, kind as string | undefined)!;
      return [policy, { kind: found.kind, config: found.schema.parse(fields) }];
    }),
  );
}

describe('the registry of patterns', () => {
  it.each(FOLDERS)('holds each file of src/patterns/%s', (folder) => {
    const index = textOf('../../src/patterns/index.ts');
    const files = filesIn(`../../src/patterns/${folder}`);
    const lines = files.map((file) => `from './${folder}/${file.replace('.ts', '.js')}';`);
    const missing = lines.filter((line) => !index.includes(line));
    const message = `src/patterns/index.ts: add "export { … } ${missing.join('", "export { … } ')}"`;
    expect(missing, message).toEqual([]);
    expect(KINDS_OF[folder]).toHaveLength(files.length);
  });

  it.each(FOLDERS)('describes each field of src/patterns/%s', (folder) => {
    const bare = SCHEMAS_OF[folder].flatMap((schema, k) =>
      undescribedFields(schema).map((field) => `${KINDS_OF[folder][k]}: ${field}`),
    );
    const message = `src/patterns/${folder}: .describe() with meaning, interaction, unit and default of ${bare.join(', ')}`;
    expect(bare, message).toEqual([]);
  });

  it('is sorted', () => {
    for (const names of [policyNames, ...Object.values(KINDS_OF)]) {
      expect(names).toEqual([...names].sort());
    }
  });

  it.each(policyKinds)('has a test of $policy of kind $kind', ({ policy, kind }) => {
    const [prefix, suffix] = [policy, kind].map((name) => name.replace(/[A-Z]/g, dashed));
    const [file] = policyFiles
      .filter((one) => [`${prefix}-${suffix}`, prefix].includes(one))
      .reverse();
    const isOwn = ([name, text]: readonly [string, string]): boolean =>
      text.includes(`policies/${file}.js`) ||
      (name.startsWith(prefix!) && text.includes(`'${kind}'`));
    const message = `write test/patterns/${prefix}-${suffix}.test.ts with times computed by hand: no test imports ${file}.ts`;
    expect(testTexts.some(isOwn), message).toBe(true);
  });

  it('gives the default kind where none is named, and nothing for what it lacks', () => {
    expect(policyKind('circuitBreaker', undefined)?.kind).toBe('simple');
    expect(policyKind('circuitBreaker', 'gobreaker')?.kind).toBe('gobreaker');
    expect(policyKind('circuitBreaker', 'unheardOf')).toBeUndefined();
    expect(policyKind('unheardOf', undefined)).toBeUndefined();
    expect(faultKind('slow')?.kind).toBe('slow');
    expect(faultKind('unheardOf')).toBeUndefined();
  });

  // The parts of a stack of 8.1, outermost first; the others are between them.
  it.each([
    ['resilience4j', 'retry circuitBreaker rateLimit timeout bulkhead'],
    [
      'default',
      'fallback coalesce retry hedge throttle circuitBreaker rateLimit timeout concurrencyLimit bulkhead',
    ],
    ['dotnet', 'rateLimit concurrencyLimit retry circuitBreaker timeout'],
    ['polly', 'rateLimit hedge circuitBreaker timeout'],
    ['hystrix', 'fallback coalesce circuitBreaker bulkhead timeout'],
    ['envoy', 'rateLimit concurrencyLimit retry circuitBreaker bulkhead timeout'],
    ['grpc', 'retry circuitBreaker timeout'],
    ['finagle', 'retry circuitBreaker timeout concurrencyLimit bulkhead'],
  ])('has the order of %s (8.1)', (name, layers) => {
    const own = new Set(layers.split(' '));
    expect(
      orderPresets
        .get(name)!
        .filter((layer) => own.has(layer))
        .join(' '),
    ).toBe(layers);
  });

  it('names in every order preset each layer exactly once', () => {
    expect([...orderPresets.keys()].sort()).toEqual([
      'default',
      'dotnet',
      'envoy',
      'finagle',
      'grpc',
      'hystrix',
      'polly',
      'resilience4j',
    ]);
    for (const order of orderPresets.values()) {
      expect([...order].sort()).toEqual([...layerNames].sort());
    }
  });

  it('finds fields without a description, in lists and unions too', () => {
    const schema = z.strictObject({
      named: whole().prefault(1).describe('Described.'),
      bare: z
        .array(z.strictObject({ inner: z.number() }))
        .optional()
        .describe('A list.'),
      either: z.union([z.strictObject({ one: whole() }), z.number()]),
    });
    expect(undescribedFields(schema)).toEqual(['bare.inner', 'either', 'either.one']);
  });
});

describe.each(policyKinds.map((k) => [`${k.policy}/${k.kind}`, k] as const))(
  'policy %s',
  (_name, kind) => {
    it('has an example that parses, holds it and contradicts nothing', () => {
      const bundle = bundleOf(kind.example);
      expect(bundle.get(kind.policy)?.kind).toBe(kind.kind);
      const configs = new Map([...bundle].map(([policy, { config }]) => [policy, config]));
      for (const [policy, { kind: name, config }] of bundle) {
        expect(policyKind(policy, name)!.check?.(config, configs) ?? []).toEqual([]);
      }
    });

    it('refuses unknown fields', () => {
      const written = (parse(kind.example) as Record<string, object>)[kind.policy];
      const { kind: _kind, ...fields } = written as { kind?: string };
      expect(kind.schema.safeParse(fields).success).toBe(true);
      expect(kind.schema.safeParse({ ...fields, unheardOf: 1 }).success).toBe(false);
    });

    it('has a JSON Schema that describes each field, and a configuration that can be cloned', () => {
      const json = z.toJSONSchema(kind.schema, { io: 'input' }) as {
        properties: Record<string, { description?: string }>;
      };
      for (const [name, { description }] of Object.entries(json.properties)) {
        const message = `${name}: end its text with "Unit: …. Defaults to …." or "Unit: …. Required."`;
        expect(description ?? '', message).toMatch(/Unit: .*(Defaults to|Required)/s);
      }
      const { config } = bundleOf(kind.example).get(kind.policy)!;
      expect(structuredClone(config)).toEqual(config);
    });

    it('lets a call through when nothing is wrong, and holds nothing afterwards', () => {
      const calls = new FakeCalls();
      calls.callee = () => ({ afterNs: MS, outcome: 4 });
      const written = (parse(kind.example) as Record<string, object>)[kind.policy];
      const { kind: _kind, ...fields } = written as { kind?: string };
      const { policy } = createPolicy(calls, kind, fields);
      const call = calls.call([policy], 0);
      calls.run();
      expect(call.outcome).toBe(4);
      expect(call.endNs).toBe(MS);
      expect(policy.held()).toBe(0);
    });

    it('gives everything back when its caller leaves, at any instant', () => {
      for (let leaveAt = 0; leaveAt <= 12; leaveAt++) {
        const calls = new FakeCalls();
        calls.callee = () => ({ afterNs: 3 * MS, outcome: 7 });
        const written = (parse(kind.example) as Record<string, object>)[kind.policy];
        const { kind: _kind, ...fields } = written as { kind?: string };
        const { policy } = createPolicy(calls, kind, fields);
        const all = [0, 0, 0, 1, 1, 2].map((at) => calls.call([policy], at * MS));
        for (const call of all) calls.giveUp(call.frame, leaveAt * MS);
        calls.run();
        expect(policy.held()).toBe(0);
      }
    });
  },
);

describe.each(faultKinds.map((k) => [k.kind, k] as const))('fault %s', (_name, kind) => {
  it('has an example that parses and holds edits while it is at full strength', () => {
    const [written] = parse(kind.example) as [Record<string, unknown>];
    expect(written.kind).toBe(kind.kind);
    const own = Object.fromEntries(
      Object.entries(written).filter(([field]) => !COMMON_FAULT_FIELDS.includes(field)),
    );
    const config = kind.schema.parse(own);
    expect(kind.edits(config, 1).length).toBeGreaterThan(0);
    expect(kind.schema.safeParse({ ...own, unheardOf: 1 }).success).toBe(false);
  });
});
