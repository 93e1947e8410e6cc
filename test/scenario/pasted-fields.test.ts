import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRODUCT_SPELLINGS } from '../../src/scenario/spellings/index.js';
import { OF_HOSTS } from '../../src/scenario/spellings/kubernetes.js';
import { plainWord } from '../../src/scenario/synonyms.js';
import { load } from './support.js';

const PAGE = readFileSync(new URL('../../docs/pasted-fields.md', import.meta.url), 'utf8');

/** Rows of the tables of the page whose first column is code. */
const ROWS = PAGE.split(/^## /m).flatMap((section) =>
  section.split('\n').flatMap((line) => {
    const [, there, rest] = /^\| `(.+?)` \| (.+) \|$/.exec(line) ?? [];
    const isHost = section.startsWith('Kubernetes');
    return there === undefined ? [] : [{ there, rest: rest!, isHost }];
  }),
);
const MEANINGS = ROWS.filter(
  ({ rest }) => rest.startsWith('`') && rest.endsWith('`') && !/^`[^`]*` \w/.test(rest),
);
const NOTES = ROWS.filter((row) => !MEANINGS.includes(row));

const braces = (bundle: string): string => (bundle.startsWith('{') ? bundle : `{ ${bundle} }`);

/** Fields of the service a, which has two cores unless they say so. */
function withHost(fields: string): string {
  const inside = braces(fields).slice(1, -1);
  const cpu = /(^|[{,]) *cpu: \{/.test(inside) ? '' : 'cpu: 2, ';
  const base = withBundle('{}').replace('call: a.get', 'call: edge, path: /');
  const routed = `${base}gateways: { edge: { routes: [ { match: { path: / }, to: a.get } ] } }\n`;
  return routed.replace(
    /  a:\n.*\n.*\n.*\n/,
    `  a: { ${cpu}${inside}${inside.trim() === '' ? '' : ', '}endpoints: { get: [ { call: b.get } ] } }\n`,
  );
}

function withBundle(bundle: string): string {
  return [
    'faultline: 1',
    'title: T',
    'run: { duration: 10s }',
    'services:',
    '  a:',
    '    outbound:',
    `      b: ${braces(bundle)}`,
    '    endpoints: { get: [ { call: b.get } ] }',
    '  b: { endpoints: { get: [ { wait: 5ms } ] } }',
    'workloads:',
    '  users: { arrivals: poisson(1/s), requests: [ { call: a.get } ] }',
    '',
  ].join('\n');
}

/** The scenario with a bundle, or with fields of the service, as it is resolved. */
function meaningOf(bundle: string, isHost = false): unknown {
  const { file, problems } = load(isHost ? withHost(bundle) : withBundle(bundle));
  expect(problems.map(({ message }) => message)).toEqual([]);
  return file!.variants[0]!.scenario;
}

function notesOf(bundle: string): readonly string[] {
  return load(withBundle(bundle)).places.notes();
}

function messagesOf(bundle: string): readonly string[] {
  return load(withBundle(bundle)).problems.map(({ message }) => message);
}

describe('a pasted field', () => {
  it.each(MEANINGS)('$there means what it means there', ({ there, rest, isHost }) => {
    const here = rest.slice(1, -1);
    expect(here).not.toBe(there);
    expect(meaningOf(there, isHost)).toEqual(meaningOf(here, isHost));
    expect(meaningOf(there, isHost)).not.toEqual(meaningOf('{}', isHost));
  });

  it.each(NOTES)('$there is accepted with a note', ({ there, rest, isHost }) => {
    meaningOf(there, isHost);
    const { places } = load(isHost ? withHost(there) : withBundle(there));
    expect(places.notes().join('\n')).toContain(rest);
  });

  it('of every product has a row of the page', () => {
    const words = new Set(ROWS.flatMap(({ there }) => there.match(/[\w-]+/g) ?? []).map(plainWord));
    const keys = PRODUCT_SPELLINGS.flatMap(({ blocks, rows }) =>
      [...blocks.flatMap((block) => block.rows), ...rows].flatMap((row) => row.keys.split(' ')),
    );
    keys.push(...OF_HOSTS.flatMap((row) => row.keys.split(' ')));
    expect([...new Set(keys)].filter((key) => !words.has(key))).toEqual([]);
  });

  it('in a policy whose kind is inherited does not change the kind', () => {
    const base = 'circuitBreaker: { kind: resilience4j, slidingWindowSize: 10 }';
    const text = withBundle('extends: usual, circuitBreaker: { failureRateThreshold: 60 }');
    const { file, problems, places } = load(`${text}policies:\n  usual: { ${base} }\n`);
    expect(problems).toEqual([]);
    expect(places.notes()).toEqual([]);
    expect(JSON.stringify(file!.variants[0]!.scenario.services.get('a')!.outbound)).toBe(
      JSON.stringify(
        load(
          withBundle(
            'circuitBreaker: { kind: resilience4j, slidingWindowSize: 10, failureRateThreshold: 60% }',
          ),
        ).file!.variants[0]!.scenario.services.get('a')!.outbound,
      ),
    );
  });
});

describe('both spellings at once', () => {
  it('are refused with the place of both', () => {
    expect(messagesOf('retry: { kind: envoy, attempts: 3, num_retries: 2 }')).toEqual([
      'num_retries and retry.attempts set the same thing (retry.attempts is at s.yaml:7:34): remove one of them',
    ]);
    expect(messagesOf('timeout: 1s, retry: { kind: istio, perTryTimeout: 2s }')).toEqual([
      'perTryTimeout and timeout.after set the same thing (timeout.after is at s.yaml:7:21): remove one of them',
    ]);
    expect(messagesOf('timelimiter: { timeoutDuration: 2s }, timeout: 1s')[0]).toContain(
      'timelimiter and timeout set the same thing',
    );
    expect(
      messagesOf(
        'circuitBreaker: { kind: resilience4j, slidingWindowSize: 4 }, slidingWindowSize: 5',
      )[0],
    ).toContain('slidingWindowSize and circuitBreaker.slidingWindowSize set the same thing');
  });

  it('of which one is in a patch are the value of the patch', () => {
    const text = withBundle('retry: { kind: envoy, attempts: 3 }');
    const patch = (set: string): unknown => {
      const { file, problems } = load(
        `${text}variants:\n  - { name: early }\n  - { name: other, set: { ${set} } }\n`,
      );
      expect(problems.map(({ message }) => message)).toEqual([]);
      return file!.variants[1]!.scenario.services.get('a')!.outbound;
    };
    const five = patch('services.a.outbound.b.retry.attempts: 5');
    expect(patch('services.a.outbound.b.retry.num_retries: 4')).toEqual(five);
    expect(patch('services.a.outbound.b.retry: { num_retries: 4 }')).toEqual(five);
    expect(patch('services.a.outbound.b: { num_retries: 4 }')).toEqual(five);
  });
});

describe('a field of Kubernetes', () => {
  it('and its counterpart at once are refused', () => {
    const text = withHost('terminationGracePeriodSeconds: 30, lifecycle: { terminationGrace: 9s }');
    expect(load(text).problems.map(({ message }) => message)[0]).toContain(
      'terminationGracePeriodSeconds and lifecycle.terminationGrace set the same thing',
    );
  });

  it('is read in a version, a template and the defaults too', () => {
    const probes = 'livenessProbe: { periodSeconds: 5 }';
    const grace = 'terminationGracePeriodSeconds: 30';
    const versions = withHost(
      `versions: { v1: {}, v2: { ${probes} } }, replicas: { v1: 1, v2: 1 }`,
    );
    expect(load(versions).problems).toEqual([]);
    const defaults = `${withHost('extends: usual')}templates:\n  usual: { ${probes} }\ndefaults:\n  services: { ${grace} }\n`;
    const { file, problems } = load(defaults);
    expect(problems).toEqual([]);
    const { probes: own, lifecycle } = file!.variants[0]!.scenario.services.get('a')!;
    expect([own!.liveness!.periodNs, lifecycle!.terminationGraceNs]).toEqual([5e9, 30e9]);
  });
});

describe('a value without an exact meaning', () => {
  it('is refused with the line to write', () => {
    expect(messagesOf('retry: { kind: envoy, retry_on: retriable-headers }')[0]).toContain(
      'outcomes and statuses share one list',
    );
    expect(messagesOf('loadBalancer: { consistentHash: { useSourceIp: true } }')[0]).toContain(
      'unknown key loadBalancer',
    );
    expect(messagesOf('maxConnections: 5')[0]).toContain('it is a field of bulkhead');
  });

  it('is read as a share, with a note, where the language has the same name', () => {
    const bundle = 'circuitBreaker: { kind: resilience4j, failureRateThreshold: 0.5 }';
    expect(meaningOf(bundle)).toEqual(
      meaningOf('circuitBreaker: { kind: resilience4j, failureRateThreshold: 50% }'),
    );
    expect(notesOf(bundle)).toEqual([
      's.yaml:7:50 failureRateThreshold: it is read as 50%; resilience4j itself reads 0.5%',
    ]);
  });

  it.each([
    'retryOn: "5xx"',
    'kind: istio, perTryTimeout: 2s',
    'retryIgnorePreviousHosts: true',
    'perTryTimeout: 2s, retryOn: "5xx"',
  ])('counts the first try under `retry` with %s, and a note says so', (field) => {
    const notes = notesOf(`retry: { attempts: 3, ${field} }`);
    const says = 'attempts beside it counts the first try; that of a VirtualService does not';
    expect(notes.filter((note) => note.includes(says))).toHaveLength(1);
  });
});

describe('the name of a host with its domain', () => {
  it.each([
    ['orders.shop.svc.cluster.local', 'orders'],
    ['productpage.bookinfo', 'productpage'],
  ])('%s is refused with the name to write', (host, name) => {
    const text = withBundle('{}').replaceAll(/\bb\b/g, host);
    const { problems } = load(text);
    expect(problems.find(({ code }) => code === 'FL401')!.message).toBe(
      `${host} is not a valid name: write ${name}; a dot separates the parts of a metric, so the name of a host is written without its domain`,
    );
    expect(load(text.replaceAll(host, name)).problems).toEqual([]);
  });
});
