import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey, unit, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { Leases } from '../../../contracts/scenario/discovery.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import type { Entries } from './entries.js';
import type { Membership } from './membership.js';
import { phaseOf } from './phases.js';

/** The registry counts renewals per minute, whatever their interval. */
const MINUTE_NS: Ns = 60e9;

/**
 * A registry with leases, as Eureka's. Instances renew them, and a pass at intervals evicts those that have expired,
 * unless renewals are missing as if the network had failed. The entries are in memory: they are lost with the servers.
 */
export class ByLeases implements Membership {
  private readonly entries: Entries;
  private readonly rules: Leases;
  /** By instance id: its last renewal, and whether it has only registered so far. */
  private readonly renewedNs: Float64Array;
  private readonly isFresh: Uint8Array;
  /** By instance id: number of its process; it voids the timers of earlier ones. */
  private readonly lives: Uint32Array;
  /** Renewals of the current minute, and of the last complete one. */
  private minute = 0;
  private lastMinute = 0;
  private isPreserving = false;
  private readonly renewOp: number;
  private readonly minuteOp: number;
  private readonly evictOp: number;
  private readonly order: StreamKey;
  private passes = 0;
  /** Number of the timers of the servers; it voids those before a restart. */
  private timers = 0;

  constructor(run: Run, entries: Entries, rules: Leases) {
    const { plan, replication, instances } = run;
    this.entries = entries;
    this.rules = rules;
    this.renewedNs = new Float64Array(instances.length);
    this.isFresh = new Uint8Array(instances.length);
    this.lives = new Uint32Array(instances.length);
    this.renewOp = engine.define('renew', (id, life) => this.renew(instances[id], life));
    this.minuteOp = engine.define('renewals', (_, timers) => this.countMinute(timers));
    this.evictOp = engine.define('evict', (_, timers) => this.evict(timers));
    this.order = streamKey(plan.seed, replication, `registry/${entries.name}/evict`);
    const sinceStart = phaseOf(run, `registry/${entries.name}/server`, 0, MINUTE_NS);
    for (const instance of entries.members()) {
      if (instance.down) continue;
      const { name } = plan.components[instance.component];
      const firstNs = phaseOf(
        run,
        `registry/${entries.name}/renew/${name}`,
        instance.index,
        rules.renewalNs,
      );
      this.begin(instance, firstNs, sinceStart);
    }
    this.startTimers(-sinceStart);
  }

  started(instance: Instance): void {
    const life = ++this.lives[instance.id];
    this.renewAt(engine.now + this.rules.renewalNs, instance, life);
  }

  ended({ id }: Instance): void {
    this.lives[id]++;
  }

  closing(instance: Instance): void {
    this.lives[instance.id]++;
    if (this.entries.hears(instance)) this.entries.remove(instance, 'cancelled');
  }

  readiness(): void {
    // A client of Eureka reports its status by itself, and by default only whether it runs.
  }

  lost(): void {
    for (const instance of this.entries.members()) this.entries.remove(instance, null);
    this.entries.silentUntil = engine.now + this.rules.emptyWaitNs;
    this.minute = this.lastMinute = 0;
    this.startTimers(engine.now);
  }

  back(): void {
    // Instances find out with their next renewal.
  }

  /** A process that has run for a long time: its renewals so far are counted. */
  private begin(instance: Instance, firstNs: Ns, sinceStart: Ns): void {
    const { renewalNs } = this.rules;
    const { id } = instance;
    this.entries.begin(instance);
    this.renewedNs[id] = firstNs - renewalNs;
    // Renewals at firstNs - k x renewalNs for k = 1, 2, ...: those since a time before the start.
    const since = (ns: Ns): number => Math.floor((firstNs + ns) / renewalNs);
    this.minute += since(sinceStart);
    this.lastMinute += since(sinceStart + MINUTE_NS) - since(sinceStart);
    this.renewAt(firstNs, instance, this.lives[id]);
  }

  private startTimers(startNs: Ns): void {
    const timers = ++this.timers;
    const first = (everyNs: Ns): Ns => {
      const since = engine.now - startNs;
      return startNs + (Math.floor(since / everyNs) + 1) * everyNs;
    };
    // The count of a minute ends before the eviction of the same instant looks at it.
    engine.at(first(MINUTE_NS), PHASE.TIMER, this.minuteOp, 0, timers, 0);
    engine.at(first(this.rules.evictionNs), PHASE.TIMER, this.evictOp, 0, timers, 0);
  }

  private renewAt(time: Ns, { id }: Instance, life: number): void {
    engine.at(time, PHASE.TIMER, this.renewOp, id, life, 0);
  }

  private renew(instance: Instance, life: number): void {
    const { entries } = this;
    const { id } = instance;
    if (this.lives[id] !== life) return;
    this.renewAt(engine.now + this.rules.renewalNs, instance, life);
    if (instance.frozen === FROZEN.pause || !entries.hears(instance)) return;
    this.renewedNs[id] = engine.now;
    if (entries.isListed(instance)) {
      this.isFresh[id] = 0;
      this.minute++;
    } else {
      this.isFresh[id] = 1;
      invariant(!entries.isListed(instance), 'an instance registers that is not listed');
      entries.add(instance, 'registered');
    }
  }

  private countMinute(timers: number): void {
    if (timers !== this.timers) return;
    engine.at(engine.now + MINUTE_NS, PHASE.TIMER, this.minuteOp, 0, timers, 0);
    if (!this.entries.isRunning) return;
    this.lastMinute = this.minute;
    this.minute = 0;
    const isPreserving = this.size() > 0 && this.preserves();
    if (isPreserving === this.isPreserving) return;
    this.isPreserving = isPreserving;
    this.entries.noteOwn(isPreserving ? 'preserving' : 'evicting');
  }

  /** Whether renewals are missing, so that nothing is evicted. */
  private preserves(): boolean {
    const { preserveBelow, renewalNs } = this.rules;
    if (preserveBelow === null) return false;
    const expected = this.size() * (MINUTE_NS / renewalNs) * preserveBelow;
    const threshold = Math.floor(expected);
    return !(threshold > 0 && this.lastMinute > threshold);
  }

  private evict(timers: number): void {
    if (timers !== this.timers) return;
    const { entries, rules, order } = this;
    engine.at(engine.now + rules.evictionNs, PHASE.TIMER, this.evictOp, 0, timers, 0);
    if (!entries.isRunning || this.preserves()) return;
    const expired = [...entries.members()].filter((instance) => this.isExpired(instance));
    const size = this.size();
    const most = Math.min(expired.length, size - Math.floor(size * rules.evictedMost));
    const pass = this.passes++;
    for (let k = 0; k < most; k++) {
      const left = expired.length - k;
      const at = k + Math.floor(unit(order.a, order.b, pass, 0, k) * left);
      const chosen = expired[at];
      expired[at] = expired[k];
      invariant(entries.isListed(chosen), 'a lease is evicted that is listed');
      entries.remove(chosen, 'evicted');
    }
  }

  private isExpired(instance: Instance): boolean {
    if (!this.entries.isListed(instance)) return false;
    const { firstExpiryNs, expiryNs } = this.rules;
    const lastsNs = this.isFresh[instance.id] === 1 ? firstExpiryNs : expiryNs;
    return engine.now > this.renewedNs[instance.id] + lastsNs;
  }

  private size(): number {
    let size = 0;
    for (const instance of this.entries.members()) if (this.entries.isListed(instance)) size++;
    return size;
  }
}
