import type { Run } from '../../data/run.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Entries } from './entries.js';
import type { Membership } from './membership.js';

const nothing = (): void => {};

/** A registry that follows the readiness of instances: endpoints of Kubernetes, records of DNS. */
export class ByReadiness implements Membership {
  readonly started = nothing;
  readonly ended = nothing;
  readonly closing = nothing;
  readonly lost = nothing;
  private readonly entries: Entries;
  /** By instance id: 1 = ready, whether or not the servers can note it. */
  private readonly ready: Uint8Array;

  constructor(run: Run, entries: Entries) {
    this.entries = entries;
    this.ready = new Uint8Array(run.instances.length);
    for (const instance of entries.members()) {
      if (instance.down) continue;
      this.ready[instance.id] = 1;
      entries.begin(instance);
    }
  }

  readiness(instance: Instance, isReady: boolean): void {
    this.ready[instance.id] = isReady ? 1 : 0;
    if (this.entries.isOpen) this.note(instance);
  }

  back(): void {
    for (const instance of this.entries.members()) this.note(instance);
  }

  private note(instance: Instance): void {
    if (this.ready[instance.id] === 1) this.entries.add(instance, null);
    else this.entries.remove(instance, null);
  }
}
