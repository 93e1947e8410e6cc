import type { Ns } from '../kernel/time.js';
import { engine } from './engine.js';

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
    if (this.count === this.value.length) this.widen();
    this.areas.push(new Float64Array(this.cells));
    this.maxima.push(new Float64Array(this.cells));
    return this.count++;
  }

  /** Changes a level from now on. */
  add(gauge: number, delta: number): void {
    const now: Ns = engine.now;
    const old = this.value[gauge];
    this.area[gauge] += old * (now - this.since[gauge]);
    this.since[gauge] = now;
    const level = old + delta;
    this.value[gauge] = level;
    if (level > this.max[gauge]) this.max[gauge] = level;
  }

  /** Sets a level from now on. */
  set(gauge: number, level: number): void {
    this.add(gauge, level - this.value[gauge]);
  }

  /** Ends the open cell now; `cell` -1 throws the figures away (warm-up). */
  close(cell: number): void {
    const now = engine.now;
    for (let gauge = 0; gauge < this.count; gauge++) {
      const area = this.area[gauge] + this.value[gauge] * (now - this.since[gauge]);
      this.past[gauge] += area;
      if (cell >= 0) {
        this.areas[gauge][cell] = area;
        this.maxima[gauge][cell] = this.max[gauge];
      }
      this.area[gauge] = 0;
      this.since[gauge] = now;
      this.max[gauge] = this.value[gauge];
    }
  }

  /** Integral of a level from the start of the run until now, in level x ns. */
  integral(gauge: number): number {
    const open = this.area[gauge] + this.value[gauge] * (engine.now - this.since[gauge]);
    return this.past[gauge] + open;
  }

  areaOf(gauge: number): Float64Array {
    return this.areas[gauge];
  }

  maxOf(gauge: number): Float64Array {
    return this.maxima[gauge];
  }

  private widen(): void {
    const double = (column: Float64Array): Float64Array => {
      const wider = new Float64Array(column.length * 2);
      wider.set(column);
      return wider;
    };
    this.value = double(this.value);
    this.since = double(this.since);
    this.area = double(this.area);
    this.past = double(this.past);
    this.max = double(this.max);
  }
}

/** The gauges of the run that this thread is at; see `strands` for why they stand here. */
export const levels = new Levels();
