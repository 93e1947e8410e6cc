import type { Capacity } from '../contracts/scenario/capacity.js';
import { TABLE_MODES, type Operation, type TableLock } from '../contracts/scenario/database.js';
import type { PlanCacheAct } from '../contracts/plan/caching.js';
import type { PlanAct } from '../contracts/plan/modules.js';
import type { PlanKey } from '../contracts/plan/plan.js';
import type { PlanSagaCommand, PlanSagaMark, SagaRole } from '../contracts/plan/sagas.js';
import type { StepOf } from '../contracts/scenario/steps.js';
import { conflictsOf } from '../language/table-locks.js';
import type { CountDistribution } from '../kernel/counts.js';
import type { Ns } from '../kernel/time.js';
import type { Interner } from './canonical.js';
import type { SagaTable } from './saga-table.js';
import type { KeyTable } from './keys.js';
import type { LaidPart, Layout } from './layout.js';
import { outboxOf, type Scope } from './scope.js';

/** Tables that the creation of acts reads and fills. */
interface Tables {
  readonly layout: Layout;
  readonly counts: Interner<CountDistribution>;
  readonly sagas: SagaTable;
}

/** Collects the acts of all programs: steps other than calls that have their own implementation, in program order. */
export class Acts {
  readonly list: PlanAct[] = [];
  private readonly loads = new Map<number, number>();

  constructor(private readonly keys: KeyTable) {}

  publish(w: Tables, step: StepOf<'publish'>, scope: Scope): number {
    const { topic, key, confirm, via, bytes, acks } = step;
    const insert = outboxOf(scope)?.insert.database ?? null;
    const isInside = via === 'outbox' && insert !== null && scope.transactions.includes(insert);
    const { source, id } = w.layout.byName.get(topic)!;
    const isLater =
      source.kind === 'topic' && source.spec.kind === 'bus' && source.spec.afterCommit;
    const around = isLater ? scope.transactions.at(-1) : isInside ? insert : undefined;
    return this.add({
      act: 'publish',
      from: scope.part.id,
      topic: id,
      key: this.keys.use(key, scope.where, 'a message'),
      count: w.counts.id(step.count),
      confirm,
      database: around === undefined ? -1 : w.layout.byName.get(around)!.id,
      via,
      bytes,
      acks,
    });
  }

  released(): number {
    return this.add({ act: 'released' });
  }

  outboxCommit({ part }: Scope): number {
    return this.add({ act: 'outboxCommit', service: part.component.id });
  }

  dualMark({ part }: Scope, half: 'written' | 'published'): number {
    return this.add({ act: 'dualMark', part: part.id, half });
  }

  saga(w: Tables, step: StepOf<'saga'>, scope: Scope): number {
    return this.add({
      act: 'saga',
      from: scope.part.id,
      saga: w.sagas.number(step.saga),
      await: step.await,
    });
  }

  /** An action of the orchestrator's program around a command. */
  command(w: Tables, saga: string, what: PlanSagaCommand['what']): number {
    return this.add({ act: 'command', saga: w.sagas.number(saga), what });
  }

  /** Start or end of an endpoint that has roles in sagas. */
  mark(at: PlanSagaMark['at'], roles: readonly SagaRole[], { source }: LaidPart): number {
    const endpoint = source.kind === 'endpoint' ? source.endpoint : null;
    const repeatable = endpoint !== null && (endpoint.idempotent || endpoint.readOnly);
    return this.add({ act: 'mark', at, roles, repeatable });
  }

  /** Index of a key; null = -1. `what` describes its user in messages. */
  key(name: string | null, where: string, what: string): number {
    return this.keys.use(name, where, what);
  }

  /** Population of a key. */
  population(key: number): PlanKey['population'] {
    return this.keys.list[key]?.population ?? { kind: 'unique' };
  }

  lock(step: StepOf<'lock'>, scope: Scope): number {
    const { acquireTimeoutNs, scope: shared } = step;
    const key = this.keys.use(step.key, scope.where, 'a lock');
    return this.add({ act: 'lock', from: scope.part.id, key, acquireTimeoutNs, scope: shared });
  }

  /** `row`: the operation whose row it locks, or null. */
  statement({ part, where }: Scope, row: Operation | null, write: boolean): number {
    const key = this.keys.use(row?.key ?? null, where, 'a row');
    const lockTimeoutNs = row?.lockTimeoutNs ?? null;
    return this.add({ act: 'statement', part: part.id, key, lockTimeoutNs, write });
  }

  /** The lock of a row after that of its table. */
  rowLock({ part, where }: Scope, { key, lockTimeoutNs }: Operation): number {
    return this.add({
      act: 'rowLock',
      part: part.id,
      key: this.keys.use(key, where, 'a row'),
      lockTimeoutNs,
    });
  }

  tableLock({ part }: Scope, { mode, timeoutNs }: TableLock, table: number): number {
    return this.add({
      act: 'tableLock',
      part: part.id,
      table,
      mode: TABLE_MODES.indexOf(mode),
      conflicts: conflictsOf(mode),
      lockTimeoutNs: timeoutNs,
    });
  }

  /** Access to a row of a replicated database. */
  access(act: 'read' | 'write', { part, where }: Scope, row: string | null): number {
    return this.add({ act, part: part.id, key: this.keys.use(row, where, 'a row') });
  }

  covered(nodeTimeoutNs: Ns, { part }: Scope): number {
    return this.add({ act: 'covered', part: part.id, nodeTimeoutNs });
  }

  consume(capacity: Capacity, { key, write, units }: Operation, { part, where }: Scope): number {
    return this.add({
      act: 'consume',
      part: part.id,
      key: this.keys.use(key, where, 'a partition'),
      units,
      does: write ? 'write' : 'read',
      capacity,
      indexKeys: write
        ? capacity.indexes.map((index) => this.keys.use(index.key, where, 'an index'))
        : [],
    });
  }

  committed({ part }: Scope): number {
    return this.add({ act: 'committed', part: part.id });
  }

  /** `fn`: its number among the functions. */
  invoke(fn: number): number {
    return this.add({ act: 'invoke', fn });
  }

  cache(act: PlanCacheAct): number {
    return this.add(act);
  }

  /** Number of the next load of a part. A strand has separate state for each load. */
  nextLoad(part: number): number {
    const load = this.loads.get(part) ?? 0;
    this.loads.set(part, load + 1);
    return load;
  }

  add(act: PlanAct): number {
    return this.list.push(act) - 1;
  }
}
