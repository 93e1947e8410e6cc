import { meanOf } from '../../kernel/distribution.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { sin } from '../../kernel/math.js';
import type { Arrivals } from '../../contracts/scenario/arrivals.js';
import { levelAt } from '../../contracts/scenario/stages.js';

/** A part of a rate over time, which is linear in it. Times from the start of the load; rates per second. */
export interface RatePart {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  readonly from: number;
  readonly to: number;
}

/** A change of the rate for a time. */
export interface RateChange {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  readonly factor: number;
  /** Extra requests per second. */
  readonly add: number;
}

/** Lines that stand for a period of a wave. */
const PER_PERIOD = 16;
const TWO_PI = 6.283185307179586;

/** The rate of open arrivals over time, as lines; null for arrivals that have no rate. `warmupNs`: time before the measured one. */
export function ratesOver(arrivals: Arrivals, endNs: Ns, warmupNs: Ns): readonly RatePart[] | null {
  const between = (edges: readonly Ns[], at: (time: Ns) => number): readonly RatePart[] => {
    const all = [0, ...edges.filter((edge) => edge > 0 && edge < endNs), endNs];
    return all.slice(1).map((untilNs, k) => {
      const fromNs = all[k]!;
      // Just inside, because a rate may jump at an edge.
      return { fromNs, untilNs, from: at(fromNs), to: at(untilNs - 1) };
    });
  };
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return between([], () => arrivals.rate);
    case 'renewal':
      return between([], () => NS_PER_SECOND / meanOf(arrivals.gap));
    case 'stages': {
      let at = warmupNs;
      const edges = [warmupNs, ...arrivals.stages.map(({ durationNs }) => (at += durationNs))];
      return between(unique(edges), (time) => levelAt(arrivals, time - warmupNs));
    }
    case 'burst': {
      const { everyNs, forNs, base, peak } = arrivals;
      const edges: Ns[] = [];
      for (let start = 0; start < endNs; start += everyNs) edges.push(start, start + forNs);
      return between(unique(edges), (time) => (time % everyNs < forNs ? peak : base));
    }
    case 'sinusoid': {
      const { periodNs, mean, amplitude } = arrivals;
      const step = periodNs / PER_PERIOD;
      const edges = Array.from({ length: Math.ceil(endNs / step) }, (_, k) => Math.round(k * step));
      return between(edges, (time) =>
        Math.max(0, mean + amplitude * sin((TWO_PI * (time - warmupNs)) / periodNs)),
      );
    }
    case 'at':
    case 'closed':
      return null;
  }
}

/** The rate with some changes. */
export function changed(
  parts: readonly RatePart[],
  changes: readonly RateChange[],
): readonly RatePart[] {
  const edges = changes.flatMap(({ fromNs, untilNs }) => [fromNs, untilNs]);
  const split = parts.flatMap((part) => splitAt(part, edges));
  return split.map((part) => {
    const middle = (part.fromNs + part.untilNs) / 2;
    const active = changes.filter(({ fromNs, untilNs }) => middle > fromNs && middle < untilNs);
    const factor = active.reduce((product, own) => product * own.factor, 1);
    const add = active.reduce((sum, own) => sum + own.add, 0);
    return { ...part, from: part.from * factor + add, to: part.to * factor + add };
  });
}

function splitAt(part: RatePart, edges: readonly Ns[]): readonly RatePart[] {
  const inside = unique(edges.filter((edge) => edge > part.fromNs && edge < part.untilNs));
  const all = [part.fromNs, ...inside, part.untilNs];
  const at = (time: Ns): number =>
    part.from + ((part.to - part.from) * (time - part.fromNs)) / (part.untilNs - part.fromNs);
  return all.slice(1).map((untilNs, k) => {
    const fromNs = all[k]!;
    return { fromNs, untilNs, from: at(fromNs), to: at(untilNs) };
  });
}

function unique(times: readonly Ns[]): readonly Ns[] {
  return [...new Set(times)].sort((a, b) => a - b);
}
