import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readByEnvoy } from '../../src/patterns/mechanisms/envoy-terms.js';
import type { OutcomeTerm } from '../../src/patterns/mechanisms/outcome-terms.js';
import type { RetryConfig } from '../../src/patterns/mechanisms/retrying.js';
import { policyKinds } from '../../src/patterns/registry.js';
import { ENVOY_OUTCOMES } from '../../src/scenario/product-words.js';
import { flow } from '../../src/text/flow.js';
import { BAD } from './bad.js';
import { RIGHT } from './bad-input.js';
import { hintsOf, isConcrete, mends, problemsIn } from './hints.js';
import { brief, load } from './support.js';

/** Files with one mistake each. */
const FILES: readonly (readonly [title: string, text: string])[] = BAD.map(
  ({ title, edit: [from, to] }) => [title, RIGHT.replace(from, () => to)] as const,
);

/** Hints whose place a program does not find: the comma makes two keys of one value. */
const BY_HAND = /a comma inside/;

/** A right scenario with the places of short forms: it is loaded three times as fast as one in which everything occurs. */
const SMALL = `faultline: 1
title: Small
run: { duration: 60s }
keys: { product: zipf(count=1000) }
policies:
  plain: { timeout: 500ms }
  pay: { extends: plain, retry: { attempts: 3 } }
services:
  orders: { endpoints: { create: [ { call: payments.charge, name: charge, policy: pay } ] } }
  payments:
    labels: { tier: core }
    endpoints: { charge: [ wait: 20ms ] }
workloads:
  shoppers: { arrivals: poisson(20/s), requests: [ { call: orders.create } ] }
`;

/** A bundle of a call with these fields. */
const bundle = (fields: string): string =>
  SMALL.replace(
    'plain: { timeout: 500ms }',
    `plain: { timeout: 500ms }\n  hop: { ${fields} }`,
  ).replace('name: charge, policy: pay', 'name: charge, policy: hop');
const service = (fields: string): string =>
  SMALL.replace('labels: { tier: core }', `labels: { tier: core }\n    ${fields}`);

const NUMBERS = ['retry: 3', 'rateLimit: 50/s', 'bulkhead: 5', 'circuitBreaker: 5', 'hedge: 50ms'];
const KINDS = policyKinds.map(({ policy, kind }) => `${policy}: ${kind}`);
const BUNDLE_OFF = [...new Set(policyKinds.map(({ policy }) => policy))].filter(
  (policy) => policy !== 'timeout' && policy !== 'deadline',
);
const HOST_OFF = [
  'autoscaling',
  'probes',
  'memory',
  'admission',
  'lifecycle',
  'resources',
  'queue',
];

const RETRIES = policyKinds.filter(({ policy }) => policy === 'retry');

/** The policy of an example with one of its inner mappings or lists replaced by a word. */
function structuresIn(example: string): readonly ((word: string) => string)[] {
  const [policy] = Object.values(parse(example) as Record<string, unknown>);
  return Object.entries(policy ?? {}).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? [(word: string) => flow({ ...(policy as object), [key]: parse(word) as unknown })]
      : [],
  );
}

/** Short forms that do not exist, with the place where people write them. */
const SHORT: readonly string[] = [
  ...[...NUMBERS, ...KINDS].map(bundle),
  ...BUNDLE_OFF.flatMap((policy) =>
    ['off', 'false', 'disabled'].map((off) => bundle(`${policy}: ${off}`)),
  ),
  ...HOST_OFF.map((field) => service(`${field}: off`)),
  service('queue: 10'),
  service('memory: 512Mi'),
  ...RETRIES.flatMap(({ kind }) =>
    ['none', 'off', '0s', '100ms', '5', 'exponential', 'fixed'].map((word) =>
      bundle(`retry: { kind: ${kind}, attempts: 3, backoff: ${word} }`),
    ),
  ),
  ...['none', 'off', '0s', '100ms', 'exponential'].map((word) =>
    bundle(`retry: { attempts: 3, backoff: ${word} }`),
  ),
  ...policyKinds.flatMap(({ policy, example }) =>
    structuresIn(example).flatMap((edit) =>
      ['none', 'off'].map((off) => bundle(`${policy}: ${edit(off)}`)),
    ),
  ),
  ...['100/s', '100rps', '100'].map((rate) => SMALL.replace('poisson(20/s)', rate)),
];

/** The message of a file and whether some hint of it mends the file. */
function judged(text: string): readonly string[] {
  return problemsIn(text).flatMap((problem) => {
    const hints = hintsOf(problem.message).filter(isConcrete);
    if (hints.length === 0 || BY_HAND.test(problem.message)) return [];
    return hints.some((hint) => mends(text, problem, hint)) ? [] : [brief(problem)];
  });
}

