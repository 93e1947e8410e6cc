import { invariant } from '../../../kernel/invariant.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import type { Priorities } from '../../../contracts/scenario/balancing.js';
import type { View } from '../../data/edges/edge.js';

/** Envoy counts the load and the health of a level in whole percent. */
const WHOLE = 100;

/** The instances of one level. */
interface Level {
  readonly state: BalancerState;
  readonly members: Int32Array;
  readonly healthy: Int32Array;
  count: number;
  healthyCount: number;
  /** Percent of the calls that it could take: its healthy share times the overprovisioning factor, at most 100. */
  health: number;
  /** Percent of the calls that go to it. */
  load: number;
  isPanic: boolean;
}

/** What levels know of a caller. */
export interface LevelSetup {
  /** By instance of the callee: its level. */
  readonly levelOf: Int32Array;
  /** By level: its weight in percent of all weights; null = levels come in order. */
  readonly weights: readonly number[] | null;
  readonly view: View;
  /** Share of healthy instances below which a level uses all of its own. */
  readonly threshold: number;
  readonly failsOnPanic: boolean;
  readonly key: StreamKey;
}

/**
 * Envoy's priority levels (source/extensions/load_balancing_policies/common/load_balancer_impl.cc:
 * recalculatePerPriorityState, recalculatePerPriorityPanic, recalculateLoadInTotalPanic, distributeLoad,
 * choosePriority). Each level can carry its healthy share times 1.4; the first ones are filled first. A level in panic
 * uses all of its instances, and no level panics while they can carry everything together. With weights, levels are
 * localities of one priority: each gets its weight times what it can carry (rebuildLocalityWrrForLevel).
 */
export class PriorityLevels implements BalancerState {
  readonly ended: BalancerState['ended'];
  private readonly settings: Priorities;
  private readonly setup: LevelSetup;
  private readonly levels: readonly Level[];
  /** The candidates, and which of them were shut, at the last computation. */
  private readonly known: Int32Array;
  private readonly knownShut: Uint8Array;
  private knownCount = -1;

  constructor(settings: Priorities, setup: LevelSetup, create: () => BalancerState) {
    const { levelOf } = setup;
    this.settings = settings;
    this.setup = setup;
    const size = levelOf.length;
    this.levels = Array.from({ length: levelOf.reduce((a, b) => Math.max(a, b), 0) + 1 }, () => ({
      state: create(),
      members: new Int32Array(size),
      healthy: new Int32Array(size),
      count: 0,
      healthyCount: 0,
      health: 0,
      load: 0,
      isPanic: false,
    }));
    this.known = new Int32Array(size);
    this.knownShut = new Uint8Array(size);
    if (this.levels[0].state.ended !== undefined) {
      this.ended = (instance, afterNs, outcome) => {
        this.levels[levelOf[instance]].state.ended!(instance, afterNs, outcome);
      };
    }
  }

  pick(candidates: Int32Array, count: number, a: number, b: number, strand: number): number {
    if (!this.isKnown(candidates, count)) this.workOut(candidates, count);
    const level = this.choose(a, b);
    if (level.isPanic && this.setup.failsOnPanic) return -1;
    const there = level.isPanic ? level.count : level.healthyCount;
    if (there === 0) return -1;
    return level.state.pick(level.isPanic ? level.members : level.healthy, there, a, b, strand);
  }

  reset(): void {
    for (const { state } of this.levels) state.reset?.();
  }

  forget(instance: number): void {
    this.levels[this.setup.levelOf[instance]].state.forget?.(instance);
  }

  /** The level of one pick. */
  private choose(a: number, b: number): Level {
    const { levels } = this;
    if (levels[0].load === WHOLE) return levels[0];
    const { key } = this.setup;
    let left = unit(key.a, key.b, a, b, 0) * WHOLE;
    let last = 0;
    for (let k = 0; k < levels.length; k++) {
      if (levels[k].load === 0) continue;
      last = k;
      left -= levels[k].load;
      if (left < 0) break;
    }
    return levels[last];
  }

