import { engine } from '../kernel/engine.js';
import { widenFloat64 } from '../kernel/pool.js';
import type { Ns } from '../kernel/time.js';

/** Places of one gauge: its value, since when, integral and maximum over the open cell, integral over the closed ones. */
const VALUE = 0;
const SINCE = 1;
const AREA = 2;
const MAX = 3;
const PAST = 4;
/** 1 once the level has changed. */
const LIVE = 5;
/** Log2 of the places from one gauge to the next: what a change of a level touches stands side by side. */
const SHIFT = 3;

/** Gauges that need no further memory. */
const CAPACITY = 1024;

/**
 * Time-weighted gauges of one run: value, integral and maximum over the open cell.
 * A gauge is a small number handed out at assembly. `close` ends a measuring cell for all of them.
 */
class Levels {
  private state: Float64Array = new Float64Array(CAPACITY << SHIFT);
  /** By gauge, once its level has been above 0 in a cell. */
  private readonly areas: (Float64Array | undefined)[] = [];
  private readonly maxima: (Float64Array | undefined)[] = [];
  /** The figures of all gauges that have always been at 0. */
  private zeros = new Float64Array(0);
  /** Gauges whose level has changed: the others are at 0 all the time. */
  private readonly live: number[] = [];
  /** Levels at the end of the cell that was closed last. */
  private readonly ends: number[] = [];
  private cells = 0;
  count = 0;

  /** Forgets all gauges, for a run with so many measuring cells. */
  reset(cells: number): void {
    this.state.fill(0, 0, this.count << SHIFT);
    this.areas.length = this.maxima.length = this.ends.length = this.live.length = this.count = 0;
    this.cells = cells;
    this.zeros = new Float64Array(cells);
  }

  /** Registers a gauge at level 0. */
  register(): number {
    if (levels.count << SHIFT === levels.state.length) {
      levels.state = widenFloat64(levels.state, levels.count << (SHIFT + 1));
    }
    levels.areas.push(undefined);
    levels.maxima.push(undefined);
    levels.ends.push(0);
    return levels.count++;
  }

  /** Changes a level from now on. */
  add(gauge: number, delta: number): void {
    const { state } = levels;
    const at = gauge << SHIFT;
    const now: Ns = engine.now;
    const old = state[at + VALUE];
    state[at + AREA] += old * (now - state[at + SINCE]);
    state[at + SINCE] = now;
    const level = old + delta;
    if (level !== 0 && state[at + LIVE] === 0) levels.wake(gauge);
    state[at + VALUE] = level;
    if (level > state[at + MAX]) state[at + MAX] = level;
  }

  private wake(gauge: number): void {
    levels.state[(gauge << SHIFT) + LIVE] = 1;
    levels.live.push(gauge);
  }

  /** Sets a level from now on. */
  set(gauge: number, level: number): void {
    levels.add(gauge, level - levels.state[(gauge << SHIFT) + VALUE]);
  }

  /** Ends the open cell now; `cell` -1 throws the figures away (warm-up). */
  close(cell: number): void {
    const { state } = levels;
    const now = engine.now;
    for (const gauge of levels.live) {
      const at = gauge << SHIFT;
      const area = state[at + AREA] + state[at + VALUE] * (now - state[at + SINCE]);
      state[at + PAST] += area;
      if (cell >= 0 && (area !== 0 || state[at + MAX] !== 0)) {
        const columns = levels.columnsOf(gauge);
        columns.area[cell] = area;
        columns.max[cell] = state[at + MAX];
      }
      state[at + AREA] = 0;
      state[at + SINCE] = now;
      state[at + MAX] = state[at + VALUE];
      levels.ends[gauge] = state[at + VALUE];
    }
  }

  /** Integral of a level from the start of the run until now, in level x ns. */
  integral(gauge: number): number {
    const { state } = levels;
    const at = gauge << SHIFT;
    const open = state[at + AREA] + state[at + VALUE] * (engine.now - state[at + SINCE]);
    return state[at + PAST] + open;
  }

  /** The level of this moment. */
  valueOf(gauge: number): number {
    return levels.state[(gauge << SHIFT) + VALUE];
  }

  /** The columns of a gauge for those who read them while they are filled. */
  columnsOf(gauge: number): { readonly area: Float64Array; readonly max: Float64Array } {
    const area = (levels.areas[gauge] ??= new Float64Array(levels.cells));
    const max = (levels.maxima[gauge] ??= new Float64Array(levels.cells));
    return { area, max };
  }

  /** At the end of a run. */
  areaOf(gauge: number): Float64Array {
    return levels.areas[gauge] ?? levels.zeros;
  }

  maxOf(gauge: number): Float64Array {
    return levels.maxima[gauge] ?? levels.zeros;
  }

  /** The level when the last cell was closed. */
  endOf(gauge: number): number {
    return levels.ends[gauge];
  }
}

/** The gauges of the run that this thread is at; see `strands` for why they stand here. */
export const levels = new Levels();
