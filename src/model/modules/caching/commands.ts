import type { PlanCacheAct } from '../../../contracts/plan/caching.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import { wallTime } from '../../data/instances/wall-clock.js';
import { Draws } from '../../path/draws.js';
import type { Run } from '../../data/run.js';
import type { Cache } from './cache.js';
import type { CacheColumns } from './columns.js';
import { FOUND } from './content.js';
import { put, take } from './lookups.js';
import { frames } from '../../data/strands/frames.js';
import { strands } from '../../data/strands/strands.js';

/** Commands to a shared level. */
export const COMMAND = Object.freeze({ get: 0, set: 1, delete: 2, unread: 3 } as const);

/**
 * Both ends of a command to a shared level. The caller keeps its arguments; the attempt carries them to the server,
 * which writes its response to the caller.
 */
export class Commands {
  readonly draws = new Draws(this.world);

  constructor(
    readonly world: Run,
    readonly columns: CacheColumns,
    private readonly caches: readonly Cache[],
  ) {}

  /** Prepares the command that the next instruction sends. */
  ask(strand: number, spec: PlanCacheAct): Outcome {
    const { columns, world } = this;
    columns.command[strand] = spec.command;
    columns.ttl[strand] = spec.ttlNs;
    columns.key[strand] = spec.key < 0 ? 0 : world.keys.value(spec.key, strand);
    if (spec.command === COMMAND.get) columns.drop(strand);
    return OUTCOME.ok;
  }

  /** A command has reached the server; it is ignored if its sender has left. */
  receive(job: number): Outcome {
    const { columns } = this;
    const sender = this.senderOf(job);
    columns.command[job] = COMMAND.unread;
    if (sender < 0) return OUTCOME.ok;
    columns.command[job] = columns.command[sender];
    columns.ttl[job] = columns.ttl[sender];
    columns.key[job] = columns.key[sender];
    columns.hold(job, columns.found[sender], columns.version[sender], columns.delta[sender]);
    return OUTCOME.ok;
  }

  /** The server executes the command. It sets the result for the sender before the response arrives. */
  serve(job: number, pc: number, spec: PlanCacheAct): Outcome {
    const { columns, world } = this;
    const cache = this.caches[spec.cache];
    // A cache with a fixed hit ratio stores nothing.
    if (cache.spec.spec.hitRatio !== null) return OUTCOME.ok;
    const level = cache.levels[spec.level];
    const content = level.contents.get(strands.instance[job])!;
    const now = wallTime(world.instances[strands.instance[job]]);
    const key = columns.key[job];
    switch (columns.command[job]) {
      case COMMAND.get: {
        const found = content.get(key, now, this.draws.unit(job, pc));
        world.meters.count(level.meters.reads);
        if (found !== FOUND.nothing) world.meters.count(level.meters.hits);
        const sender = this.senderOf(job);
        if (sender < 0) break;
        columns.drop(sender);
        if (found !== FOUND.nothing) {
          take(columns, sender, cache, content, found, now);
        }
        break;
      }
      case COMMAND.set:
        put(this, level, job, pc, key, now, columns.ttl[job]);
        break;
      case COMMAND.delete:
        content.delete(key);
        break;
    }
    return OUTCOME.ok;
  }

  /** The strand that waits for an attempt; -1 = it has left. */
  private senderOf(job: number): number {
    return strands.callerLeftAt[job] < 0 ? frames.owner[strands.from[job]] : -1;
  }
}
