import type { Draft } from './data/run.js';
import type { World } from './modules/world.js';

/**
 * A world without parts. V8 gives an object that starts with fields a place for each of them; fields that are added to an
 * object without any are in a second one, and each read of them takes one more access to memory. So the fields that the
 * path of a call reads are here. `assemble` sets all of them before anything reads one.
 */
export function blankWorld(): Draft<World> {
  const world = {
    plan: null,
    edges: null,
    instances: null,
    links: null,
    server: null,
    wire: null,
    calls: null,
    interpreter: null,
    workers: null,
    effects: null,
    tracer: null,
    picks: null,
    streamA: null,
    streamB: null,
    partSlowness: null,
    prioritised: null,
    keys: null,
    acts: null,
    watchers: null,
    duplicates: null,
    executions: null,
    callData: null,
    coalescing: null,
    sections: null,
    sizes: null,
    apart: null,
    callFaults: null,
    ties: null,
    serverEnds: null,
    connections: null,
    registries: null,
    passes: null,
    outages: null,
    partInjections: null,
    instanceInjections: null,
    admission: null,
    gates: null,
    leaseOwners: null,
    backends: null,
    loads: null,
    tasks: null,
    stop: null,
  } satisfies { readonly [Part in keyof World]?: null };
  return world as unknown as Draft<World>;
}
