import type { PlanCacheAct } from '../spec/caching.js';
import type { PlanAct } from '../spec/modules.js';
import type { Step } from '../spec/scenario.js';
import type { KeyTable } from './keys.js';
import { outboxOf } from './outbox.js';
import type { Scope } from './scope.js';
import type { Writer } from './writer.js';

type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>;

/** The steps that leave a process by another way than a call, in the order in which they were written. */
export class Acts {
  readonly list: PlanAct[] = [];
  private readonly keys: KeyTable;
  private readonly loads = new Map<number, number>();

  constructor(keys: KeyTable) {
    this.keys = keys;
  }

  publish(w: Writer, step: StepOf<'publish'>, scope: Scope): number {
    const { topic, key, confirm, via, bytes, acks } = step;
    const insert = outboxOf(scope)?.insert.database ?? null;
    const isInside = via === 'outbox' && insert !== null && scope.transactions.includes(insert);
    return this.add({
      act: 'publish',
      from: scope.part.id,
      topic: w.layout.byName.get(topic)!.id,
      key: key === null ? -1 : this.keys.use(key, scope.where, 'a message'),
      count: w.counts.id(step.count),
      confirm,
      database: isInside ? w.layout.byName.get(insert)!.id : -1,
      via,
      bytes,
      acks,
    });
  }

  outboxCommit({ part }: Scope): number {
    return this.add({ act: 'outboxCommit', service: part.component.id });
  }

  dualMark({ part }: Scope, half: 'written' | 'published'): number {
    return this.add({ act: 'dualMark', part: part.id, half });
  }

  lock(step: StepOf<'lock'>, scope: Scope): number {
    const { acquireTimeoutNs, scope: shared } = step;
    const key = this.keys.use(step.key, scope.where, 'a lock');
    return this.add({ act: 'lock', from: scope.part.id, key, acquireTimeoutNs, scope: shared });
  }

  /** `row`: key of the row that it locks, or null. */
  statement({ part, where }: Scope, row: string | null): number {
    const key = row === null ? -1 : this.keys.use(row, where, 'a row');
    return this.add({ act: 'statement', part: part.id, key });
  }

  committed({ part }: Scope): number {
    return this.add({ act: 'committed', part: part.id });
  }

  /** An instruction of a cache. */
  cache(act: PlanCacheAct): number {
    return this.add(act);
  }

  /** Number of the next load of a part: what a strand knows of it has a place of its own. */
  nextLoad(part: number): number {
    const load = this.loads.get(part) ?? 0;
    this.loads.set(part, load + 1);
    return load;
  }

  /** Number of a key that a cache is about. */
  keyOf(key: string | null, where: string): number {
    return key === null ? -1 : this.keys.use(key, where, 'a cache');
  }

  private add(act: PlanAct): number {
    return this.list.push(act) - 1;
  }
}
