import type { Fleet } from '../../src/model/data/instances/fleet.js';

/** A component whose instances are all ready, the first of which has this id. */
export function fleetOf(first: number, size: number): Fleet {
  const all = Int32Array.from({ length: size }, (_, index) => index);
  return {
    first,
    size,
    wanted: size,
    ready: all.slice(),
    all,
    readyCount: size,
    isBinding: false,
    upSince: new Float64Array(size),
    changes: 0,
    selected: -1,
    seen: new Uint8Array(size).fill(1),
    watch: null,
  };
}
