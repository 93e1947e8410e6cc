import { describe, expect, it } from 'vitest';
import { handled as handledIn, type OnePartition } from './one-partition.js';

/** Three nodes; the first leads the only partition, and the others know after 9 s that it is away. */
const handled = (options: Omit<OnePartition, 'nodes' | 'election' | 'length'>) =>
  handledIn({ nodes: 3, election: '9s', length: '2m', ...options });
const pause = (length: string): string =>
  `{ id: still, kind: pause, target: "cluster[0]", at: 1s, for: ${length} }`;
const crash = (length: string): string =>
  `{ id: dead, kind: crash, target: "cluster[0]", at: 1s, for: ${length} }`;
const at = '500ms, 2000ms, 20000ms, 45000ms';

describe('a paused leader (NetworkClient.handleTimedOutRequests)', () => {
  it('is asked until a request to it has timed out, though another one leads by then', () => {
    // The request of 2005 ms times out at 32005 ms, with the one of 20005 ms, and is sent again 80 to 120 ms later.
    const all = handled({ at, fault: pause('60s') });
    expect(all.map(({ sent }) => sent)).toEqual([500, 2000, 20_000, 45_000]);
    expect(all[1]!.at).toBeGreaterThan(32_085);
    expect(all[1]!.at).toBeLessThan(32_130);
    expect(all[2]!.at).toBeLessThan(32_140);
    expect(all[3]!.at).toBe(45_006);
  });

  it('is asked again while the cluster does not know', () => {
    // Times out at 5005, sent again, times out at about 8.1, 11.2 s: after the election at 10 s.
    const [, second] = handled({ at, fault: pause('60s'), producer: ', requestTimeout: 3s' });
    // Consumers wait for their own answer, for 30 s since the pause.
    expect(second).toEqual({ sent: 2000, at: 31_001 });
  });

  it('responds when it resumes, and executes the requests if it still leads', () => {
    expect(handled({ at, fault: pause('5s') }).map((one) => one.at)).toEqual([
      506, 6001, 20_006, 45_006,
    ]);
    const [, second] = handled({ at, fault: pause('15s') });
    expect(second!.at).toBeGreaterThan(16_080);
    expect(second!.at).toBeLessThan(16_130);
  });

  it('is missed at once when it dies, then or later', () => {
    const [, second] = handled({ at, fault: crash('60s') });
    expect(second).toEqual({ sent: 2000, at: 10_001 });
    const both = `${pause('60s')}, { id: dead, kind: crash, target: "cluster[0]", at: 15s, for: 40s }`;
    const [, later] = handled({ at, fault: both });
    expect(later!.at).toBeGreaterThan(15_080);
    expect(later!.at).toBeLessThan(15_130);
  });

  it('keeps its partitions when it hangs, without serving writers or readers', () => {
    const hang = '{ id: mute, kind: hang, target: "cluster[0]", at: 1s, for: 40s }';
    const slow = '{ id: late, kind: slow, target: worker, factor: 1000, at: 0s, for: 1500ms }';
    // The second waits for its reader from 906 ms, which is busy until it is too late to fetch.
    const all = handled({ at: '500ms, 900ms, 2000ms', fault: `${hang}, ${slow}` });
    expect(all.map(({ sent }) => sent)).toEqual([500, 900, 2000]);
    expect(all[0]!.at).toBeLessThan(2000);
    expect(all[1]!.at).toBeGreaterThanOrEqual(41_000);
    expect(all[2]!.at).toBeGreaterThanOrEqual(41_000);
  });

  it('is not used by clients that start when another one leads', () => {
    const first = handled({ at: '20000ms', fault: pause('60s') });
    // The producer sends at 20 s; the consumer has waited since 1 s.
    expect(first).toEqual([{ sent: 20_000, at: 31_001 }]);
  });
});
