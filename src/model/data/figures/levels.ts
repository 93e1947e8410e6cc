import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import type { GaugeTable } from '../../../contracts/record/record.js';

/**
 * Fields of one gauge: its value, the time of its last change, integral and maximum over the open cell, integral over
 * the closed ones.
 */
const VALUE = 0;
const SINCE = 1;
const AREA = 2;
const MAX = 3;
const PAST = 4;
/** 1 while its level may be above 0 in the open cell. */
const LIVE = 5;
/** Level at the end of the last closed cell. */
const END = 6;
/** Number of its columns, from 1; 0 = they are not read during the run. */
const WATCHED = 7;
/** Log2 of the distance between two gauges: all entries that a change of a level touches are adjacent. */
const SHIFT = 3;

/** Initial capacity for gauges and for entries of cells. */
const CAPACITY = 1024;

/** Integral and maximum by cell. */
export interface LevelColumns {
  readonly area: Float64Array;
  readonly max: Float64Array;
}

/** A recorded gauge; `gauge` -1 = it was never created, because its level was always 0. */
export interface GaugeRow {
  readonly kind: number;
  readonly instance: number;
  readonly callee: number;
  readonly gauge: number;
}

/**
 * Time-weighted gauges of one run: value, integral and maximum over the open cell. A gauge is a small number assigned
 * at assembly. `close` ends a measuring cell for all gauges; those that stayed at 0 cost nothing.
 */
class Levels {
  private state: Float64Array = new Float64Array(CAPACITY << SHIFT);
  /** Gauges whose level may be above 0 in the open cell. */
  private live: Int32Array = new Int32Array(CAPACITY);
  private liveCount = 0;
  /** Entries of closed cells, in the order of the cells. */
  private entries = 0;
  private gauges: Int32Array = new Int32Array(CAPACITY);
  private inCells: Int32Array = new Int32Array(CAPACITY);
  private areas: Float64Array = new Float64Array(CAPACITY);
  private maxima: Float64Array = new Float64Array(CAPACITY);
  private readonly watched: LevelColumns[] = [];
  private cells = 0;
  count = 0;

  /** Clears all gauges, for a run with this number of measuring cells and about this number of gauges. */
  reset(cells: number, gauges = 0): void {
    this.state.fill(0, 0, this.count << SHIFT);
    if (gauges << SHIFT > this.state.length) this.state = new Float64Array(gauges << SHIFT);
    this.watched.length = this.count = this.liveCount = this.entries = 0;
    this.cells = cells;
  }

  /** Registers a gauge at level 0. */
  register(): number {
    if (levels.count << SHIFT === levels.state.length) {
      levels.state = widenFloat64(levels.state, levels.count << (SHIFT + 1));
    }
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
    if (levels.liveCount === levels.live.length) {
      levels.live = widenInt32(levels.live, levels.liveCount * 2);
    }
    levels.live[levels.liveCount++] = gauge;
  }

  /** Sets a level from now on. */
  set(gauge: number, level: number): void {
    levels.add(gauge, level - levels.state[(gauge << SHIFT) + VALUE]);
  }

  /** Ends the open cell now; `cell` -1 discards its values (warm-up). */
  close(cell: number): void {
    const { state, live } = levels;
    const now = engine.now;
    let kept = 0;
    for (let k = 0; k < levels.liveCount; k++) {
      const gauge = live[k];
      const at = gauge << SHIFT;
      const value = state[at + VALUE];
      const area = state[at + AREA] + value * (now - state[at + SINCE]);
      invariant(state[at + SINCE] <= now, 'a level is booked in the order of time');
      invariant(state[at + LIVE] === 1, 'a gauge of the open cell is awake');
      state[at + PAST] += area;
      if (cell >= 0 && (area !== 0 || state[at + MAX] !== 0)) {
        levels.enter(gauge, cell, area, state[at + MAX]);
      }
      state[at + AREA] = 0;
      state[at + SINCE] = now;
      state[at + MAX] = value;
      state[at + END] = value;
      if (value === 0) state[at + LIVE] = 0;
      else live[kept++] = gauge;
    }
    levels.liveCount = kept;
    invariant(kept <= levels.count, 'each gauge is awake once');
  }

  private enter(gauge: number, cell: number, area: number, max: number): void {
    const watched = levels.state[(gauge << SHIFT) + WATCHED];
    if (watched > 0) {
      const columns = levels.watched[watched - 1];
      columns.area[cell] = area;
      columns.max[cell] = max;
    }
    const { entries } = levels;
    if (entries === levels.gauges.length) {
      levels.gauges = widenInt32(levels.gauges, entries * 2);
      levels.inCells = widenInt32(levels.inCells, entries * 2);
      levels.areas = widenFloat64(levels.areas, entries * 2);
      levels.maxima = widenFloat64(levels.maxima, entries * 2);
    }
    levels.gauges[entries] = gauge;
    levels.inCells[entries] = cell;
    levels.areas[entries] = area;
    levels.maxima[entries] = max;
    levels.entries++;
  }

  /** The level now. */
  value(gauge: number): number {
    return levels.state[(gauge << SHIFT) + VALUE];
  }

  /** Integral of a level from the start of the run until now, in level x ns. */
  integral(gauge: number): number {
    const { state } = levels;
    const at = gauge << SHIFT;
    const open = state[at + AREA] + state[at + VALUE] * (engine.now - state[at + SINCE]);
    return state[at + PAST] + open;
  }

  /** The columns of a gauge, for readers during the run; must be requested before the run. */
  columnsOf(gauge: number): LevelColumns {
    const at = (gauge << SHIFT) + WATCHED;
    if (levels.state[at] === 0) {
      const area = new Float64Array(levels.cells);
      const max = new Float64Array(levels.cells);
      levels.state[at] = levels.watched.push({ area, max });
    }
    return levels.watched[levels.state[at] - 1];
  }

  /** The level when the last cell was closed. */
  endOf(gauge: number): number {
    return levels.state[(gauge << SHIFT) + END];
  }

  /** The values of some gauges in the closed cells. */
  tableOf(rows: readonly GaugeRow[]): GaugeTable {
    const { count, entries } = levels;
    const ends = new Int32Array(count);
    for (let k = 0; k < entries; k++) ends[levels.gauges[k]]++;
    for (let gauge = 1; gauge < count; gauge++) ends[gauge] += ends[gauge - 1];
    const cell = new Int32Array(entries);
    const area = new Float64Array(entries);
    const max = new Float64Array(entries);
    const places = new Int32Array(count);
    places.set(ends.subarray(0, Math.max(0, count - 1)), 1);
    for (let k = 0; k < entries; k++) {
      const at = places[levels.gauges[k]]++;
      cell[at] = levels.inCells[k];
      area[at] = levels.areas[k];
      max[at] = levels.maxima[k];
    }
    const table = {
      kind: new Uint8Array(rows.length),
      instance: new Int32Array(rows.length),
      callee: new Int32Array(rows.length),
      from: new Int32Array(rows.length),
      until: new Int32Array(rows.length),
      cell,
      area,
      max,
    };
    rows.forEach(({ kind, instance, callee, gauge }, row) => {
      table.kind[row] = kind;
      table.instance[row] = instance;
      table.callee[row] = callee;
      table.from[row] = gauge > 0 ? ends[gauge - 1] : 0;
      table.until[row] = gauge >= 0 ? ends[gauge] : 0;
    });
    return table;
  }
}

/** The gauges of the current run of this thread; see `strands` for why they are a module constant. */
export const levels = new Levels();
