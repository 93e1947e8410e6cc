import { nonNegative } from './least-squares.js';
import type { Row, TableCall, TableFacts } from './read.js';

/** How a call takes part in the request of its caller. */
export type Part = 'after' | 'beside' | 'background';

/** A call with what tables say about it. */
export interface TableStep {
  readonly to: string;
  /** Calls for each request of the caller. */
  readonly ratio: number;
  /** Whether the rows count this call, or the ratio follows from the requests of all callers of the callee. */
  readonly isCounted: boolean;
  /** Mean time of these calls over that of all requests of the callee; 1 where its callers do not differ. */
  readonly factor: number;
  readonly part: Part;
  /** The caller succeeds although the call fails. */
  readonly isOptional: boolean;
}

/** Figures of a service over the whole time. Unit: seconds. */
export interface Whole {
  readonly name: string;
  readonly requests: number;
  readonly mean: number;
  readonly quantiles: ReadonlyMap<number, number>;
  readonly failed: number;
  readonly steps: readonly TableStep[];
  /** Pieces of the time in which it has requests. */
  readonly pieces: number;
}

/** Difference of the means of two callers, and their fewest requests, from which they have endpoints of their own. */
const APART = 0.25;
const APART_LEAST = 100;

/** Whether the requests of a caller take another time than those of all, whose mean is `all`. */
export function isApart({ mean = null, requests }: TableCall, all: number): boolean {
  return mean !== null && (requests ?? 0) >= APART_LEAST && Math.abs(mean / all - 1) > APART;
}

/** Pieces of the time from which coefficients follow. */
const PIECES_LEAST = 30;
/** A caller and its callees do not contradict each other within this share of the value, and these failures. */
const CLOSE = 0.05;
const NEARLY = 1e-4;

/** The services of tables, callees before their callers. Calls that lead back to their caller are left out. */
export function structureOf(facts: TableFacts): readonly Whole[] {
  return new Structure(facts).all();
}

interface Known extends Omit<Whole, 'steps'> {
  readonly rows: ReadonlyMap<number, Row>;
}

interface Ratio {
  readonly from: Known;
  readonly to: Known;
  readonly ratio: number;
  readonly isCounted: boolean;
}

class Structure {
  private readonly known: ReadonlyMap<string, Known>;
  private readonly ratios: Ratio[] = [];

  constructor(private readonly facts: TableFacts) {
    const all = [...facts.services].map(([name, rows]) => [name, sumOf(name, rows)] as const);
    this.known = new Map(all.filter(([, { requests }]) => requests > 0));
  }

  all(): readonly Whole[] {
    for (const [, to] of this.known) this.ratios.push(...this.ratiosTo(to));
    return this.ordered().map((own) => {
      const { rows: _, ...whole } = own;
      return { ...whole, steps: this.stepsOf(own) };
    });
  }

  /** Calls of a service for each request of its callers: as counted, else as its requests follow theirs. */
  private ratiosTo(to: Known): readonly Ratio[] {
    const calls = this.facts.calls.filter(
      (call) => call.to === to.name && this.known.has(call.from),
    );
    const counted = calls.filter(({ requests }) => requests !== null);
    const ratioOf = (from: Known, ratio: number, isCounted: boolean): readonly Ratio[] =>
      ratio < LEAST ? [] : [{ from, to, ratio, isCounted }];
    if (counted.length > 0) {
      return counted.flatMap(({ from: name, requests }) => {
        const from = this.known.get(name)!;
        return ratioOf(from, requests! / from.requests, true);
      });
    }
    const callers = calls.map(({ from }) => this.known.get(from)!);
    if (callers.length === 1) return ratioOf(callers[0]!, to.requests / callers[0]!.requests, true);
    const clients = callers.filter((one) => this.isClient(one, to));
    const others = callers.filter((one) => !clients.includes(one));
    const left = clients.reduce((rest, { requests }) => rest - requests, to.requests);
    if (left < 0) return this.shared(to, callers, []).flatMap((one) => ratioOf(...one, false));
    return [
      ...clients.flatMap((one) => ratioOf(one, 1, false)),
      ...this.shared(to, others, clients).flatMap((one) => ratioOf(...one, false)),
    ];
  }

