import { engine } from '../kernel/engine.js';
import type { Ns } from '../kernel/time.js';

const COLUMNS = ['value', 'since', 'area', 'max', 'past'] as const;

/** Gauges that need no further memory. */
const CAPACITY = 1024;

/**
 * Time-weighted gauges of one run, as columns: value, integral and maximum over the open cell.
 * A gauge is a small number handed out at assembly. `close` ends a measuring cell for all of them.
 */
class Levels {
  private value: Float64Array = new Float64Array(CAPACITY);
  private since: Float64Array = new Float64Array(CAPACITY);
  private area: Float64Array = new Float64Array(CAPACITY);
  private max: Float64Array = new Float64Array(CAPACITY);
  /** Integral over the cells that are closed. */
  private past: Float64Array = new Float64Array(CAPACITY);
  private readonly areas: Float64Array[] = [];
  private readonly maxima: Float64Array[] = [];
  private cells = 0;
  count = 0;

  /** Forgets all gauges, for a run with so many measuring cells. */
  reset(cells: number): void {
    for (const name of COLUMNS) this[name].fill(0, 0, this.count);
    this.areas.length = this.maxima.length = this.count = 0;
    this.cells = cells;
  }

  /** Registers a gauge at level 0. */
  register(): number {
    if (levels.count === levels.value.length) levels.widen();
    levels.areas.push(new Float64Array(levels.cells));
    levels.maxima.push(new Float64Array(levels.cells));
    return levels.count++;
  }

  /** Changes a level from now on. */
  add(gauge: number, delta: number): void {
    const now: Ns = engine.now;
    const old = levels.value[gauge];
    levels.area[gauge] += old * (now - levels.since[gauge]);
    levels.since[gauge] = now;
    const level = old + delta;
    levels.value[gauge] = level;
    if (level > levels.max[gauge]) levels.max[gauge] = level;
  }

  /** Sets a level from now on. */
  set(gauge: number, level: number): void {
    levels.add(gauge, level - levels.value[gauge]);
  }

  /** Ends the open cell now; `cell` -1 throws the figures away (warm-up). */
  close(cell: number): void {
    const now = engine.now;
    for (let gauge = 0; gauge < levels.count; gauge++) {
      const area = levels.area[gauge] + levels.value[gauge] * (now - levels.since[gauge]);
      levels.past[gauge] += area;
      if (cell >= 0) {
        levels.areas[gauge][cell] = area;
        levels.maxima[gauge][cell] = levels.max[gauge];
      }
      levels.area[gauge] = 0;
      levels.since[gauge] = now;
      levels.max[gauge] = levels.value[gauge];
    }
  }

  /** Integral of a level from the start of the run until now, in level x ns. */
  integral(gauge: number): number {
    const open = levels.area[gauge] + levels.value[gauge] * (engine.now - levels.since[gauge]);
    return levels.past[gauge] + open;
  }

  areaOf(gauge: number): Float64Array {
    return levels.areas[gauge];
  }

  maxOf(gauge: number): Float64Array {
    return levels.maxima[gauge];
  }

  private widen(): void {
    const double = (column: Float64Array): Float64Array => {
      const wider = new Float64Array(column.length * 2);
      wider.set(column);
      return wider;
    };
    levels.value = double(levels.value);
    levels.since = double(levels.since);
    levels.area = double(levels.area);
    levels.past = double(levels.past);
    levels.max = double(levels.max);
  }
}

/** The gauges of the run that this thread is at; see `strands` for why they stand here. */
export const levels = new Levels();
