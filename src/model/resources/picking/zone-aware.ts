import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import type { ZoneAware } from '../../../contracts/scenario/balancing.js';
import type { View } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Fleet } from '../../data/instances/fleet.js';

/** Envoy counts shares in hundredths of a percent, rounded down. */
const WHOLE = 10_000;

/** Minimum share of callers that must be up for zone shares to count: Envoy's panic threshold. */
const CALLERS_UP = 0.5;

const DRAW = { enabled: 0, direct: 1, residual: 2, anywhere: 3 } as const;

/** The instances of the callee in one zone. */
interface Locality {
  readonly zone: number;
  readonly state: BalancerState;
  readonly members: Int32Array;
  count: number;
  /** Spare share of this zone and all earlier ones in the list. */
  residual: number;
}

/** The zone data of a caller. */
export interface ZoneSetup {
  readonly caller: Instance;
  readonly callers: Fleet;
  readonly callee: Fleet;
  readonly instances: readonly Instance[];
  readonly view: View;
  readonly key: StreamKey;
}

/**
 * Envoy's zone-aware routing. A caller sends all requests to its own zone if that zone's share of the callee is at
 * least its share of the callers. Otherwise it keeps the part that fits; the rest goes to zones with a larger share of
 * the callee than of the callers, in proportion to their spare share. Each zone has its own balancer. Another balancer
 * covers all zones, for picks that ignore zones.
 */
export class ZoneAwareRouting implements BalancerState {
  readonly ended: BalancerState['ended'];
  private readonly settings: ZoneAware;
  private readonly setup: ZoneSetup;
  private readonly whole: BalancerState;
  /** The caller's zone first, if the callee has instances there; then by number. */
  private readonly localities: readonly Locality[];
  private readonly callerZones: number;
  /** The candidates for which the shares were computed. */
  private readonly known: Int32Array;
  private knownCount = 0;
  private knownPanic = false;
  private knownChanges = -1;
  private looksAtZones = false;
  /** Number of picks out of 10,000 that stay in the zone; 0 if the callee has no instance in it. */
  private direct = 0;

  constructor(settings: ZoneAware, setup: ZoneSetup, create: () => BalancerState) {
    this.settings = settings;
    this.setup = setup;
    this.whole = create();
    const zones = zonesOf(setup.callee, setup.instances);
    zones.sort(
      (a, b) => Number(b === setup.caller.zone) - Number(a === setup.caller.zone) || a - b,
    );
    const { size } = setup.callee;
    this.localities = zones.map((zone) => ({
      zone,
      state: create(),
      members: new Int32Array(size),
      count: 0,
      residual: 0,
    }));
    this.callerZones = zonesOf(setup.callers, setup.instances).length;
    this.known = new Int32Array(size);
    if (this.whole.ended !== undefined) {
      this.ended = (instance, afterNs, outcome) => {
        this.whole.ended!(instance, afterNs, outcome);
        for (const { state } of this.localities) state.ended!(instance, afterNs, outcome);
      };
    }
  }

  pick(candidates: Int32Array, count: number, a: number, b: number, strand: number): number {
    if (!this.isKnown(candidates, count)) this.workOut(candidates, count);
    const { key } = this.setup;
    const { routingEnabled } = this.settings;
    if (
      !this.looksAtZones ||
      (routingEnabled < 1 && unit(key.a, key.b, a, b, DRAW.enabled) >= routingEnabled)
    ) {
      return this.whole.pick(candidates, count, a, b, strand);
    }
    const { state, members, count: there } = this.localities[this.choose(a, b)];
    // Only if rounding has left no zone any capacity can the chosen zone be empty.
    if (there === 0) return this.whole.pick(candidates, count, a, b, strand);
    return state.pick(members, there, a, b, strand);
  }

  reset(): void {
    this.whole.reset?.();
    for (const { state } of this.localities) state.reset?.();
  }

  forget(instance: number): void {
    this.whole.forget?.(instance);
    for (const { state } of this.localities) state.forget?.(instance);
  }

  /** The zone of one pick, as its index in the list. */
  private choose(a: number, b: number): number {
    const { key } = this.setup;
    const { localities, direct } = this;
    if (direct >= WHOLE) return 0;
    if (Math.floor(unit(key.a, key.b, a, b, DRAW.direct) * WHOLE) < direct) return 0;
    const spare = localities[localities.length - 1].residual;
    if (spare === 0) {
      return Math.floor(unit(key.a, key.b, a, b, DRAW.anywhere) * localities.length);
    }
    const at = Math.floor(unit(key.a, key.b, a, b, DRAW.residual) * spare);
    let chosen = 0;
    while (at >= localities[chosen].residual) chosen++;
    return chosen;
  }

  private isKnown(candidates: Int32Array, count: number): boolean {
    const { callers } = this.setup;
    if (count !== this.knownCount || this.isPanic(candidates, count) !== this.knownPanic) {
      return false;
    }
    if (callers.changes !== this.knownChanges) return false;
    for (let k = 0; k < count; k++) if (candidates[k] !== this.known[k]) return false;
    return true;
  }

  /** A shut instance is a candidate only if too few are open. */
  private isPanic(candidates: Int32Array, count: number): boolean {
    const { shut, shutCount } = this.setup.view;
    if (shutCount === 0) return false;
    for (let k = 0; k < count; k++) if (shut[candidates[k]] > 0) return true;
    return false;
  }

  private workOut(candidates: Int32Array, count: number): void {
    const { callers, caller, instances, callee } = this.setup;
    this.knownCount = count;
    this.knownPanic = this.isPanic(candidates, count);
    this.knownChanges = callers.changes;
    for (const locality of this.localities) locality.count = 0;
    for (let k = 0; k < count; k++) {
      const index = (this.known[k] = candidates[k]);
      const { zone } = instances[callee.first + index];
      const locality = this.localities.find((one) => one.zone === zone)!;
      locality.members[locality.count++] = index;
    }
    this.looksAtZones =
      !this.knownPanic &&
      caller.zone >= 0 &&
      this.localities.length >= 2 &&
      this.callerZones >= 2 &&
      count >= this.settings.minClusterSize &&
      callers.readyCount >= CALLERS_UP * callers.wanted;
    if (this.looksAtZones) this.share(count);
  }

  /** Computes the share that stays in the zone, and the spare shares of the others. */
  private share(count: number): void {
    const { caller } = this.setup;
    let spare = 0;
    for (const locality of this.localities) {
      const upstream = Math.floor((WHOLE * locality.count) / count);
      const local = this.shareOfCallers(locality.zone);
      if (locality.zone === caller.zone) {
        // If this zone has no known callers, all traffic stays here, provided it has an instance to call.
        this.direct = Math.min(WHOLE, Math.floor((upstream * WHOLE) / Math.max(local, 1)));
      } else if (upstream > local) {
        spare += upstream - local;
      }
      locality.residual = spare;
    }
  }

  /** Share of the zone among the callers that are up, in hundredths of a percent. */
  private shareOfCallers(zone: number): number {
    const { callers, instances } = this.setup;
    let there = 0;
    for (let k = 0; k < callers.readyCount; k++) {
      if (instances[callers.first + callers.ready[k]].zone === zone) there++;
    }
    return Math.floor((WHOLE * there) / Math.max(callers.readyCount, 1));
  }
}

/** The zones in which a component has instances, up or not. */
function zonesOf(fleet: Fleet, instances: readonly Instance[]): number[] {
  const zones: number[] = [];
  for (let index = 0; index < fleet.size; index++) {
    const { zone } = instances[fleet.first + index];
    if (!zones.includes(zone)) zones.push(zone);
  }
  return zones;
}
