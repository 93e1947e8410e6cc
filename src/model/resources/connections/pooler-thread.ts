import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { meanOf, samplers } from '../../../kernel/distribution.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PgbouncerSettings } from '../../../contracts/scenario/pools.js';
import type { Run } from '../../data/run.js';
import type { ServerWork } from './connect-work.js';
import type { ServerConnections } from './server-connections.js';

/**
 * The one thread of a pooler, as far as clients that connect use it (pgbouncer#844: the CPU of SCRAM). It lets them in
 * one after the other, also those that have given up meanwhile.
 */
class PoolerThread {
  private freeAt: Ns = 0;
  private readonly waiting = new Map<number, () => void>();
  private clients = 0;
  private readonly op: number = engine.define('pooler-login', (client) => {
    const done = this.waiting.get(client)!;
    this.waiting.delete(client);
    done();
  });

  constructor(
    private readonly sampler: number,
    private readonly key: StreamKey,
  ) {}

  /** The work for a client: that of the pooler, and then that of the server, if it has any. */
  before(server: ServerWork | null): ServerWork {
    return (a, b, done) => {
      const { key } = this;
      const client = ++this.clients;
      const cost = samplers.draw(this.sampler, key.a, key.b, a, b, 0);
      this.freeAt = Math.max(engine.now, this.freeAt) + cost;
      this.waiting.set(client, () => {
        if (server?.(a, b, done) !== true) done();
      });
      engine.at(this.freeAt, PHASE.TIMER, this.op, client, 0, 0);
      return true;
    };
  }
}

/** The threads of the poolers of a run. */
export class PoolerThreads {
  /** By the server behind a pooler. */
  private readonly threads = new Map<ServerConnections, PoolerThread>();

  constructor(private readonly world: Pick<Run, 'plan' | 'replication'>) {}

  /** What happens before a client of a pooler can use its connection: its own work, and that of the server. */
  before(
    { connectWork }: PgbouncerSettings,
    server: ServerConnections,
    work: ServerWork | null,
  ): ServerWork | null {
    if (meanOf(connectWork) === 0) return work;
    let thread = this.threads.get(server);
    if (thread === undefined) {
      const { plan, replication } = this.world;
      const { name } = plan.components[server.instance.component];
      const key = streamKey(plan.seed, replication, `pooler/${name}/connectWork`);
      thread = new PoolerThread(samplers.add(connectWork), key);
      this.threads.set(server, thread);
    }
    return thread.before(work);
  }
}
