import { AgedTable } from '../../kernel/aged-table.js';
import { isHinted, isSuccess, OUTCOME, withStatus } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanOnce } from '../../spec/plan.js';

/** What a request with a known key is told while the first one is being executed. */
const CONFLICT = withStatus(OUTCOME.clientError, 409);

/** Columns of results. */
const ENDED = 0;
const RESULT = 1;
const HINT = 2;

/** An execution under way. */
interface Execution {
  readonly store: Store;
  readonly value: number;
  readonly rule: PlanOnce;
}

/** What one part knows: who is under way, and by window the results of the others, oldest first. */
interface Store {
  readonly running: Set<number>;
  readonly results: Map<Ns, AgedTable>;
}

/**
 * Executions by the value of an idempotency key, for each part. The store is the component's own, not
 * one instance's: it is durable, asked without delay, and knows an execution from its start. One that
 * is stopped before its end leaves nothing, and the next request executes.
 */
export class Executions {
  private readonly byPart: (Store | undefined)[] = [];
  /** By strand. */
  private readonly running = new Map<number, Execution>();
  /** What the last stored answer said about asking again, where its outcome is HINTED. */
  hint: Ns = 0;

  /** Results that are kept. */
  get kept(): number {
    let sum = 0;
    for (const store of this.byPart) {
      for (const table of store?.results.values() ?? []) sum += table.length;
    }
    return sum;
  }

  /** 0 = execute it now; else the answer it gets without being executed. */
  begin(strand: number, part: number, value: number, rule: PlanOnce, now: Ns): Outcome {
    const store = (this.byPart[part] ??= { running: new Set(), results: new Map() });
    this.hint = 0;
    if (store.running.has(value)) return CONFLICT;
    for (const [windowNs, table] of store.results) {
      while (table.length > 0 && now >= table.get(table.first, ENDED) + windowNs) table.drop();
      const row = table.find(high(value), value | 0);
      if (row < 0) continue;
      this.hint = table.get(row, HINT);
      return table.get(row, RESULT);
    }
    store.running.add(value);
    this.running.set(strand, { store, value, rule });
    return 0;
  }

  /** The execution of a strand has a result, if it is one. */
  end(strand: number, outcome: Outcome, hint: Ns, now: Ns): void {
    const execution = this.take(strand);
    if (execution === undefined) return;
    const { store, value, rule } = execution;
    if (!rule.storeErrors && !isSuccess(outcome)) return;
    let table = store.results.get(rule.windowNs);
    if (table === undefined) store.results.set(rule.windowNs, (table = new AgedTable(3)));
    table.add(high(value), value | 0, now, outcome, isHinted(outcome) ? hint : 0);
  }

  /** The execution of a strand was stopped: nothing came of it. */
  stopped(strand: number): void {
    this.take(strand);
  }

  /** Executions under way; 0 when nothing is in flight. */
  held(): number {
    return this.running.size;
  }

  private take(strand: number): Execution | undefined {
    const execution = this.running.get(strand);
    if (execution === undefined) return undefined;
    this.running.delete(strand);
    execution.store.running.delete(execution.value);
    return execution;
  }
}

/** The word of a whole number above its low 32 bits. */
function high(value: number): number {
  return Math.floor(value / 4294967296);
}
