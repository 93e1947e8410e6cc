import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { LeaderViews } from '../../../src/model/modules/messaging/leader-views.js';
import { SECOND } from '../../support/fake-calls.js';
import { timetable } from '../../support/timetable.js';

/** Two partitions that node 0 leads; the state that consumers see, with the time in s. */
function views() {
  const table = timetable();
  const seen: string[] = [];
  const leaders = [0, 0];
  const still = new Set<number>();
  const mute = new Set<number>();
  const own = new LeaderViews(
    {
      partitions: [{}, {}],
      reachable: (partition: number, is: boolean) =>
        void seen.push(`${engine.now / SECOND} ${partition} ${is ? 'there' : 'away'}`),
    } as never,
    {
      leaderOf: (partition: number) => leaders[partition],
      isPaused: (node: number) => still.has(node),
      isHung: (partition: number) => mute.has(partition),
      reachable: (partition: number) =>
        leaders[partition] >= 0 && !still.has(leaders[partition]) ? leaders[partition] : -1,
    } as never,
  );
  return {
    own,
    seen,
    leaders,
    still,
    mute,
    at: (seconds: number, act: () => void): void => table.at(seconds * SECOND, act),
    run: () => table.run(1000 * SECOND),
  };
}

describe('the leader, as clients see it', () => {
  it('is the actual leader, for a producer without acknowledgements', () => {
    const { own, leaders } = views();
    own.joined();
    expect([own.reach(0, 0), own.reach(0, 1)]).toEqual([0, 0]);
    leaders[1] = 2;
    expect(own.reach(0, 1)).toBe(2);
    leaders[1] = -1;
    expect(own.reach(0, 1)).toBe(-1);
  });

  it('stays the paused leader, until a request of the producer times out', () => {
    const { own, leaders, still, at, run } = views();
    own.joined();
    at(1, () => {
      still.add(0);
      own.silent(0, 0);
    });
    at(2, () => {
      leaders[0] = 1;
      own.led(0);
      expect([own.reach(0, 0), own.reach(0, 1)]).toEqual([0, -1]);
      // Another node says nothing about this one.
      own.gaveUp(0, 2);
      expect(own.reach(0, 0)).toBe(0);
      own.gaveUp(0, 0);
      expect(own.reach(0, 0)).toBe(1);
    });
    run();
  });

  it('is a leader that is still paused, for a producer that starts then', () => {
    const { own, still } = views();
    still.add(0);
    own.joined();
    expect([own.reach(0, 0), own.reach(0, 1)]).toEqual([0, 0]);
    still.delete(0);
    own.waitEnded(0);
    expect(own.reach(0, 0)).toBe(0);
  });

  it('is asked for by consumers 30 s after the leader fell silent, and again while it leads', () => {
    const { own, leaders, still, seen, at, run } = views();
    at(1, () => {
      still.add(0);
      own.silent(0, 0);
    });
    // Another node leads soon, but consumers wait for their pending fetches.
    at(5, () => {
      leaders[0] = 1;
      own.led(0);
    });
    run();
    expect(seen).toEqual(['1 0 away', '31 0 there']);
  });

  it('takes consumers another 30 s where the silent one still leads', () => {
    const { own, leaders, still, seen, at, run } = views();
    at(1, () => {
      still.add(0);
      own.silent(0, 0);
    });
    at(40, () => (leaders[0] = 1));
    run();
    expect(seen).toEqual(['1 0 away', '61 0 there']);
  });

  it('is known at once when the node resumes, and the old wait is dropped', () => {
    const { own, still, seen, at, run } = views();
    at(1, () => {
      still.add(0);
      own.silent(0, 0);
    });
    at(10, () => {
      still.delete(0);
      own.waitEnded(0);
    });
    // It falls silent once more: the 30 s count from then.
    at(20, () => {
      still.add(0);
      own.silent(0, 0);
    });
    at(45, () => still.delete(0));
    run();
    expect(seen).toEqual(['1 0 away', '10 0 there', '20 0 away', '50 0 there']);
  });

  it('is absent for consumers while the leader does not respond to them', () => {
    const { own, mute, seen } = views();
    mute.add(1);
    own.led(1);
    mute.clear();
    own.led(1);
    own.led(0);
    expect(seen).toEqual(['0 1 away', '0 1 there', '0 0 there']);
  });
});
