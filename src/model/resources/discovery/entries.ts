import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanRegistry } from '../../../contracts/plan/discovery.js';
import { JOURNAL, REGISTRY_EVENT } from '../../../contracts/record/record.js';
import type { Counter } from '../../data/figures/meters.js';
import { CUT } from '../../data/edges/link.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';

type Event = keyof typeof REGISTRY_EVENT;

/** The servers of a registry, and the instances that they return to queries. */
export class Entries {
  readonly name: string;
  /** By instance id: 1 = returned to queries. */
  readonly listed: Uint8Array;
  /** Whether some server answers, whether the timers of some server run, and whether some process is up. */
  isOpen = true;
  isRunning = true;
  isAlive = true;
  /** Until then it answers no queries. */
  silentUntil: Ns = -Infinity;
  /** Called for each instance whose entry changes. */
  changed: (instance: Instance) => void = () => {};
  private readonly servers: readonly Instance[];
  private readonly registered: Counter;
  private readonly removed: Counter;

  constructor(
    private readonly run: Run,
    readonly spec: PlanRegistry,
  ) {
    const { name, firstInstance, instances } = run.plan.components[spec.component];
    this.name = name;
    this.servers = run.instances.slice(firstInstance, firstInstance + instances);
    this.listed = new Uint8Array(run.instances.length);
    const subject = { component: spec.component, part: -1 };
    this.registered = run.meters.counter('registrations', subject);
    this.removed = run.meters.counter('deregistrations', subject);
  }

  /** All instances that can be registered, in the order of their ids. */
  *members(): Generator<Instance> {
    for (const { component } of this.spec.callees) {
      const { firstInstance, instances } = this.run.plan.components[component];
      for (let id = firstInstance; id < firstInstance + instances; id++) {
        yield this.run.instances[id];
      }
    }
  }

  /** Watches the servers: `lost` runs when all processes have died and one starts again; `back` when one answers. */
  watch(lost: () => void, back: () => void): void {
    const look = (): void => {
      const { isOpen, isAlive } = this;
      this.isAlive = this.servers.some(({ down }) => !down);
      this.isRunning = this.servers.some(({ down, frozen }) => !down && frozen !== FROZEN.pause);
      this.isOpen = this.servers.some(isAnswering);
      if (this.isAlive && !isAlive) lost();
      if (this.isOpen === isOpen) return;
      this.note(this.servers[0], this.isOpen ? 'back' : 'silent');
      if (this.isOpen) back();
    };
    for (const server of this.servers) {
      server.residents.push({
        died: look,
        started: look,
        paused: look,
        resumed: look,
        hung: look,
      });
    }
  }

  /** Whether a server answers messages of an instance. */
  hears({ component, zone }: Instance): boolean {
    if (!this.isOpen) return false;
    const { links } = this.run;
    const table = this.spec.links[component];
    if (table === null) return true;
    const stride = Math.round(Math.sqrt(table.length));
    return this.servers.some((server) => {
      if (!isAnswering(server)) return false;
      const link = links[table[(zone + 1) * stride + server.zone + 1]];
      return link.requestCut === CUT.no && link.answerCut === CUT.no;
    });
  }

  /** Whether a server answers a query of a caller. */
  answers(caller: Instance): boolean {
    return engine.now >= this.silentUntil && this.hears(caller);
  }

  isListed({ id }: Instance): boolean {
    return this.listed[id] === 1;
  }

  /** Sets an entry at the start of the run, when all callers have it. */
  begin({ id }: Instance): void {
    this.listed[id] = 1;
  }

  add(instance: Instance, event: Event | null): void {
    if (this.listed[instance.id] === 1) return;
    this.listed[instance.id] = 1;
    this.run.meters.count(this.registered);
    if (event !== null) this.note(instance, event);
    this.changed(instance);
  }

  remove(instance: Instance, event: Event | null): void {
    if (this.listed[instance.id] === 0) return;
    this.listed[instance.id] = 0;
    if (event === 'evicted') this.run.meters.count(this.removed);
    if (event !== null) this.note(instance, event);
    this.changed(instance);
  }

  /** Removes an instance for good that queries do not return already. */
  deregister(instance: Instance): void {
    this.run.meters.count(this.removed);
    this.note(instance, 'deregistered');
  }

  /** Notes an event of the registry itself. */
  noteOwn(event: Event): void {
    this.note(this.servers[0], event);
  }

  private note({ id }: Instance, event: Event): void {
    this.run.journal.note(JOURNAL.registry, id, REGISTRY_EVENT[event]);
  }
}

function isAnswering({ down, frozen }: Instance): boolean {
  return !down && frozen === FROZEN.no;
}
