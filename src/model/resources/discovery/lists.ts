import { samplers } from '../../../kernel/distribution.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanDiscovered } from '../../../contracts/plan/discovery.js';
import type { View } from '../../data/edges/edge.js';
import type { Age, Counter } from '../../data/figures/meters.js';
import type { Fleet } from '../../data/instances/fleet.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import type { Entries } from './entries.js';
import { List } from './list.js';
import { NAME_FAULT } from './name-faults.js';
import { phaseOf } from './phases.js';

/** Time after which a caller that could not be reached connects to its registry again. */
const RETRY_NS: Ns = 1e9;

/** A component whose callers have lists of it. */
interface Found {
  readonly spec: PlanDiscovered;
  /** Its first instance, which carries the faults of its discovery. */
  readonly first: Instance;
  readonly lists: List[];
  readonly stale: Counter;
  readonly failures: Counter;
  readonly age: Age;
}

/** The lists that callers have of the components in one registry. */
export class Lists {
  private readonly server: Instance;
  /** The answer to queries: the entries, or a copy that is renewed at intervals. */
  private readonly answer: Uint8Array;
  private readonly byComponent = new Map<number, Found>();
  private readonly all: List[] = [];
  private readonly queryOp: number;
  private readonly sendOp: number;
  private readonly retryOp: number;
  private readonly sampler: number;

  constructor(
    private readonly run: Run,
    private readonly entries: Entries,
  ) {
    const { callees, delivery, component } = entries.spec;
    this.server = run.instances[run.plan.components[component].firstInstance];
    this.queryOp = engine.define('lookup', (list) => this.tick(list));
    this.sendOp = engine.define('entry', (list, index, isListed) => {
      this.all[list].apply(index, isListed);
    });
    this.retryOp = engine.define('reconnect', (list) => this.retry(list));
    this.sampler = delivery.by === 'push' ? samplers.add(delivery.delay) : -1;
    for (const spec of callees) {
      const subject = { component: spec.component, part: -1 };
      this.byComponent.set(spec.component, {
        spec,
        first: run.instances[run.plan.components[spec.component].firstInstance],
        lists: [],
        stale: run.meters.counter('staleCalls', subject),
        failures: run.meters.counter('fetchFailures', subject),
        age: run.meters.age('listAge', subject),
      });
    }
    const cacheNs = delivery.by === 'fetch' ? delivery.cacheNs : 0;
    this.answer = cacheNs > 0 ? entries.listed.slice() : entries.listed;
    if (cacheNs > 0) this.renewEvery(cacheNs);
  }

  /** The list of a caller, for its view of the callee. */
  fleetOf(callee: number, caller: Instance, view: View): Fleet {
    const { plan, replication, fleets } = this.run;
    const found = this.byComponent.get(callee)!;
    const from = plan.components[caller.component].name;
    const name = `discovery/${plan.components[callee].name}/${from}/${caller.index}`;
    const key = streamKey(plan.seed, replication, name);
    const { onEmpty } = found.spec;
    const origin = { id: this.all.length, caller, callee, key, onEmpty };
    const list = new List(origin, fleets[callee], this.entries.listed, view);
    this.all.push(list);
    found.lists.push(list);
    if (this.sampler < 0) this.begin(list, found);
    return list.fleet;
  }

  changed({ component, index }: Instance): void {
    if (this.sampler < 0) return;
    for (const list of this.byComponent.get(component)!.lists) this.send(list, index);
  }

  /** A call goes to an instance whose process is gone. */
  noteStale(callee: number): void {
    this.run.meters.count(this.byComponent.get(callee)!.stale);
  }

  /** Interval of the queries for a component. */
  private intervalOf({ spec }: Found): Ns {
    const { delivery } = this.entries.spec;
    return delivery.by === 'resolve' ? delivery.ttlNs : spec.refreshNs;
  }

  /** Starts the queries of a caller. Those with the same interval have the same phase, as one query. */
  private begin(list: List, found: Found): void {
    const { run, entries } = this;
    const { caller } = list;
    const intervalNs = this.intervalOf(found);
    const { name } = run.plan.components[caller.component];
    const firstNs = phaseOf(run, `discovery/${entries.name}/${name}`, caller.index, intervalNs);
    list.fetchedNs = firstNs - intervalNs;
    this.setAge(found);
    engine.at(firstNs, PHASE.TIMER, this.queryOp, list.id, 0, 0);
    caller.residents.push({
      died: () => {
        list.lose();
        this.setAge(found);
      },
      started: () => this.query(list, found),
    });
  }

  private tick(id: number): void {
    const list = this.all[id];
    const found = this.byComponent.get(list.callee)!;
    engine.at(engine.now + this.intervalOf(found), PHASE.TIMER, this.queryOp, id, 0, 0);
    const { down, frozen } = list.caller;
    if (!down && frozen !== FROZEN.pause) this.query(list, found);
  }

  private query(list: List, found: Found): void {
    const { entries, server } = this;
    const { first, failures } = found;
    const { delivery } = entries.spec;
    if (server.discoveryFrozen || first.discoveryFrozen) return;
    const fault = Math.max(server.nameFault, first.nameFault);
    if (fault === NAME_FAULT.stale) return;
    if (fault === NAME_FAULT.random) return list.misdirect();
    if (fault === NAME_FAULT.error || !entries.answers(list.caller)) {
      this.run.meters.count(failures);
      // An answer of DNS has expired now; a fetched list is kept.
      if (delivery.by === 'resolve' && !delivery.serveStale) list.clear();
      return;
    }
    list.fill(this.answer, list.fleet.first);
    list.fetchedNs = engine.now;
    this.setAge(found);
  }

  /** The age of the oldest list. */
  private setAge({ lists, age }: Found): void {
    let oldest = Infinity;
    for (const { fetchedNs } of lists) if (fetchedNs < oldest) oldest = fetchedNs;
    this.run.meters.turn(age, oldest);
  }

  private renewEvery(cacheNs: Ns): void {
    const { run, entries } = this;
    const op = engine.define('answer', () => {
      engine.at(engine.now + cacheNs, PHASE.TIMER, op, 0, 0, 0);
      if (entries.isRunning) this.answer.set(entries.listed);
    });
    const firstNs = phaseOf(run, `registry/${entries.name}/answer`, 0, cacheNs);
    engine.at(firstNs, PHASE.TIMER, op, 0, 0, 0);
  }

  /** Sends an entry to a caller, or asks it to connect again later. */
  private send(list: List, index: number): void {
    const { entries, server, sampler } = this;
    const { first } = this.byComponent.get(list.callee)!;
    if (server.discoveryFrozen || first.discoveryFrozen || !entries.answers(list.caller)) {
      if (list.isRetrying) return;
      list.isRetrying = true;
      engine.at(engine.now + RETRY_NS, PHASE.TIMER, this.retryOp, list.id, 0, 0);
      return;
    }
    const isListed = entries.listed[list.fleet.first + index];
    if (list.sent[index] === isListed) return;
    list.sent[index] = isListed;
    const { a, b } = list.key;
    const delay = samplers.draw(sampler, a, b, list.updates++, 0, 0);
    // Updates never overtake each other.
    list.lastNs = Math.max(list.lastNs, engine.now + delay);
    const phase = list.lastNs > engine.now ? PHASE.FAULT : Math.max(engine.phase, PHASE.FAULT);
    engine.at(list.lastNs, phase, this.sendOp, list.id, index, isListed);
  }

  private retry(id: number): void {
    const list = this.all[id];
    list.isRetrying = false;
    for (let index = 0; index < list.fleet.size; index++) this.send(list, index);
  }
}
