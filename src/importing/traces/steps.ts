import { without } from './cumulants.js';
import type { Call } from './executions.js';
import { fitted } from './fit.js';
import { countOf, digits, durationInterval, durationText, FEW, shareOf } from './measured.js';
import type { Measured, TracedCall, TracedStep } from './model.js';
import type { Network } from './network.js';
import type { Part } from './parts.js';
import type { Bodies, Item, Row } from './structure/items.js';
import { labelled, orderOf, type Labels, type Order } from './structure/order.js';
import { Segments, type Segment } from './segments.js';
import type { OwnTime } from './own-time.js';

/** Share of a time below which it is no step. */
const NEGLIGIBLE = 0.005;
const NEGLIGIBLE_NS = 1000;
/** Share of executions below which a call is no step, if fewer than `CALLS_MIN` made it. */
const RARE = 0.01;
const CALLS_MIN = 3;

/** What one endpoint does, and what was left out of it. */
export interface Found {
  readonly steps: readonly TracedStep[];
  /** Executions that made a call too rare to be a step. */
  readonly rare: number;
  /** Calls of which there are too few for a reliable share. */
  readonly few: readonly { readonly part: number; readonly n: number }[];
}

/** Finds the steps of an endpoint from its executions. */
export class StepFinder {
  private readonly byLabel: readonly ReadonlyMap<number, Item>[];
  private readonly labels: Labels;
  private readonly segments: Segments;
  /** Tries of all items by part. */
  private readonly items = new Map<number, Item[]>();
  /** Block of each label in the outermost series. */
  private readonly block = new Map<number, number>();
  private total = 0;

  constructor(
    private readonly parts: readonly Part[],
    private readonly bodies: Bodies,
    private readonly rows: readonly Row[],
    own: OwnTime,
    private readonly network: Network | null,
  ) {
    const { rows: byLabel, labels } = labelled(rows);
    this.byLabel = byLabel;
    this.labels = labels;
    this.segments = new Segments(rows, byLabel, own);
    for (const { items } of rows) for (const item of items) this.note(item);
  }

  find(): Found {
    const { counts } = this.labels;
    const least = Math.min(CALLS_MIN, RARE * this.rows.length);
    const all = counts.map((_, label) => label);
    const chosen = all.filter((label) => counts[label] >= least);
    chosen.sort((a, b) => counts[b] - counts[a] || a - b);
    const rare = all.reduce((sum, label) => sum + (counts[label] < least ? counts[label] : 0), 0);
    const background = chosen.filter((label) => this.isBackground(label));
    const awaited = chosen.filter((label) => !background.includes(label));
    const order: Order =
      awaited.length === 0 ? { kind: 'series', parts: [] } : orderOf(this.byLabel, awaited);
    const series = order.kind === 'series' ? order.parts : [order];
    series.forEach((part, k) => {
      for (const label of labelsOf(part)) this.block.set(label, k);
    });
    const times = this.segments.around(series);
    this.total = times.reduce((sum, { mean, n }) => sum + (n > 0 ? mean : 0), 0);
    const steps = this.series(series, times);
    for (const label of background)
      steps.push({ ...this.call(this.labels.keys[label], this.chance(label)), isBackground: true });
    return { steps, rare, few: this.fewOf(chosen) };
  }

  /** Most of the executions that make a call end before it does. */
  private isBackground(label: number): boolean {
    if (this.labels.keys[label] < 0) return false;
    let late = 0;
    let all = 0;
    this.byLabel.forEach((row, at) => {
      const { execution } = this.rows[at];
      const item = row.get(label);
      if (item === undefined || execution.isFailed || !execution.isTimed) return;
      all++;
      if (item.end > execution.end + CLOCK_NS) late++;
    });
    return late > all / 2;
  }

  private fewOf(chosen: readonly number[]): Found['few'] {
    const { keys, counts } = this.labels;
    return chosen.flatMap((label) =>
      keys[label] >= 0 && counts[label] < FEW ? [{ part: keys[label], n: counts[label] }] : [],
    );
  }

  private note(item: Item): void {
    for (const round of item.rounds) for (const one of round) this.note(one);
    if (item.rounds.length > 0) return;
    const known = this.items.get(item.key);
    if (known === undefined) this.items.set(item.key, [item]);
    else known.push(item);
  }

