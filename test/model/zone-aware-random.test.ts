import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { View } from '../../src/model/data/edges/edge.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { ZoneAwareRouting } from '../../src/model/resources/picking/zone-aware.js';
import type { Fleet } from '../../src/model/data/instances/fleet.js';
import type { BalancerState } from '../../src/contracts/patterns/balancer.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { dice } from '../support/dice.js';
import { fleetOf } from '../support/fleet.js';

const KEY = { a: 5, b: 7 };
const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** Puts instances on the list of those that are ready, which ends with some that are not any more. */
function show(fleet: Fleet, up: readonly number[]): void {
  fleet.ready.set(up);
  fleet.readyCount = up.length;
  fleet.changes++;
}

interface Seen {
  readonly balancer: number;
  readonly of: readonly number[];
}

function routingOf(
  self: number,
  callerZones: readonly number[],
  calleeZones: readonly number[],
  settings: { readonly routingEnabled: number; readonly minClusterSize: number },
) {
  const instances = [...callerZones, ...calleeZones].map((zone) => ({ zone }) as Instance);
  const callers = fleetOf(0, callerZones.length);
  const callee = fleetOf(callerZones.length, calleeZones.length);
  const view = new View(callee, true);
  let last: Seen = { balancer: -1, of: [] };
  const told: string[] = [];
  let made = 0;
  const create = (): BalancerState => {
    const balancer = made++;
    return {
      pick: (candidates, count, a, b, strand) => {
        last = { balancer, of: [...candidates.subarray(0, count)] };
        return candidates[(a + b + strand) % count]!;
      },
      ended: (instance, afterNs, outcome) =>
        void told.push(`${balancer} ended ${instance} ${afterNs} ${outcome}`),
      reset: () => void told.push(`${balancer} reset`),
      forget: (instance) => void told.push(`${balancer} forget ${instance}`),
    };
  };
  const setup = { caller: instances[self]!, callers, callee, instances, view, key: KEY };
  const state = new ZoneAwareRouting(settings, setup, create);
  const seen = (): Seen => last;
  return { state, callers, callee, view, told, seen };
}

/** Envoy's rule: the zone of an attempt, or null if zones are ignored. */
function zoneOf(
  self: number,
  callerZones: readonly number[],
  calleeZones: readonly number[],
  callersUp: readonly number[],
  up: readonly number[],
  draw: (number: number) => number,
): number | null {
  const mine = callerZones[self]!;
  const percent = (of: readonly number[], zones: readonly number[], zone: number): number =>
    of.length === 0
      ? 0
      : Math.floor((10_000 * of.filter((one) => zones[one] === zone).length) / of.length);
  const ofCallers = (zone: number): number => percent(callersUp, callerZones, zone);
  const ofCallee = (zone: number): number => percent(up, calleeZones, zone);
  const zones = [...new Set(calleeZones)].sort((a, b) => a - b);
  const here = ofCallee(mine);
  if (here > 0) {
    const part = here >= ofCallers(mine) ? 10_000 : Math.floor((here * 10_000) / ofCallers(mine));
    if (Math.floor(draw(1) * 10_000) < part) return mine;
  }
  const others = zones.filter((zone) => zone !== mine);
  const spare = others.map((zone) => Math.max(0, ofCallee(zone) - ofCallers(zone)));
  const all = spare.reduce((sum, one) => sum + one, 0);
  if (all === 0) {
    const list = zones.includes(mine) ? [mine, ...others] : others;
    const zone = list[Math.floor(draw(3) * list.length)]!;
    return ofCallee(zone) === 0 && !up.some((one) => calleeZones[one] === zone) ? null : zone;
  }
  let left = Math.floor(draw(2) * all);
  for (const [k, zone] of others.entries()) {
    if (left < spare[k]!) return zone;
    left -= spare[k]!;
  }
  throw new Error('no zone has room');
}