  private isKnown(candidates: Int32Array, count: number): boolean {
    if (count !== this.knownCount) return false;
    const { shut } = this.setup.view;
    const isWatched = shut.length > 0;
    for (let k = 0; k < count; k++) {
      const index = candidates[k];
      if (index !== this.known[k]) return false;
      if (isWatched && shut[index] > 0 !== this.knownShut[k] > 0) return false;
    }
    return true;
  }

  private workOut(candidates: Int32Array, count: number): void {
    const { view, levelOf } = this.setup;
    this.knownCount = count;
    for (const level of this.levels) level.count = level.healthyCount = 0;
    for (let k = 0; k < count; k++) {
      const index = (this.known[k] = candidates[k]);
      const isShut = view.shut.length > 0 && view.shut[index] > 0;
      this.knownShut[k] = isShut ? 1 : 0;
      const level = this.levels[levelOf[index]];
      level.members[level.count++] = index;
      if (!isShut) level.healthy[level.healthyCount++] = index;
    }
    for (const level of this.levels) level.health = this.healthOf(level);
    if (this.setup.weights === null) this.fill(count);
    else this.weigh(this.setup.weights, count);
    const sum = this.levels.reduce((all, { load }) => all + load, 0);
    invariant(Math.abs(sum - WHOLE) < 1e-6, 'the levels take all calls together');
  }

  private healthOf({ count, healthyCount }: Level): number {
    if (healthyCount === 0) return 0;
    if (this.settings.switch === 'whenEmpty') return WHOLE;
    const percent = Math.round(this.settings.overprovisioningFactor * WHOLE);
    return Math.min(WHOLE, Math.floor((percent * healthyCount) / count));
  }

  /** Fills the levels in order. */
  private fill(count: number): void {
    const { levels } = this;
    const total = Math.min(
      WHOLE,
      levels.reduce((sum, { health }) => sum + health, 0),
    );
    for (const level of levels) level.isPanic = total < WHOLE && this.isLow(level);
    if (total === 0 || levels.every(({ isPanic }) => isPanic)) return this.spread(total, count);
    let left = WHOLE;
    for (const level of levels) {
      level.load = Math.min(left, Math.floor((level.health * WHOLE) / total));
      left -= level.load;
    }
    levels.find(({ health }) => health > 0)!.load += left;
  }

  /** All levels panic: each gets calls by its number of instances. Without a panic the first one gets them all. */
  private spread(total: number, count: number): void {
    const { levels } = this;
    const isPanic = levels.every((level) => level.isPanic);
    invariant(total === 0 || isPanic, 'only levels in panic are filled by their size');
    let left = WHOLE;
    for (const level of levels) {
      level.load = isPanic && count > 0 ? Math.floor((WHOLE * level.count) / count) : 0;
      left -= level.load;
    }
    (levels.find((level) => isPanic && level.count > 0) ?? levels[0]).load += left;
  }

  /** Levels as localities of one priority, which panics as a whole. */
  private weigh(weights: readonly number[], count: number): void {
    const { levels, setup } = this;
    const healthy = levels.reduce((sum, level) => sum + level.healthyCount, 0);
    const factor = this.settings.overprovisioningFactor;
    const isPanic = healthy < Math.min(setup.threshold, 1 / factor) * count;
    const isEmpty = levels.every(({ health }, k) => health * weights[k] === 0);
    const carried = levels.map((level, k) =>
      isPanic ? level.count : isEmpty ? level.healthyCount : weights[k] * level.health,
    );
    const all = carried.reduce((sum, one) => sum + one, 0);
    levels.forEach((level, k) => {
      level.isPanic = isPanic;
      level.load = all === 0 ? (k === 0 ? WHOLE : 0) : (WHOLE * carried[k]) / all;
    });
  }

  private isLow({ count, healthyCount }: Level): boolean {
    return healthyCount < this.setup.threshold * count || (count === 0 && this.setup.threshold > 0);
  }
}