  /** Steps in order, with the own time before, between and after them. */
  private series(series: readonly Order[], times: readonly Segment[]): TracedStep[] {
    const own = [...times];
    const blocks = series.map((part, k) => this.steps(part, own, k));
    const steps = [...this.time(own[0])];
    blocks.forEach((block, k) => {
      steps.push(...block, ...this.time(own[k + 1]));
    });
    return steps;
  }

  private time(segment: Segment): readonly TracedStep[] {
    if (segment.n === 0 || segment.mean < NEGLIGIBLE_NS) return [];
    if (segment.mean < NEGLIGIBLE * this.total) return [];
    return [{ kind: segment.kind, time: fitted(segment.values) }];
  }

  /** `own[at]` is the own time before the block, the next one that after it. */
  private steps(order: Order, own: Segment[], at: number): readonly TracedStep[] {
    switch (order.kind) {
      case 'step': {
        const key = this.labels.keys[order.label];
        if (key >= 0) return [this.call(key, this.chance(order.label))];
        return this.loop(order.label, this.bodies.partsOf(key), own, at);
      }
      case 'series':
        return this.series(order.parts, this.segments.inside(order.parts));
      case 'parallel': {
        const branches = order.parts.map((part) => {
          const inner = part.kind === 'series' ? part.parts : [part];
          return this.series(inner, this.segments.inBranch(inner, labelsOf(order)));
        });
        return [{ kind: 'parallel', branches }];
      }
    }
  }

  private loop(
    label: number,
    body: readonly number[],
    own: Segment[],
    at: number,
  ): readonly TracedStep[] {
    const counts: number[] = [];
    this.byLabel.forEach((row, k) => {
      const { isCalm, execution } = this.rows[k];
      const item = row.get(label);
      if (isCalm && !execution.isFailed) counts.push(item === undefined ? 0 : item.rounds.length);
    });
    if (counts.length === 0) return [];
    const times = countOf(counts);
    const inner = this.segments.inLoop(label, body.length);
    const gap = inner[body.length - 1];
    const isFirst = this.isBeforeRound(gap, own, at);
    const steps = isFirst ? [...this.time(gap)] : [];
    body.forEach((part, k) => {
      steps.push(this.call(part, null));
      if (!isFirst || k < body.length - 1) steps.push(...this.time(inner[k]));
    });
    return times.text === '1' ? steps : [{ kind: 'repeat', times, steps }];
  }

  /**
   * Own time between rounds is at the end of each, and then the time after the loop has it once more; or at the start, and then
   * the time before the loop has it. Takes it off there. True: it is at the start.
   */
  private isBeforeRound(gap: Segment, own: Segment[], at: number): boolean {
    if (this.time(gap).length === 0) return false;
    const isSeen = (k: number): boolean => own[k].mean >= SEEN * gap.mean;
    const isFirst = !isSeen(at + 1) && isSeen(at);
    const side = isFirst ? at : at + 1;
    if (isSeen(side)) own[side] = reducedBy(own[side], gap.mean);
    return isFirst;
  }

  /**
   * Share of the executions that make a call, of those that came so far: a failed one ends at its last call, and counts up to
   * there.
   */
  private chance(label: number): Measured | null {
    const own = this.block.get(label) ?? 0;
    let hits = 0;
    let trials = 0;
    this.byLabel.forEach((row, at) => {
      if (!this.rows[at].isCalm) return;
      if (row.has(label)) hits++;
      if (row.has(label) || this.reaches(row, at, own)) trials++;
    });
    return hits === trials ? null : shareOf(hits, trials);
  }

  private reaches(row: ReadonlyMap<number, Item>, at: number, block: number): boolean {
    if (!this.rows[at].execution.isFailed) return true;
    let last = -1;
    for (const present of row.keys()) last = Math.max(last, this.block.get(present) ?? -1);
    return last >= block;
  }

  private call(key: number, chance: Measured | null): TracedCall {
    const { component, endpoint, kind } = this.parts[key];
    const items = this.items.get(key) ?? [];
    const tries = items.flatMap((item) => item.tries);
    return {
      kind: kind === 'database' ? 'query' : kind === 'queue' ? 'publish' : 'call',
      to: component,
      endpoint,
      chance,
      retry: retryOf(items),
      timeout: limitOf(timesOf(tries.filter(({ isTimeout }) => isTimeout))),
      below: belowOf(tries, this.network),
    };
  }
}

