import { describe, expect, it } from 'vitest';
import { handled as handledIn, type OnePartition } from './one-partition.js';

/** Times at which the messages arrived that a consumer has, in the order in which it has them. Unit: ms. */
function handled(options: Omit<OnePartition, 'nodes' | 'election' | 'length'>): readonly number[] {
  const all = handledIn({ nodes: 2, election: '1s', length: '1m', ...options });
  return all.map(({ sent }) => sent);
}

describe('the order of what a producer sends (max.in.flight.requests.per.connection 5)', () => {
  // The leader hangs from 1000 to 2100 ms. Requests leave at 1005 and 1205 ms; the first times out at 2005 ms.
  const hang = {
    at: '1000ms, 1200ms, 1900ms',
    fault: '{ id: hang, kind: hang, target: "cluster[0]", at: 1s, for: 1100ms }',
  };

  it('stays when one of several requests is not answered: the connection is closed with all of them', () => {
    const timeout = ', requestTimeout: 1s';
    expect(handled({ ...hang, producer: timeout })).toEqual([1000, 1200, 1900]);
    expect(handled({ ...hang, producer: `${timeout}, idempotence: false` })).toEqual([
      1000, 1200, 1900,
    ]);
  });

  // A message takes the leader 100 ms. The one of 2790 ms is looked at at 2895 ms, when the follower is away; the one of
  // 2800 ms at 2995 ms, when it has been back for 45 ms.
  const missing = {
    at: '2790ms, 2800ms',
    fault: '{ id: gone, kind: crash, target: "cluster[1]", at: 1s, for: 1950ms }',
    cluster: ', maxThroughput: 10/s',
  };

  it('stays when the first of two requests is refused: the sequence of the second does not follow', () => {
    expect(handled(missing)).toEqual([2790, 2800]);
  });

  it('does not stay without idempotence', () => {
    expect(handled({ ...missing, producer: ', idempotence: false' })).toEqual([2800, 2790]);
  });
});
