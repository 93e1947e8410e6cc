import { invariant } from '../../../kernel/invariant.js';
import { AgedTable } from '../../../kernel/aged-table.js';
import { isHinted, isSuccess, OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanOnce } from '../../../contracts/plan/plan.js';

/** Answer to a request whose key is being executed. */
const CONFLICT = withStatus(OUTCOME.clientError, 409);

/** Columns of results. */
const ENDED = 0;
const RESULT = 1;
const HINT = 2;

interface Execution {
  readonly store: Store;
  readonly value: number;
  readonly rule: PlanOnce;
}

/** The state of one part: executions in progress, and past results by window, oldest first. */
interface Store {
  readonly running: Set<number>;
  readonly results: Results[];
}

/** Results that are kept for the same time. */
interface Results {
  readonly windowNs: Ns;
  readonly table: AgedTable;
}

/**
 * Executions by the value of an idempotency key, for each part. The store belongs to the component, not to an instance:
 * it is durable, takes no time, and knows an execution from its start. A stopped execution leaves no result, so the
 * next request executes.
 */
export class Executions {
  private readonly byPart: (Store | undefined)[] = [];
  /** By strand; most strands that end have none, and a list finds that out without a hash. */
  private readonly running: (Execution | null)[] = [];
  private runningCount = 0;
  /** Retry hint of the last stored answer, if its outcome is HINTED. */
  hint: Ns = 0;

  get kept(): number {
    let sum = 0;
    for (const store of this.byPart) {
      for (const { table } of store?.results ?? []) sum += table.length;
    }
    return sum;
  }

  /** Returns 0 to execute the request now, or the answer that it gets without an execution. */
  begin(strand: number, part: number, value: number, rule: PlanOnce, now: Ns): Outcome {
    while (this.running.length <= strand) this.running.push(null);
    invariant(this.running[strand] === null, 'a request executes once at a time');
    const store = (this.byPart[part] ??= { running: new Set(), results: [] });
    this.hint = 0;
    if (store.running.has(value)) return CONFLICT;
    for (const { windowNs, table } of store.results) {
      while (table.length > 0 && now >= table.get(table.first, ENDED) + windowNs) table.drop();
      const row = table.find(high(value), value | 0);
      if (row < 0) continue;
      this.hint = table.get(row, HINT);
      return table.get(row, RESULT);
    }
    store.running.add(value);
    this.running[strand] = { store, value, rule };
    this.runningCount++;
    return 0;
  }

  /** Stores the result if the strand has such an execution. */
  end(strand: number, outcome: Outcome, hint: Ns, now: Ns): void {
    const execution = this.take(strand);
    if (execution === null) return;
    const { store, value, rule } = execution;
    if (!rule.storeErrors && !isSuccess(outcome)) return;
    tableOf(store, rule.windowNs).add(
      high(value),
      value | 0,
      now,
      outcome,
      isHinted(outcome) ? hint : 0,
    );
  }

  /** The execution of a strand was stopped without a result. */
  stopped(strand: number): void {
    this.take(strand);
  }

  /** Number of executions in progress; 0 when nothing is in flight. */
  held(): number {
    return this.runningCount;
  }

  private take(strand: number): Execution | null {
    const execution = strand < this.running.length ? this.running[strand] : null;
    if (execution === null) return null;
    this.running[strand] = null;
    this.runningCount--;
    const { store, value } = execution;
    invariant(store.running.has(value), 'an execution holds its key until it ends');
    store.running.delete(value);
    return execution;
  }
}

/** The table of a store for a window, made at its first result. */
function tableOf({ results }: Store, windowNs: Ns): AgedTable {
  for (const own of results) if (own.windowNs === windowNs) return own.table;
  const table = new AgedTable(3);
  results.push({ windowNs, table });
  return table;
}

/** The part of an integer above its low 32 bits. */
function high(value: number): number {
  return Math.floor(value / 4294967296);
}
