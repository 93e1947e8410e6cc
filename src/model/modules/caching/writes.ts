import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { PlanCacheAct } from '../../../contracts/plan/caching.js';
import { OUTCOME, PENDING, type Outcome } from '../../../contracts/outcome.js';
import type { ActRun } from '../../data/run.js';
import type { Cache } from './cache.js';
import type { CacheColumns } from './columns.js';
import { FOUND } from './content.js';
import type { WriteBehind } from './write-behind.js';
import { strands } from '../../data/strands/strands.js';

/** Result that sends the program to its other branch. */
const NO = OUTCOME.clientError;

/** Writes of cached values, at once or behind. */
export class Writes {
  private readonly gatheredOp: number = engine.define('cache-gathered', (strand, stamp) => {
    if (strands.stamp[strand] === stamp) this.gathered(strand);
  });

  constructor(
    private readonly world: ActRun,
    private readonly columns: CacheColumns,
    private readonly caches: readonly Cache[],
  ) {}

  /** Gives the value a new version, which becomes the current value of the strand. */
  write(strand: number, spec: PlanCacheAct): Outcome {
    const { columns, world } = this;
    if (spec.key < 0) return OUTCOME.ok;
    const { versions } = this.caches[spec.cache];
    const key = world.keys.value(spec.key, strand);
    columns.hold(strand, FOUND.value, ++versions[key], 0);
    columns.refresh[strand] = 0;
    return OUTCOME.ok;
  }

  /** Deletes the value from a level in the process. */
  forget(strand: number, spec: PlanCacheAct): Outcome {
    const { keys } = this.world;
    const { contents } = this.caches[spec.cache].levels[spec.level];
    contents.get(strands.instance[strand])!.delete(keys.value(spec.key, strand));
    return OUTCOME.ok;
  }

  /** Buffers a write. Success: no strand writes the batches, so this one has to start it. */
  buffer(strand: number, spec: PlanCacheAct): Outcome {
    const { keys } = this.world;
    const behind = this.behindOf(strand, spec);
    behind.add(keys.value(spec.key, strand));
    if (behind.gatherer < 0) return OUTCOME.ok;
    if (behind.isFull && behind.waiting) {
      behind.waiting = false;
      const { gatherer } = behind;
      engine.soon(engine.phase, this.gatheredOp, gatherer, strands.stamp[gatherer], 0);
    }
    return NO;
  }

  /** Waits until a batch is full or its delay is over. */
  gather(strand: number, spec: PlanCacheAct): Outcome {
    const behind = this.behindOf(strand, spec);
    invariant(
      behind.gatherer < 0 || behind.gatherer === strand,
      'one strand writes the batches of a process',
    );
    behind.gatherer = strand;
    if (behind.isFull) return OUTCOME.ok;
    behind.waiting = true;
    const at = engine.now + behind.delayNs;
    engine.at(at, PHASE.TIMER, this.gatheredOp, strand, strands.stamp[strand], 0);
    return PENDING;
  }

  /** The gathering strand was stopped. */
  left(strand: number, spec: PlanCacheAct): void {
    const behind = this.behindOf(strand, spec);
    if (behind.gatherer !== strand) return;
    behind.gatherer = -1;
    behind.waiting = false;
  }

  take(strand: number, spec: PlanCacheAct): Outcome {
    const behind = this.behindOf(strand, spec);
    invariant(behind.gatherer === strand, 'a batch is taken by the strand that gathers it');
    behind.waiting = false;
    behind.take();
    return OUTCOME.ok;
  }

  /** The batch was written. Success: the buffer is empty, and the strand ends. */
  written(strand: number, spec: PlanCacheAct): Outcome {
    const behind = this.behindOf(strand, spec);
    behind.written();
    if (!behind.isEmpty) return NO;
    behind.gatherer = -1;
    return OUTCOME.ok;
  }

  requeue(strand: number, spec: PlanCacheAct): Outcome {
    strands.outcome[strand] = 0;
    this.behindOf(strand, spec).requeue();
    return OUTCOME.ok;
  }

  private gathered(strand: number): void {
    this.world.interpreter.acted(strand, OUTCOME.ok);
  }

  private behindOf(strand: number, spec: PlanCacheAct): WriteBehind {
    return this.caches[spec.cache].behind!.get(strands.instance[strand])!;
  }
}
