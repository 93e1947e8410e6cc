import { momentsOf } from '../../stats/moments.js';
import { extent } from './busy.js';
import type { OwnTime } from './own-time.js';
import type { Item, Row } from './structure/items.js';
import type { Order } from './structure/order.js';

/** Own time of an endpoint between two of its steps. Durations: ns. */
export interface Segment {
  readonly kind: 'work' | 'wait';
  readonly values: readonly number[];
  readonly n: number;
  readonly mean: number;
}

/** Times between the steps of the executions that succeeded. */
export class Segments {
  constructor(
    private readonly rows: readonly Row[],
    private readonly byLabel: readonly ReadonlyMap<number, Item>[],
    private readonly own: OwnTime,
  ) {}

  /** Before, between and after the parts of an execution. */
  around(series: readonly Order[]): readonly Segment[] {
    const values: number[][] = Array.from({ length: series.length + 1 }, () => []);
    this.each((row, span, start, end) => {
      const places = series.map((part) => extent(itemsOf(row, part)));
      let before: number | null = start;
      let lastPresent = -1;
      places.forEach((place, k) => {
        if (place === null) return;
        if (lastPresent === k - 1) this.take(values[k], span, before!, place[0]);
        before = place[1];
        lastPresent = k;
      });
      if (lastPresent === series.length - 1) this.take(values[series.length], span, before, end);
    });
    return values.map((own) => this.segment(own));
  }

  /** Between the parts of a series within a block; nothing before and after it. */
  inside(series: readonly Order[]): readonly Segment[] {
    const between = this.gaps(series);
    return [this.segment([]), ...between, this.segment([])];
  }

  /** Of a branch: also the time from the start of the block to its first step. */
  inBranch(series: readonly Order[], block: readonly number[]): readonly Segment[] {
    const before: number[] = [];
    this.each((row, span) => {
      const first = extent(itemsOf(row, series[0]));
      const all = extent(present(row, block));
      if (first !== null) this.take(before, span, all![0], first[0]);
    });
    return [this.segment(before), ...this.gaps(series), this.segment([])];
  }

  /** After each call of the body of a loop: up to the next one, and up to the next round. */
  inLoop(label: number, length: number): readonly Segment[] {
    const values: number[][] = Array.from({ length }, () => []);
    this.each((row, span) => {
      const rounds = row.get(label)?.rounds ?? [];
      const calls = rounds.flat();
      for (let k = 0; k + 1 < calls.length; k++) {
        this.take(values[k % length], span, calls[k].end, calls[k + 1].start);
      }
    });
    return values.map((own) => this.segment(own));
  }

  private gaps(series: readonly Order[]): readonly Segment[] {
    const values: number[][] = Array.from({ length: series.length - 1 }, () => []);
    this.each((row, span) => {
      const places = series.map((part) => extent(itemsOf(row, part)));
      for (let k = 1; k < places.length; k++) {
        const [one, other] = [places[k - 1], places[k]];
        if (one !== null && other !== null) this.take(values[k - 1], span, one[1], other[0]);
      }
    });
    return values.map((own) => this.segment(own));
  }

  private each(
    visit: (row: ReadonlyMap<number, Item>, span: number, start: number, end: number) => void,
  ): void {
    this.rows.forEach(({ execution, isCalm }, at) => {
      const { isFailed, isTimed, span, start, end } = execution;
      if (isFailed || !isTimed || !isCalm) return;
      visit(this.byLabel[at], span, start, end);
    });
  }

  private take(values: number[], span: number, from: number, to: number): void {
    values.push(to <= from ? 0 : this.own.between(span, from, to));
  }

  private segment(values: readonly number[]): Segment {
    const mean = values.length === 0 ? 0 : momentsOf(values).mean;
    return { kind: this.own.kind, values, n: values.length, mean };
  }
}

function itemsOf(row: ReadonlyMap<number, Item>, order: Order): readonly Item[] {
  if (order.kind === 'step') {
    const item = row.get(order.label);
    return item === undefined ? [] : [item];
  }
  return order.parts.flatMap((part) => itemsOf(row, part));
}

function present(row: ReadonlyMap<number, Item>, labels: readonly number[]): readonly Item[] {
  return labels.flatMap((label) => row.get(label) ?? []);
}
