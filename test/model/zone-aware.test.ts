import { describe, expect, it } from 'vitest';
import { View } from '../../src/model/data/edges/edge.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { ZoneAwareRouting } from '../../src/model/resources/picking/zone-aware.js';
import type { BalancerState } from '../../src/contracts/patterns/balancer.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { fleetOf } from '../support/fleet.js';

const PICKS = 40_000;

/** Picks the instances it sees in turn, and records which attempts have ended. */
class InTurn implements BalancerState {
  readonly heard: number[] = [];
  private next = 0;

  pick(candidates: Int32Array, count: number): number {
    return candidates[this.next++ % count];
  }

  ended(instance: number): void {
    this.heard.push(instance);
  }
}

/** Caller `self` of those in some zones, and a callee in some zones; -1 is outside of all. */
function routing(self: number, callers: readonly number[], callees: readonly number[], own = {}) {
  const instances = [...callers, ...callees].map((zone) => ({ zone }) as Instance);
  const mine = fleetOf(0, callers.length);
  const theirs = fleetOf(callers.length, callees.length);
  const view = new View(theirs, true);
  const states: InTurn[] = [];
  const state = new ZoneAwareRouting(
    { routingEnabled: 1, minClusterSize: 1, ...own },
    {
      caller: instances[self],
      callers: mine,
      callee: theirs,
      instances,
      view,
      key: { a: 5, b: 7 },
    },
    () => states[states.push(new InTurn()) - 1],
  );
  let n = 0;
  const pick = (up: Int32Array = theirs.all, count = up.length): number =>
    state.pick(up, count, ++n, 3, n);
  /** Share of the picks that fall on each zone. */
  const zones = (up: Int32Array = theirs.all, count = up.length): number[] => {
    const found = [0, 0, 0];
    for (let k = 0; k < PICKS; k++) found[callees[pick(up, count)]] += 1 / PICKS;
    return found;
  };
  return { state, states, view, mine, theirs, pick, zones };
}

const close = (found: readonly number[], wanted: readonly number[]): void => {
  wanted.forEach((share, zone) => expect(Math.abs(found[zone] - share)).toBeLessThan(0.008));
};

describe('zone-aware routing', () => {
  it('40 40 20 % of the callers and 25 50 25 % of the callee: 62.5 % stay, the rest 2 to 1', () => {
    const callers = [0, 0, 1, 1, 2];
    const callees = [0, 1, 1, 2];
    // 10000 x 2500 / 4000 = 6250; b has 5000 - 4000 to spare, c 2500 - 2000.
    close(routing(0, callers, callees).zones(), [0.625, 0.375 * (2 / 3), 0.375 / 3]);
    // These zones have a greater share of the callee than of the callers.
    expect(routing(2, callers, callees).zones()[1]).toBeCloseTo(1, 9);
    expect(routing(4, callers, callees).zones()[2]).toBeCloseTo(1, 9);
  });

  it('equal shares stay at home', () => {
    expect(routing(0, [0, 1], [0, 1]).zones()[0]).toBeCloseTo(1, 9);
  });

  it('shares are hundredths of a percent, rounded down', () => {
    // 1/3 of the callers and 2/6 of the callee are 3333 both; 2/3 and 4/6 are 6666.
    expect(routing(0, [0, 1, 1], [0, 0, 1, 1, 1, 1]).zones()[0]).toBeCloseTo(1, 9);
    // 6666 and 5000: 7500 of 10,000, where 0.5 / (2/3) is 75 % as well.
    close(routing(0, [0, 0, 1], [0, 1]).zones(), [0.75, 0.25]);
  });

  it('a zone without the callee sends to those with room to spare', () => {
    // a 1/3, b 1/3, c 1/3 of the callers; the callee is in b and c only, 3 to 1: only b has room.
    close(routing(0, [0, 1, 2], [1, 1, 1, 2]).zones(), [0, 1, 0]);
  });

  it('looks at zones from minClusterSize instances on', () => {
    const six = routing(0, [0, 1], [0, 1, 0, 1, 0, 1], { minClusterSize: 6 });
    expect(six.zones()[0]).toBeCloseTo(1, 9);
    close(six.zones(Int32Array.of(0, 1, 2, 3, 4)), [3 / 5, 2 / 5]);
    expect(six.zones()[0]).toBeCloseTo(1, 9);
  });

  it('routingEnabled is the part of the picks that look at zones', () => {
    close(routing(0, [0, 1], [0, 1], { routingEnabled: 0.2 }).zones(), [0.6, 0.4]);
    close(routing(0, [0, 1], [0, 1], { routingEnabled: 0 }).zones(), [0.5, 0.5]);
  });

  it('needs two zones on both sides, and a caller in one of them', () => {
    close(routing(0, [0, 0], [0, 1]).zones(), [0.5, 0.5]);
    close(routing(0, [0, 1], [1, 1]).zones(), [0, 1]);
    close(routing(0, [-1, 1], [0, 1]).zones(), [0.5, 0.5]);
  });

  it('only instances that are up count, of callers and of the callee', () => {
    // With one of its two down, a has 1/3 of the callee for 1/2 of the callers: 6666 of 10,000.
    const own = routing(0, [0, 1], [0, 0, 1, 1]);
    close(own.zones(Int32Array.of(0, 2, 3)), [3333 / 5000, 1 - 3333 / 5000]);
    // No instance left in its zone: everything goes where there is capacity.
    close(own.zones(Int32Array.of(2, 3)), [0, 1]);
    // 3 of 4 callers in a, later 2 of 3: 5000 / 7500, then 5000 / 6666.
    const crowded = routing(0, [0, 0, 0, 1], [0, 1]);
    close(crowded.zones(), [2 / 3, 1 / 3]);
    crowded.mine.ready.set([0, 1, 3]);
    crowded.mine.readyCount = 3;
    crowded.mine.changes++;
    close(crowded.zones(), [0.75, 0.25]);
  });

  it('leaves zones alone while fewer than half of the callers are up, or too few are open', () => {
    const own = routing(0, [0, 1, 0, 1], [0, 1]);
    own.mine.readyCount = 2;
    own.mine.changes++;
    expect(own.zones()[0]).toBeCloseTo(1, 9);
    own.mine.readyCount = 1;
    own.mine.changes++;
    close(own.zones(), [0.5, 0.5]);
    const panic = routing(0, [0, 1], [0, 1]);
    panic.view.setShut(1, true);
    close(panic.zones(), [0.5, 0.5]);
  });

  it('each zone has its own balancer, and all of them hear of every end', () => {
    const own = routing(0, [0, 0, 0, 1], [0, 0, 1, 1]);
    own.state.ended!(2, 5, OUTCOME.ok);
    expect(own.states.map(({ heard }) => heard)).toEqual([[2], [2], [2]]);
    const home = Array.from({ length: 200 }, () => own.pick()).filter((index) => index < 2);
    home.forEach((index, k) => expect(index).toBe(k % 2));
  });
});