  /** A client is a caller outside of the tables: nothing calls it, and it makes one kind of call. */
  private isClient(from: Known, to: Known): boolean {
    const { calls } = this.facts;
    return (
      !calls.some((call) => call.to === from.name) &&
      calls.every((call) => call.from !== from.name || call.to === to.name)
    );
  }

  /** Divides the requests that clients leave by those of the callers, piece by piece; if these do not explain them, evenly. */
  private shared(
    to: Known,
    callers: readonly Known[],
    clients: readonly Known[],
  ): readonly (readonly [Known, number])[] {
    const times = [...to.rows.keys()];
    const of = ({ rows }: Known): readonly number[] =>
      times.map((time) => rows.get(time)?.requests ?? 0);
    const columns = callers.map(of);
    const served = clients.map(of);
    const y = of(to).map((all, t) => served.reduce((rest, own) => rest - own[t]!, all));
    const isEnough = callers.length > 1 && times.length >= PIECES_LEAST;
    const found = isEnough ? nonNegative(columns, y) : [];
    const isExplained = isEnough && explainedBy(columns, found, y) >= EXPLAINED;
    const raw = callers.map((_, k) => (isExplained ? found[k]! : 1));
    const sum = callers.reduce((all, { requests }, k) => all + raw[k]! * requests, 0);
    const all = y.reduce((total, one) => total + one, 0);
    return callers.map((from, k) => [from, sum > 0 ? (raw[k]! * all) / sum : 0] as const);
  }

  private stepsOf(from: Known): readonly TableStep[] {
    const own = this.ratios.filter((one) => one.from === from && !this.dropped.has(one));
    const late = this.excluded(
      from,
      own,
      ({ mean }) => mean,
      (1 + CLOSE) * from.mean,
      (row) => row.mean ?? 0,
    );
    const waited = own.filter((one) => !late.has(one));
    const p99 = from.quantiles.get(0.99) ?? from.mean;
    const partOf = (one: Ratio): Part =>
      !late.has(one) ? 'after' : one.to.mean > p99 ? 'background' : 'beside';
    const failing = own.filter((one) => partOf(one) !== 'background');
    const fine = this.excluded(
      from,
      failing,
      ({ failed }) => failed,
      (1 + CLOSE) * from.failed + NEARLY,
      (row) => row.failed,
    );
    return own.map((one) => ({
      to: one.to.name,
      ratio: one.ratio,
      isCounted: one.isCounted,
      factor: this.factorOf(one),
      part: waited.length === 0 && partOf(one) === 'beside' ? 'after' : partOf(one),
      isOptional: fine.has(one),
    }));
  }

  private factorOf({ from, to }: Ratio): number {
    const into = this.facts.calls.filter((call) => call.to === to.name);
    if (!into.some((call) => isApart(call, to.mean))) return 1;
    const mean = into.find((call) => call.from === from.name)?.mean ?? null;
    return mean === null ? 1 : mean / to.mean;
  }

