import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import type { Grid } from '../../../contracts/plan/plan.js';
import type { MeterRecord } from '../../../contracts/record/record.js';
import { Histogram } from '../../../stats/histogram.js';
import { levels } from './levels.js';
import { sink } from './sink.js';

/** The owner of a meter: a component, and its part or -1. */
export interface MeterSubject {
  readonly component: number;
  readonly part: number;
}

/** A count by measuring cell. */
export interface Counter {
  /** Since the start of the run, including the warm-up. */
  total: number;
  readonly cells: Float64Array;
}

/** An age gauge: the time since an event, such as the age of the oldest message. */
export interface Age {
  /** Time of the event; Infinity = none. */
  since: Ns;
  /** Time until which it is included in `area`. */
  booked: Ns;
  /** Integral and maximum over the open cell. */
  area: number;
  max: number;
  readonly areas: Float64Array;
  readonly maxima: Float64Array;
  /** At the end of the last closed cell. */
  end: number;
}

/** Durations by segment. */
export type Durations = readonly Histogram[];

/**
 * Metrics of components other than requests and edges: topics, caches, sagas. Each has a name, a subject and one of
 * four forms; the analysis finds it by name and subject (`analysis/measure/meter-readings.ts`).
 */
export class Meters {
  private readonly list: (() => MeterRecord)[] = [];
  private readonly ages: Age[] = [];
  private readonly gauges = new Map<string, number>();
  private readonly cells: number = this.grid.edges.length - 1;

  constructor(private readonly grid: Grid) {}

  counter(name: string, { component, part }: MeterSubject): Counter {
    const counter: Counter = { total: 0, cells: new Float64Array(this.cells) };
    this.list.push(() => ({ form: 'counter', name, component, part, counts: counter.cells }));
    return counter;
  }

  /** Counts an event that happens now. */
  count(counter: Counter, times = 1): void {
    this.countIn(counter, sink.cell, times);
  }

  /** Counts an event in the cell in which it began, -1 = the warm-up. */
  countIn(counter: Counter, cell: number, times = 1): void {
    counter.total += times;
    if (cell >= 0) counter.cells[cell] += times;
  }

  /** Creates a gauge; the result is a number of `Levels`. */
  gauge(name: string, { component, part }: MeterSubject): number {
    const gauge = levels.register();
    const columns = levels.columnsOf(gauge);
    this.gauges.set(`${name}/${component}/${part}`, gauge);
    this.list.push(() => {
      return { form: 'gauge', name, component, part, ...columns, end: levels.endOf(gauge) };
    });
    return gauge;
  }

  /** All current levels: `name/component/part` and the level. */
  now(): readonly (readonly [string, number])[] {
    return [...this.gauges].map(([key, gauge]) => [key, levels.value(gauge)]);
  }

  /** The existing gauge with that name. */
  gaugeOf(name: string, { component, part }: MeterSubject): number {
    const gauge = this.gauges.get(`${name}/${component}/${part}`);
    invariant(gauge !== undefined, 'a gauge that is read exists');
    return gauge!;
  }

  /** An age in ns: a gauge that grows with time. */
  age(name: string, { component, part }: MeterSubject): Age {
    const age: Age = {
      since: Infinity,
      booked: 0,
      area: 0,
      max: 0,
      areas: new Float64Array(this.cells),
      maxima: new Float64Array(this.cells),
      end: 0,
    };
    this.ages.push(age);
    this.list.push(() => ({
      form: 'gauge',
      name,
      component,
      part,
      area: age.areas,
      max: age.maxima,
      end: age.end,
    }));
    return age;
  }

  /** Sets the time of the oldest event. */
  turn(age: Age, since: Ns): void {
    if (since === age.since) return;
    this.book(age);
    age.since = since;
  }

  durations(name: string, { component, part }: MeterSubject): Durations {
    const durations = Array.from({ length: this.grid.segments }, () => new Histogram());
    this.list.push(() => ({
      form: 'durations',
      name,
      component,
      part,
      segments: durations.map((histogram) => histogram.toJSON()),
    }));
    return durations;
  }

  /** Records a duration that began in `cell`. */
  took(durations: Durations, cell: number, time: Ns): void {
    if (cell >= 0) durations[this.grid.segmentOfCell[cell]].add(time);
  }

  /** Ends the open cell now; -1 discards its values. */
  close(cell: number): void {
    for (const age of this.ages) {
      this.book(age);
      if (cell >= 0) {
        age.areas[cell] = age.area;
        age.maxima[cell] = age.max;
      }
      age.area = 0;
      age.end = age.max = age.since === Infinity ? 0 : engine.now - age.since;
    }
  }

  records(): readonly MeterRecord[] {
    return this.list.map((make) => make());
  }

  private book(age: Age): void {
    invariant(age.since === Infinity || age.since <= engine.now, 'an age begins in the past');
    const { now } = engine;
    if (age.since !== Infinity) {
      const from = age.booked - age.since;
      const to = now - age.since;
      age.area += ((from + to) / 2) * (now - age.booked);
      if (to > age.max) age.max = to;
    }
    invariant(now >= age.booked, 'an age is booked in the order of time');
    age.booked = now;
  }
}