describe('a hint that says what to write', () => {
  it('is looked for in a file that is right', () => {
    expect(problemsIn(SMALL)).toEqual([]);
  });

  it('is followed in the files of all mistakes, and each of them is right then', () => {
    const hinted = FILES.filter(([, text]) =>
      problemsIn(text).some(({ message }) => hintsOf(message).some(isConcrete)),
    );
    expect(hinted.length).toBeGreaterThan(50);
    expect(
      hinted.flatMap(([title, text]) => judged(text).map((said) => `${title}: ${said}`)),
    ).toEqual([]);
  });

  it('is followed for every short form that does not exist', () => {
    for (const text of SHORT) {
      const problems = problemsIn(text);
      // Some are right: a kind that needs no fields may have a short form.
      if (problems.length > 0) expect(judged(text), text).toEqual([]);
    }
    const hinted = SHORT.filter((text) =>
      problemsIn(text).some(({ message }) => hintsOf(message).some(isConcrete)),
    );
    expect(hinted.length).toBeGreaterThan(50);
  });
});

/** Outcomes of a list, as a set. */
const meaning = (list: readonly unknown[]): readonly string[] => list.map(String).sort();

describe('a hint about outcomes', () => {
  const onOf = (text: string): readonly unknown[] => {
    const [message] = problemsIn(text).map((problem) => problem.message);
    const [, list] =
      /write (?:retry: \{ kind: envoy, |retry: \{ )?(?:on: )?(\[[^\]]*\])/.exec(message ?? '') ??
      [];
    return parse(list ?? '[]') as unknown[];
  };

  it.each(['5xx', 'timeout', 'serverError', '503', 'connect, 5xx', 'gateway'])(
    'keeps the words that are right: on: %s',
    (words) => {
      const text = bundle(`retry: { attempts: 2, on: "${words}" }`);
      expect(meaning(onOf(text))).toEqual(meaning(words.split(', ')));
      expect(judged(text)).toEqual([]);
    },
  );

  it('has none for a word that nothing knows', () => {
    expect(onOf(bundle('retry: { attempts: 2, on: moon }'))).toEqual([]);
  });

  it.each(Object.keys(ENVOY_OUTCOMES).filter((word) => word !== '5xx' && word !== 'reset'))(
    'has the meaning of Envoy where the kind of the retry is none of Envoy: %s',
    (word) => {
      expect(meaning(onOf(bundle(`retry: { attempts: 2, on: "${word}" }`)))).toEqual(
        meaning(ENVOY_OUTCOMES[word]!),
      );
    },
  );
});

describe('retry_on', () => {
  const read = (on: readonly unknown[] | undefined): readonly string[] =>
    meaning(readByEnvoy({ attempts: 2, on: (on ?? []) as OutcomeTerm[] }).on ?? []);

  it.each([...Object.keys(ENVOY_OUTCOMES), '503', '5xx,connect-failure'])(
    'means what it means in Envoy, as a text and as a list: %s',
    (words) => {
      const wanted = words.split(',').flatMap((word) => ENVOY_OUTCOMES[word] ?? [word]);
      for (const list of [`"${words}"`, `[${words.split(',').join(', ')}]`]) {
        for (const key of ['retryOn', 'retry_on']) {
          const { file } = load(bundle(`retry: { kind: envoy, attempts: 2, ${key}: ${list} }`));
          const [step] = file!.variants[0]!.scenario.services.get('orders')!.endpoints.get(
            'create',
          )!.steps as unknown as readonly [
            { policy: { layers: readonly { config: RetryConfig }[] } },
          ];
          expect(read(step.policy.layers[0]!.config.on)).toEqual(
            read(wanted.map((word) => (/^\d+$/.test(word) ? Number(word) : word))),
          );
        }
      }
    },
  );
});

it('a guess gets the name of a distribution, of what a failure is, and of the steps of a canary', () => {
  const text = load(`faultline: 1
title: Guesses
run: { duration: 60s }
services:
  shop:
    versions: { v1: {}, v2: {} }
    rollout: { kind: canary, to: v2, at: 10s, steps: [ 10%, 2m ] }
    endpoints:
      get: [ work: { p50: 4ms, p99: 12ms } ]
      put: [ work: { mean: 4ms }, { fail: { probability: 3% } } ]
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.get } ] } }
`)
    .problems.map(({ message }) => message)
    .join('\n');
  for (const words of [
    'is required: write time: lognormal(p50=4ms p99=12ms)',
    'is required: write time: exponential(4ms)',
    'is required: expected a status from 400 to 599 or one of',
    'must be a mapping, got 10%: write { weight: 10% }',
    'must be a mapping, got 2m: write { pause: 2m }',
  ])
    expect(text).toContain(words);
});
