import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** Two instances with 4 workers and 45 ms a request serve 178/s. */
const shop = (stages: string, more = ''): string => `
faultline: 1
title: a load that climbs over what the shop serves
run: { duration: 240s, warmup: 10s, seed: 11, replications: 2 }
services:
  shop: { concurrency: 4, replicas: 2, endpoints: { buy: [ wait: 40ms, { call: mail.send, optional: true } ] } }
  mail: { endpoints: { send: [ wait: 5ms ] } }
workloads:
  users:
    arrivals: { kind: stages, start: 10/s, stages: [ ${stages} ] }
    requests: [ { call: shop.buy } ]
${more}
budgets: [ users.latency.p99 < 300ms ]
`;
const CLIMB = '{ duration: 200s, target: 220/s }';
const RISE = '{ duration: 40s, target: 10/s }, { duration: 160s, target: 220/s }';
/** Late, and of nothing that a request needs. */
const MINOR = 'faults: [ { id: m, kind: latency, target: mail, add: 2ms, at: 200s, for: 20s } ]';

describe.each([
  ['a climb from the start', CLIMB, '', 160],
  ['a climb from the start and a minor fault', CLIMB, MINOR, 160],
  ['a rise and a minor fault', RISE, MINOR, 168],
])('%s', (name, stages, more, full) => {
  it('is the cause of slow requests from where the workers are full, which more of them end', () => {
    const path = folder.put(`${name}.yaml`, shop(stages, more));
    const { stdout } = faultline(['run', path, '--out', folder.at('out')]);
    const text = stdout.replaceAll(/\s+/gu, ' ');
    const [, p95, from] =
      /what buy requests: p95 ([\d.]+) s instead of 4\d ms from (\d+) s to the end of the run\./u.exec(
        text,
      )!;
    expect(Number(p95)).toBeGreaterThan(3);
    expect(Math.abs(Number(from) - full)).toBeLessThan(10);
    expect(text).toMatch(
      /why the load of users grows from 10\/s to 220\/s( at 40 s)? and 8 of 8 workers of shop are in use \(proved\)\./u,
    );
    expect(text).toMatch(
      /do Set services\.shop\.concurrency to \d+ \(now 4\): \d+ requests are slow instead of [\d,]{5,}; “users\.latency\.p99 < 300ms” holds/u,
    );
    expect(text).not.toContain('No request fails or is slow');
  });
});
