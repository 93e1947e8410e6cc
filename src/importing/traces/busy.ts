import type { Execution } from './executions.js';
import type { Item } from './structure/items.js';

/** Own time of an execution: when its process works on it, and not a component that it calls. */
export function ownTimes(execution: Execution): readonly (readonly [from: number, to: number])[] {
  const times: [number, number][] = [];
  let at = execution.start;
  for (const { start, end } of execution.calls) {
    if (start > at) times.push([at, Math.min(start, execution.end)]);
    at = Math.max(at, end);
  }
  if (at < execution.end) times.push([at, execution.end]);
  return times;
}

/**
 * Work that a process does for one of its executions: with n of them in their own time and c cores, each gets min(1, c / n) of
 * a core. So the integral of this share is the work, and the rest is the wait for a core. Source: processor sharing,
 * Kleinrock 1976, Queueing Systems 2, 4.4.
 */
export class BusyShare {
  private readonly instants: Float64Array;
  /** Executions in their own time from the instant on, and the integral of the share up to it. */
  private readonly running: Uint32Array;
  private readonly integral: Float64Array;
  private readonly cores: number;

  constructor(times: readonly (readonly [from: number, to: number])[], cores: number) {
    this.cores = cores;
    const starts = Float64Array.from(times, ([from]) => from).sort();
    const ends = Float64Array.from(times, ([, to]) => to).sort();
    const size = 2 * times.length;
    this.instants = new Float64Array(size);
    this.running = new Uint32Array(size);
    this.integral = new Float64Array(size);
    let s = 0;
    let e = 0;
    let n = 0;
    for (let k = 0; k < size; k++) {
      const isStart = s < starts.length && starts[s] < ends[e];
      const instant = isStart ? starts[s++] : ends[e++];
      if (k > 0) {
        const before = this.instants[k - 1];
        this.integral[k] = this.integral[k - 1] + (instant - before) * this.share(n);
      }
      n += isStart ? 1 : -1;
      this.instants[k] = instant;
      this.running[k] = Math.max(0, n);
    }
  }

  /** Work between two instants, ns. */
  between(from: number, to: number): number {
    return Math.max(0, this.at(to) - this.at(from));
  }

  /** Executions in their own time just after an instant. */
  runningAt(instant: number): number {
    const k = this.last(instant);
    return k < 0 ? 0 : this.running[k];
  }

  private at(instant: number): number {
    const k = this.last(instant);
    if (k < 0) return this.instants.length === 0 ? instant : instant - this.instants[0];
    return this.integral[k] + (instant - this.instants[k]) * this.share(this.running[k]);
  }

  private share(n: number): number {
    return n <= this.cores ? 1 : this.cores / n;
  }

  /** The last instant that is not after one; -1 = none. */
  private last(instant: number): number {
    let low = 0;
    let high = this.instants.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.instants[middle] <= instant) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** First start and last end of items; null without items. */
export function extent(items: readonly Item[]): readonly [start: number, end: number] | null {
  if (items.length === 0) return null;
  return [Math.min(...items.map(({ start }) => start)), Math.max(...items.map(({ end }) => end))];
}

/**
 * Time of service of which the mean sojourn in a queue with processor sharing is known, at a rate of arrivals. The mean
 * sojourn is that of M/M/c: service + C(c, load) * service / (c - load). Source: Erlang 1917; Kleinrock 1975, 3.5.
 */
export function serviceTime(sojourn: number, perNs: number, cores: number): number {
  const whole = Math.max(1, Math.floor(cores));
  let low = 0;
  let high = Math.min(sojourn, (0.999 * whole) / perNs);
  for (let round = 0; round < 60; round++) {
    const service = (low + high) / 2;
    const load = perNs * service;
    const total = service + (erlangC(whole, load) * service) / (whole - load);
    if (total < sojourn) low = service;
    else high = service;
  }
  return (low + high) / 2;
}

/** Chance that an arrival finds all servers taken. By the recursion of Erlang's first formula. */
function erlangC(servers: number, load: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}
