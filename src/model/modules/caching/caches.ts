import type { PlanCacheAct } from '../../../contracts/plan/caching.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { Act } from '../../data/acts.js';
import type { ActRun } from '../../data/run.js';
import type { StrandWatcher } from '../../data/strands/strand-watcher.js';
import { Cache } from './cache.js';
import { CacheColumns } from './columns.js';
import { Commands } from './commands.js';
import { Loading } from './loading.js';
import { Lookups } from './lookups.js';
import { Writes } from './writes.js';
import { strands } from '../../data/strands/strands.js';

/** Instructions of writes. */
type WritingOp = Extract<
  PlanCacheAct['op'],
  'write' | 'forget' | 'buffer' | 'gather' | 'take' | 'written' | 'requeue'
>;

/** All caches of a run, and the acts that use them. */
export class Caches implements StrandWatcher {
  readonly list: readonly Cache[];
  readonly columns: CacheColumns;
  private flushes = 0;
  private readonly loading: Loading;
  private readonly lookups: Lookups;
  private readonly commands: Commands;
  private readonly writes: Writes;

  constructor(world: ActRun) {
    const { plan } = world;
    const acts = plan.acts.filter((act) => act.act === 'cache');
    const slots = acts.reduce((most, { slot }) => Math.max(most, slot + 1), 1);
    this.columns = new CacheColumns(strands.slots, slots);
    this.list = plan.caches.map(
      (spec, index) => new Cache(world, spec, callersOf(world, acts, index)),
    );
    this.loading = new Loading(world, this.columns, this.list);
    this.lookups = new Lookups(world, this.columns, this.list);
    this.commands = new Commands(world, this.columns, this.list);
    this.writes = new Writes(world, this.columns, this.list);
    for (const cache of this.list) {
      cache.spec.levels.forEach(({ part }, index) =>
        world.faultTargets.flushes.set(part, (share) => cache.flush(index, share, ++this.flushes)),
      );
    }
  }

  actOf(spec: PlanCacheAct): Act {
    const { loading, writes } = this;
    const begin = this.beginOf(spec);
    const stays = (): void => {};
    const left = spec.op === 'follow' ? (strand: number) => loading.left(strand, spec) : stays;
    if (spec.op === 'gather') return { begin, left: (strand) => writes.left(strand, spec) };
    return { begin, left };
  }

  /** A strand ends: requests that wait for one of its loads get the outcome or continue without it. */
  ended(strand: number, outcome: Outcome): void {
    if (this.columns.open[strand] > 0) this.loading.ended(strand, outcome);
  }

  /** A strand was stopped: a request that waits for its load takes over. */
  stopped(strand: number): void {
    if (this.columns.open[strand] > 0) this.loading.ended(strand, OUTCOME.cancelled, true);
  }

  /** The command of a call to a shared level goes with the call, and its answer comes back. */
  lent(own: number, owner: number): void {
    this.columns.copyCommand(own, owner);
    this.columns.copyValue(own, owner);
  }

  returned(own: number, owner: number): void {
    this.columns.copyValue(owner, own);
  }

  /** Number of loads that others may join; 0 if none is in flight. */
  held(): number {
    return this.list.reduce((sum, cache) => sum + cache.held(), 0);
  }

  private beginOf(spec: PlanCacheAct): Act['begin'] {
    const { lookups, commands, loading } = this;
    switch (spec.op) {
      case 'lookup':
        return (strand, pc) => lookups.lookup(strand, pc, spec);
      case 'answered':
        return (strand, pc) => lookups.answered(strand, pc, spec);
      case 'fill':
        return (strand, pc) => lookups.fill(strand, pc, spec);
      case 'share':
        return (strand, pc) => lookups.share(strand, pc, spec);
      case 'store':
        return (strand, pc) => lookups.store(strand, pc, spec);
      case 'absent':
        return (strand) => lookups.absent(strand, spec);
      case 'verdict':
        return (strand) => lookups.verdict(strand);
      case 'ask':
        return (strand) => commands.ask(strand, spec);
      case 'receive':
        return (strand) => commands.receive(strand);
      case 'serve':
        return (strand, pc) => commands.serve(strand, pc, spec);
      case 'failing':
        return () => spec.outcome;
      case 'rethrow':
        return (strand) => loading.kept(strand);
      case 'claim':
        return (strand, pc) => loading.claim(strand, pc, spec);
      case 'follow':
        return (strand) => loading.follow(strand, spec);
      case 'begin':
        return (strand) => loading.begin(strand, spec);
      case 'loaded':
        return (strand) => loading.loaded(strand, spec);
      case 'land':
        return (strand) => loading.land(strand, spec);
      case 'negative':
        return (strand) => loading.negative(strand, spec);
      case 'failed':
        return (strand) => loading.failed(strand, spec);
      case 'due':
        return (strand) => loading.due(strand, spec);
      case 'refreshing':
        return (strand) => loading.refreshing(strand, spec);
      default:
        return this.writingOf(spec.op, spec);
    }
  }

  private writingOf(op: WritingOp, spec: PlanCacheAct): Act['begin'] {
    const { writes } = this;
    switch (op) {
      case 'write':
        return (strand) => writes.write(strand, spec);
      case 'forget':
        return (strand) => writes.forget(strand, spec);
      case 'buffer':
        return (strand) => writes.buffer(strand, spec);
      case 'gather':
        return (strand) => writes.gather(strand, spec);
      case 'take':
        return (strand) => writes.take(strand, spec);
      case 'written':
        return (strand) => writes.written(strand, spec);
      case 'requeue':
        return (strand) => writes.requeue(strand, spec);
    }
  }
}

/** All instances that use a cache, ascending. */
function callersOf(
  { plan }: ActRun,
  acts: readonly PlanCacheAct[],
  cache: number,
): readonly number[] {
  const components = new Set<number>();
  for (const act of acts) {
    if (act.cache === cache) components.add(plan.parts[act.from].component);
  }
  components.delete(plan.caches[cache].component);
  return plan.instances.flatMap(({ component }, id) => (components.has(component) ? [id] : []));
}