/** Part of the time between rounds that the time beside the loop must have at least, to contain it. */
const SEEN = 0.8;
/** Instants of Jaeger and Zipkin are whole microseconds. */
const CLOCK_NS = 1000;

/** A time without a part of it; nothing if little more is left than the spread of the two. */
function reducedBy(segment: Segment, ns: number): Segment {
  const factor = segment.mean < ns / SEEN ? 0 : (segment.mean - ns) / segment.mean;
  const values = segment.values.map((value) => value * factor);
  return { ...segment, values, mean: segment.mean * factor };
}

/** All calls of steps, also those in blocks. */
export function callsIn(steps: readonly TracedStep[]): readonly TracedCall[] {
  return steps.flatMap((step) => {
    if (step.kind === 'work' || step.kind === 'wait') return [];
    if (step.kind === 'parallel') return step.branches.flatMap(callsIn);
    if (step.kind === 'choose') return step.branches.flatMap((branch) => callsIn(branch.steps));
    return step.kind === 'repeat' ? callsIn(step.steps) : [step];
  });
}

/** Labels of an order. */
export function labelsOf(order: Order): readonly number[] {
  return order.kind === 'step' ? [order.label] : order.parts.flatMap(labelsOf);
}

function retryOf(items: readonly Item[]): TracedCall['retry'] {
  const repeated = items.filter(({ tries }) => tries.length > 1);
  if (repeated.length === 0) return null;
  const most = repeated.reduce((max, { tries }) => Math.max(max, tries.length), 0);
  const pauses = repeated.flatMap(({ tries }) =>
    tries.slice(1).map(({ start }, k) => start - tries[k].end),
  );
  return { maxRetries: most - 1, backoff: fitted(pauses) };
}

/** Share of the time between two tries that the network must leave, to be a back-off. */
const PAUSE_LEAST = 0.2;
/** Relative spread of the ends of calls that ran into the same limit. */
const SPREAD = 0.05;

/** What proxies did below the spans of calls. */
function belowOf(tries: readonly Call[], network: Network | null): TracedCall['below'] {
  const repeated = tries.filter(({ triesBelow }) => triesBelow > 1);
  const timeout = limitOf(tries.map(({ proxyLimit }) => proxyLimit).filter((ns) => ns > 0));
  if (repeated.length === 0 && timeout === null) return null;
  const most = repeated.reduce((max, { triesBelow }) => Math.max(max, triesBelow), 1);
  const pauses = repeated.flatMap(({ pausesBelow }) => pausesBelow);
  return { maxRetries: most - 1, n: repeated.length, timeout, backoff: pauseOf(pauses, network) };
}

/** The back-off between spans of the callee: the network there and back is no part of it. */
function pauseOf(pauses: readonly number[], network: Network | null): Measured | null {
  const own = pauses.map((ns) => Math.max(0, ns - (network?.both.mean ?? 0)));
  const isSeen = sumOf(own) > PAUSE_LEAST * sumOf(pauses);
  return isSeen ? ((network && without(pauses, network.both)) ?? fitted(own)) : null;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function timesOf(calls: readonly Call[]): readonly number[] {
  return calls.map(({ start, end }) => end - start);
}

/** The time after which calls were given up, if they all were after the same time and none took longer. */
function limitOf(times: readonly number[]): Measured | null {
  const given = [...times].sort((a, b) => a - b);
  if (given.length === 0) return null;
  const median = given[given.length >> 1];
  const near = given.filter((ns) => Math.abs(ns - median) <= SPREAD * median);
  if (near.length < 0.5 * given.length) return null;
  return { text: roundLimit(median), n: given.length, interval: durationInterval(near) };
}

/** Limits are round numbers: the nearest one with two digits, if the measured one is within 2 % of it. */
function roundLimit(ns: number): string {
  const rounded = Number(ns.toPrecision(2));
  return Math.abs(rounded - ns) <= 0.02 * ns
    ? durationText(rounded)
    : durationText(Number(digits(ns)));
}
