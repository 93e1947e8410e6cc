import { balancerKind } from '../../src/patterns/registry.js';
import type { BalancerState } from '../../src/contracts/patterns/balancer.js';

export const MS = 1_000_000;

/** A balancer of one calling instance; all of its instances are up unless a pick says otherwise. */
export function caller(kind: string, size: number, written: object = {}, index = 0) {
  const outstanding = new Int32Array(size);
  const upSince = new Float64Array(size).fill(-Infinity);
  const clock = { now: 0 };
  let key = 0;
  const definition = balancerKind(kind)!;
  const state: BalancerState = definition.create(definition.schema.parse(written), {
    size,
    caller: index,
    outstanding,
    upSince,
    passedAt: null,
    clock,
    picks: { a: 11, b: 13 },
    places: { a: 17, b: 19 },
    keyValue: () => key,
    shared: (make) => make(),
  });
  const all = Int32Array.from({ length: size }, (_, k) => k);
  let n = 0;
  return {
    state,
    outstanding,
    upSince,
    clock,
    pick: (up: Int32Array = all, count = up.length) => state.pick(up, count, ++n, 5, n),
    pickKey: (value: number, up: Int32Array = all) => {
      key = value;
      return state.pick(up, up.length, ++n, 5, n);
    },
  };
}

export const times = <T>(n: number, make: (k: number) => T): T[] =>
  Array.from({ length: n }, (_, k) => make(k));

/** How often each instance was picked. */
export const shares = (picks: readonly number[], size: number): number[] =>
  times(size, (k) => picks.filter((pick) => pick === k).length / picks.length);