  /**
   * Calls that cannot take part in a sum: together they are more than their caller, so that some do not count. Those go first
   * with which the caller varies least.
   */
  private excluded(
    from: Known,
    calls: readonly Ratio[],
    of: (one: Known) => number,
    most: number,
    valueOf: (row: Row) => number,
  ): ReadonlySet<Ratio> {
    const excess = (rest: readonly Ratio[]): number =>
      rest.reduce((sum, { to, ratio }) => sum + ratio * of(to), 0) - most;
    if (excess(calls) <= 0) return new Set();
    const times = [...from.rows].filter(([, { requests }]) => requests > 0);
    const columns = calls.map(({ to, ratio }) =>
      times.map(([time, { requests }]) => {
        const row = to.rows.get(time);
        const all = this.expected(to, time);
        const count = row === undefined || !(all > 0) ? 0 : (ratio * requests * row.requests) / all;
        return row === undefined ? 0 : (count / requests) * valueOf(row);
      }),
    );
    const found = nonNegative(
      [times.map(() => 1), ...columns],
      times.map(([, row]) => valueOf(row)),
    ).slice(1);
    const isKnown = times.length >= PIECES_LEAST;
    const order = calls.map((call, k) => ({
      call,
      // Without enough pieces, the largest part is the one that cannot be.
      rank: isKnown ? found[k]! : -call.ratio * of(call.to),
    }));
    order.sort((a, b) => a.rank - b.rank);
    let rest = [...calls];
    for (const { call } of order) {
      if (excess(rest) <= 0) break;
      rest = rest.filter((one) => one !== call);
    }
    // Those that went first may fit once a larger one is gone.
    for (const { call } of order.toReversed()) {
      if (!rest.includes(call) && excess([...rest, call]) <= 0) rest = [...rest, call];
    }
    return new Set(calls.filter((call) => !rest.includes(call)));
  }

  /** Requests that the callers of a service make in a piece of the time. */
  private expected(to: Known, time: number): number {
    return this.ratios
      .filter((one) => one.to === to)
      .reduce((sum, { from, ratio }) => sum + ratio * (from.rows.get(time)?.requests ?? 0), 0);
  }

  readonly dropped = new Set<Ratio>();

  private ordered(): readonly Known[] {
    const done = new Map<Known, boolean>();
    const found: Known[] = [];
    const visit = (own: Known): void => {
      done.set(own, false);
      for (const one of this.ratios.filter(({ from }) => from === own)) {
        const state = done.get(one.to);
        if (state === false) this.dropped.add(one);
        else if (state === undefined) visit(one.to);
      }
      done.set(own, true);
      found.push(own);
    };
    for (const own of this.known.values()) if (!done.has(own)) visit(own);
    return found;
  }
}

/** Calls for each request below which there are none. */
const LEAST = 1e-4;
/** Share of the variance that requests of callers have to explain. */
const EXPLAINED = 0.5;

function explainedBy(
  columns: readonly (readonly number[])[],
  factors: readonly number[],
  y: readonly number[],
): number {
  const mean = y.reduce((sum, one) => sum + one, 0) / y.length;
  let [rest, all] = [0, 0];
  for (const [t, one] of y.entries()) {
    const fitted = columns.reduce((sum, x, k) => sum + factors[k]! * x[t]!, 0);
    rest += (one - fitted) * (one - fitted);
    all += (one - mean) * (one - mean);
  }
  return all > 0 ? 1 - rest / all : 0;
}

/** Means weighted by requests. Of percentiles this is what tables allow: the percentile of all requests is not in them. */
function sumOf(name: string, rows: ReadonlyMap<number, Row>): Known {
  const all = [...rows.values()].filter(({ requests }) => requests > 0);
  const requests = all.reduce((sum, row) => sum + row.requests, 0);
  const weighted = (of: (row: Row) => number | null): number | null => {
    const some = all.filter((row) => of(row) !== null);
    const n = some.reduce((sum, row) => sum + row.requests, 0);
    return n > 0 ? some.reduce((sum, row) => sum + row.requests * of(row)!, 0) / n : null;
  };
  const quantiles = [0.5, 0.9, 0.95, 0.99].flatMap((share) => {
    const value = weighted((row) => row.quantiles.get(share) ?? null);
    return value === null ? [] : [[share, value] as const];
  });
  const mean = weighted((row) => row.mean) ?? quantiles[0]?.[1] ?? 0;
  const failed = weighted((row) => row.failed) ?? 0;
  return { name, rows, requests, mean, failed, quantiles: new Map(quantiles), pieces: all.length };
}
