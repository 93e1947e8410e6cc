import { describe, expect, it } from 'vitest';
import { golden, outcomes } from './tracing.js';

const WORKERS = 'concurrency: 64';

/** `count` requests, one each ms from 1 s, against a service that checks tokens, with a wrong clock. */
function tokens(
  fault: string,
  middleware = 'authenticate: { kind: jwt, work: 0ms }',
  count = 2000,
) {
  const at = Array.from({ length: count }, (_, k) => `${1000 + k}ms`).join(', ');
  const { ran } = golden(
    `
services:
  api: { ${WORKERS}, middleware: [ { ${middleware} } ], endpoints: { get: [ wait: 1us ] } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.get } ] } }
faults: [ { id: wrong, kind: clockSkew, target: api, at: 500ms, for: 10s, ${fault} } ]
`,
    '4s',
  );
  const { outcomes: found, wouldReject = 0 } = ran.variant().components.api!;
  return { ok: found.ok ?? 0, refused: found.clientError ?? 0, wouldReject };
}

function refusal(text: string): string {
  try {
    golden(text, '4s');
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('clockSkew and tokens (RFC 7519 sections 4.1.4 and 4.1.5)', () => {
  it('refuses all tokens once the clock is ahead by the lifetime and the leeway', () => {
    const times = 'tokenLifetime: 15m, leeway: 60s';
    expect(tokens(`offset: 16m, ${times}`)).toEqual({ ok: 0, refused: 2000, wouldReject: 0 });
    expect(tokens(`offset: 60s, ${times}`)).toEqual({ ok: 2000, refused: 0, wouldReject: 0 });
  });

  it('refuses the share of tokens that seems to have expired', () => {
    // Ages are uniform: of a lifetime of 15 min the last (5 min - 60 s) seem to be over, 26.7 %.
    const { refused } = tokens('offset: 5m, tokenLifetime: 15m, leeway: 60s');
    expect(refused / 2000).toBeGreaterThan(0.24);
    expect(refused / 2000).toBeLessThan(0.295);
  });

  it('refuses the share of tokens that do not seem to be valid yet', () => {
    const { refused } = tokens('offset: -5m, tokenLifetime: 15m, leeway: 60s');
    expect(refused / 2000).toBeGreaterThan(0.24);
    expect(refused / 2000).toBeLessThan(0.295);
    expect(tokens('offset: -60s').refused).toBe(0);
  });

  it('counts in a dry run', () => {
    const dry = 'authenticate: { kind: jwt, work: 0ms, dryRun: true, reject: 0.01% }';
    const { ok, wouldReject } = tokens('offset: 3h', dry);
    expect(ok).toBe(2000);
    expect(wouldReject).toBeGreaterThanOrEqual(2000);
  });
});

describe('clockSkew and limits that are aligned to the clock', () => {
  const limited = (kind: string, offset: string, scope = ''): readonly string[] => {
    const { requests } = golden(
      `
services:
  api:
    ${WORKERS}
    middleware: [ { rateLimit: { kind: ${kind}, limit: 1, window: 1s${scope} } } ]
    endpoints: { get: [ wait: 1us ] }
workloads: { users: { arrivals: { at: [ 1100ms, 1500ms, 1700ms, 2100ms ] }, requests: [ { call: api.get } ] } }
faults: [ { id: wrong, kind: clockSkew, target: api, at: 500ms, for: 10s, offset: ${offset} } ]
`,
      '4s',
    );
    return outcomes(requests);
  };

  it('begins the windows at other times', () => {
    // By the true clock the window ends at 2 s; by one that is 400 ms ahead at 1.6 s and 2.6 s.
    expect(limited('fixedWindow', '1ms')).toEqual(['ok', 'throttled', 'throttled', 'ok']);
    expect(limited('fixedWindow', '400ms')).toEqual(['ok', 'throttled', 'ok', 'throttled']);
  });
});

describe('clockSkew and caches', () => {
  /** One value, loaded in 100 ms, that lives for 10 s, while the clock of its server is wrong from 2 to 7 s. */
  const cached = (kind: string, offset: string) =>
    golden(
      `
keys: { item: { kind: uniform, count: 1 } }
caches: { items: { keys: item, levels: [ { name: far, kind: ${kind}, ttl: 10s } ] } }
databases: { store: { operations: { read: { wait: 100ms } } } }
services: { shop: { endpoints: { show: [ cache: { get: items, onMiss: [ query: store.read ] } ] } } }
workloads: { users: { arrivals: { at: [ 1s, 3s, 6s, 11500ms, 14s ] }, requests: [ { call: shop } ] } }
faults: [ { id: wrong, kind: clockSkew, target: items, at: 2s, for: 5s, offset: ${offset} } ]
`,
      '20s',
    )
      .at('store.read')
      .map(({ sent }) => sent / 1000);

  it('jump ahead: entries with less time to live are gone, and new ones live longer after the jump back', () => {
    // Stored at 1.1 s until 11.1 s: 8 s ahead, 3 s is 11 s, and 6 s is 14 s.
    expect(cached('redis', '8s')).toEqual([1, 6]);
    // 9 s ahead, 3 s is 12 s. Stored again at 3.1 s by a clock that says 12.1 s, until 22.1 s.
    expect(cached('redis', '9s')).toEqual([1, 3]);
    expect(cached('cdn', '9s')).toEqual([1, 3]);
  });

  it('jump back: entries live longer while the clock is wrong', () => {
    expect(cached('redis', '-5s')).toEqual([1, 11.5]);
  });

  it('have no tokens to check', () => {
    expect(() => cached('redis', '9s, leeway: 5s')).toThrow(/which `items` does not have/);
  });

  it('have no effect where time is monotonic', () => {
    expect(() => cached('memcached', '9s')).toThrow(/reads no wall clock/);
  });
});

it('is refused where nothing reads a wall clock, with the list of what does', () => {
  const text = `
services: { api: { endpoints: { get: [ wait: 1us ] } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: api.get } ] } }
faults: [ { id: wrong, kind: clockSkew, target: api, at: 500ms, for: 1s, offset: 5m } ]
`;
  expect(refusal(text)).toMatch(/reads no wall clock: it checks no/);
  expect(refusal(text.replace('offset: 5m', 'offset: 0s'))).toMatch(/no time at all/);
  expect(refusal(text.replace('offset: 5m', 'offset: -x'))).toMatch(/duration/);
});
