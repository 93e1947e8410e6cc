import { describe, expect, it } from 'vitest';
import { golden, instants, latencies, metered, outcomes, times } from './tracing.js';

/** A function in zones a and b, a database in a, and 10 ms between the zones. */
const zones = (fields: string, at: string, more = ''): ReturnType<typeof golden> =>
  golden(
    `
network: { zones: { a: {}, b: {} }, links: [ { between: [a, b], latency: 10ms } ] }
functions: { thumb: { kind: lambda, coldStart: 500ms, ${fields} steps: [ query: db.read ] } }
databases: { db: { zone: a, operations: { read: { wait: 100ms } } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: thumb } ] } }
${more}`,
  );

/** 600 ms with a cold start in the zone of the database, 20 ms more from the other one. */
const spread = (fields: string, at: string): number[] =>
  [...latencies(zones(fields, at).requests)].sort((x, y) => x - y);

const OUT = (at: string): string =>
  `faults: [ { id: out, kind: zoneOutage, target: a, at: ${at}, for: 2s, blackhole: false } ]`;

describe('environments of a function in two zones', () => {
  it('are spread over all of them, whichever way they are named', () => {
    const both = [600, 600, 620, 620];
    expect(spread('zone: [a, b],', times(4, '0ms'))).toEqual(both);
    expect(spread('', times(4, '0ms'))).toEqual(both);
    expect(spread('zone: { a: 1, b: 1 },', times(4, '0ms'))).toEqual(both);
    expect(spread('zone: a,', times(4, '0ms'))).toEqual([600, 600, 600, 600]);
    expect(spread('zone: b,', times(4, '0ms'))).toEqual([620, 620, 620, 620]);
  });

  it('are spread by counts', () => {
    expect(spread('zone: { a: 3, b: 1 },', times(4, '0ms'))).toEqual([600, 600, 600, 620]);
    expect(spread('zone: [b, a, b, b],', times(4, '0ms'))).toEqual([600, 620, 620, 620]);
  });

  it('are used again in whichever zone they are: one request at a time needs one of them', () => {
    const traced = zones('zone: [a, b],', instants(0, 9, 1, 's'));
    expect(metered(traced, 'coldStarts', 'thumb')).toBe(1);
    expect(latencies(traced.requests)).toEqual([600, ...Array<number>(9).fill(100)]);
  });

  it('share the limits of the function', () => {
    const traced = zones('zone: [a, b], reserved: 3,', times(5, '0ms'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'throttled', 'throttled']);
    const burst = zones('zone: [a, b], burst: 2, scaleRate: 1/h,', times(4, '0ms'));
    expect(outcomes(burst.requests)).toEqual(['ok', 'ok', 'throttled', 'throttled']);
  });

  it('are there from the beginning where they are provisioned, half of them in each', () => {
    expect(spread('zone: [a, b], provisioned: 4,', times(4, '0ms'))).toEqual([100, 100, 120, 120]);
  });

  it('follow their zone: an outage ends the work there, and the rest continues', () => {
    const traced = zones('zone: [a, b],', `${times(4, '0ms')}, 1s`, OUT('550ms'));
    const count = (outcome: string) =>
      outcomes(traced.requests).filter((own) => own === outcome).length;
    // Two of four run in a. The database is in a too, so those that run in b fail with it.
    expect(count('reset')).toBe(2);
  });

  it('are made in the zone that is left', () => {
    const text = (zone: string) => `
network: { zones: { a: {}, b: {} } }
functions: { thumb: { kind: lambda, coldStart: 500ms, provisioned: 2, zone: ${zone}, steps: [ wait: 100ms ] } }
workloads: { users: { arrivals: { at: [ 500ms, 500ms, 1500ms, 1500ms, 4s, 4s ] }, requests: [ { call: thumb } ] } }
${OUT('1s')}`;
    const both = golden(text('[a, b]'));
    // Of two at once one finds the environment of b, the other waits for a new one there; at 4 s both are back.
    expect(outcomes(both.requests)).toEqual(Array(6).fill('ok'));
    expect([...latencies(both.requests)].sort((x, y) => x - y)).toEqual([
      100, 100, 100, 100, 100, 600,
    ]);
    const one = golden(text('a'));
    expect(outcomes(one.requests).slice(2, 4)).toEqual(['refused', 'refused']);
  });
});

describe('messages for a function in two zones', () => {
  it('find as many handlers as in one', () => {
    const consumed = (zone: string) =>
      metered(
        golden(
          `
network: { zones: { a: {}, b: {} } }
queues: { jobs: { kind: sqs, waitTime: 20s, consumers: [ { call: resize, batch: 1, concurrency: 5 } ] } }
topics: { news: { kind: kafka, partitions: 4, subscribers: [ { group: g, call: mail } ] } }
functions:
  resize: { kind: lambda, zone: ${zone}, steps: [ wait: 1s ] }
  mail: { kind: lambda, zone: ${zone}, steps: [ wait: 1s ] }
services: { api: { endpoints: { put: [ publish: { topic: jobs, count: 100 }, publish: { topic: news, count: 100 } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.put } ] } }`,
          '10500ms',
        ),
        'consumed',
        'jobs',
      );
    expect(consumed('[a, b]')).toBe(50);
    expect(consumed('a')).toBe(50);
  });
});

describe('the pods of knative', () => {
  it('are in one zone', () => {
    const text = `
network: { zones: { a: {}, b: {} } }
functions: { pod: { kind: knative, zone: [a, b], steps: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: pod } ] } }`;
    expect(() => golden(text)).toThrow(
      /functions\.pod\.zone: the pods of a knative function must be in one zone/,
    );
  });
});