describe('zone-aware routing in random worlds', () => {
  it.each([1, 2, 3, 4])('sends each attempt to the zone that the rule says (%i)', (seed) => {
    const roll = dice(seed);
    const seen = { all: 0, own: 0, other: 0 };
    for (let world = 0; world < 40; world++) {
      const kinds = roll(12) === 0 ? 1 : 2 + roll(3);
      const zoned = (): number[] =>
        range(2 + roll(6)).map(() => (roll(9) === 0 ? -1 : roll(kinds)));
      const [callerZones, calleeZones] = [zoned(), zoned()];
      const self = roll(callerZones.length);
      const settings = {
        routingEnabled: roll(3) === 0 ? 0.5 : 1,
        minClusterSize: roll(2) === 0 ? 1 : 1 + roll(4),
      };
      const own = routingOf(self, callerZones, calleeZones, settings);
      let up = range(calleeZones.length);
      let callersUp = range(callerZones.length);
      const shut = new Set<number>();
      for (let step = 0; step < 25; step++) {
        const change = roll(6);
        if (change === 0) {
          callersUp = range(callerZones.length).filter(() => roll(3) > 0);
          show(own.callers, callersUp);
        } else if (change === 1) {
          const some = range(calleeZones.length).filter(() => roll(3) > 0);
          up = some.length === 0 ? up : some;
          show(own.callee, up);
        } else if (change === 2) {
          const one = roll(calleeZones.length);
          own.view.setShut(one, !shut.has(one));
          if (!shut.delete(one)) shut.add(one);
        }
        const [a, b, strand] = [roll(1000), roll(1000), roll(10)];
        const draw = (number: number): number => unit(KEY.a, KEY.b, a, b, number);
        const looks =
          !up.some((one) => shut.has(one)) &&
          callerZones[self]! >= 0 &&
          new Set(callerZones).size > 1 &&
          new Set(calleeZones).size > 1 &&
          up.length >= settings.minClusterSize &&
          callersUp.length >= callerZones.length / 2 &&
          draw(0) < settings.routingEnabled;
        const zone = looks ? zoneOf(self, callerZones, calleeZones, callersUp, up, draw) : null;
        const of = zone === null ? up : up.filter((one) => calleeZones[one] === zone);
        const picked = own.state.pick(own.callee.ready, up.length, a, b, strand);
        expect(own.seen().of).toEqual(of);
        expect(own.seen().balancer === 0).toBe(zone === null);
        expect(picked).toBe(of[(a + b + strand) % of.length]);
        seen[zone === null ? 'all' : zone === callerZones[self] ? 'own' : 'other']++;
      }
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(25);
  });

  it('tells the balancers of all zones, and that of none, what happens', () => {
    const settings = { routingEnabled: 1, minClusterSize: 1 };
    const { state, told } = routingOf(0, [0, 1], [0, 1, 1], settings);
    state.ended!(2, 5, OUTCOME.ok);
    state.reset();
    state.forget(1);
    const all = [0, 1, 2];
    expect(told).toEqual([
      ...all.map((one) => `${one} ended 2 5 ${OUTCOME.ok}`),
      ...all.map((one) => `${one} reset`),
      ...all.map((one) => `${one} forget 1`),
    ]);
  });

  it('asks nothing of balancers that have nothing to hear', () => {
    const instances = [0, 1, 0, 1].map((zone) => ({ zone }) as Instance);
    const callee = fleetOf(2, 2);
    const state = new ZoneAwareRouting(
      { routingEnabled: 1, minClusterSize: 1 },
      {
        caller: instances[0]!,
        callers: fleetOf(0, 2),
        callee,
        instances,
        view: new View(callee, false),
        key: KEY,
      },
      () => ({ pick: (candidates) => candidates[0]! }),
    );
    expect(state.ended).toBeUndefined();
    state.reset();
    state.forget(1);
    expect(state.pick(callee.all, 2, 1, 2, 3)).toBe(0);
  });
});
