import type { BalancerSetup } from '../../contracts/patterns/balancer.js';
import { Edf } from './edf.js';
import { weightsOf } from './instance-weights.js';
import { SlowStart, type SlowStartConfig } from './slow-start.js';

/** Reasons why instances get unequal shares in Envoy. */
interface Inequality {
  readonly weights?: readonly number[];
  readonly slowStart?: SlowStartConfig;
}

/**
 * Envoy's weighted schedule. It is used only if weights differ or an instance is new, and is rebuilt whenever the set
 * of available instances changes. `scale` multiplies the weights by other factors, such as requests in flight.
 */
export class WeightedTurns {
  private readonly weights: Float64Array;
  private readonly slowStart: SlowStart | null;
  /** The instances of the current schedule, and the time at which the youngest came up. */
  private readonly known: Int32Array;
  private knownCount = 0;
  private youngest = -Infinity;
  private inUse = false;
  /** Start time of this caller, from which it counts the age of instances. */
  private begun = -Infinity;
  private readonly edf = new Edf(this.setup.size);

  constructor(
    private readonly setup: BalancerSetup,
    of: Inequality,

    /** Turns skipped at the start of a schedule. */
    private readonly skipped: number,
    private readonly scale: (instance: number) => number,
  ) {
    this.weights = weightsOf(of.weights, setup.size);
    this.slowStart = of.slowStart === undefined ? null : new SlowStart(of.slowStart);
    this.known = new Int32Array(setup.size);
  }

  /** Whether these instances need the schedule; otherwise all are equal. */
  differ(candidates: Int32Array, count: number): boolean {
    const youngest = this.slowStart === null ? -Infinity : this.youngestOf(candidates, count);
    if (this.isKnown(candidates, count) && youngest === this.youngest) return this.inUse;
    this.youngest = youngest;
    this.knownCount = count;
    for (let k = 0; k < count; k++) this.known[k] = candidates[k];
    this.inUse = count > 1 && this.needed(candidates, count);
    if (this.inUse) this.fill(candidates, count);
    return this.inUse;
  }

  /** The next instance of the schedule. Call differ() just before. */
  next(candidates: Int32Array, count: number): number {
    const instance = this.edf.next(candidates, count);
    this.edf.put(instance, this.weigh(instance));
    return instance;
  }

  /** The calling process restarted: all instances are new to it. */
  reset(): void {
    this.knownCount = 0;
    this.begun = this.setup.clock.now;
  }

  private isKnown(candidates: Int32Array, count: number): boolean {
    if (count !== this.knownCount) return false;
    for (let k = 0; k < count; k++) if (candidates[k] !== this.known[k]) return false;
    return true;
  }

  private youngestOf(candidates: Int32Array, count: number): number {
    let youngest = this.begun;
    for (let k = 0; k < count; k++) {
      youngest = Math.max(youngest, this.newSince(candidates[k]));
    }
    return youngest;
  }

  private needed(candidates: Int32Array, count: number): boolean {
    if (this.slowStart?.isNew(this.setup.clock.now - this.youngest) === true) return true;
    const first = this.weights[candidates[0]];
    for (let k = 1; k < count; k++) if (this.weights[candidates[k]] !== first) return true;
    return false;
  }

  private fill(candidates: Int32Array, count: number): void {
    this.edf.clear();
    for (let k = 0; k < count; k++) this.edf.put(candidates[k], this.weigh(candidates[k]));
    for (let k = this.skipped % count; k > 0; k--) this.next(candidates, count);
  }

  private weigh(instance: number): number {
    const weight = this.weights[instance] * this.scale(instance);
    const { slowStart } = this;
    if (slowStart === null) return weight;
    return weight * slowStart.shareAt(this.setup.clock.now - this.newSince(instance));
  }

  /**
   * When this instance came up, to this caller. One that passes the caller's health checks again is new once more
   * (health_checker_base_impl.cc, handleSuccess: setLastHcPassTime); one whose ejection is over is not.
   */
  private newSince(instance: number): number {
    const { upSince, passedAt } = this.setup;
    const passed = passedAt === null ? -Infinity : passedAt[instance];
    return Math.max(this.begun, upSince[instance], passed);
  }
}
