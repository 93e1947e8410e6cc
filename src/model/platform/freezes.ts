import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { INSTANCE_STATE, JOURNAL } from '../../contracts/record/record.js';
import { strands } from '../data/strands/strands.js';
import type { Instance } from '../data/instances/instance.js';
import type { OutagesParts } from './outages-parts.js';
import { FROZEN } from '../data/instances/process.js';

/** Processes that faults make hang or pause, or that their garbage collector pauses. */
export class Freezes {
  /** `resumed` runs when a pause of a running process has ended. */
  constructor(
    private readonly world: OutagesParts,
    private readonly resumed: (instance: Instance) => void,
  ) {}

  /** Faults freeze or resume an instance (see FROZEN). Stalled work continues in the order of its arrival. */
  setFrozen(instance: Instance, byFaults: number): void {
    const { frozen, frozenByFaults, collecting } = instance;
    if (frozenByFaults === byFaults) return;
    instance.freeze(byFaults, collecting);
    if (!instance.down) this.journal(instance);
    this.changed(instance, frozen);
  }

  /** The garbage collector pauses the process, or resumes it. */
  setCollecting(instance: Instance, collecting: boolean): void {
    const { frozen, frozenByFaults } = instance;
    instance.freeze(frozenByFaults, collecting);
    this.changed(instance, frozen);
  }

  /** A process has started: faults may still freeze it. */
  started(instance: Instance): void {
    if (instance.frozenByFaults !== FROZEN.no) this.journal(instance);
  }

  private changed(instance: Instance, before: number): void {
    const { frozen, residents } = instance;
    if (before === frozen) return;
    instance.updateCores();
    if (before === FROZEN.pause || frozen === FROZEN.no) this.thaw(instance);
    if (instance.down) return;
    if (frozen === FROZEN.pause) for (const resident of residents) resident.paused?.();
    if (before === FROZEN.pause) for (const resident of residents) resident.resumed?.();
    if (before === FROZEN.pause) this.resumed(instance);
    const isHang = before === FROZEN.hang || frozen === FROZEN.hang;
    if (isHang) for (const resident of residents) resident.hung?.();
  }

  /** Stalled work continues. From a pause into a hang, requests are accepted but no work is done. */
  private thaw(instance: Instance): void {
    const { server, workers } = this.world;
    replayCalls(instance);
    if (instance.frozen === FROZEN.no) this.restartStalled(instance);
    const held = instance.held.splice(0);
    invariant(held.length % 2 === 0, 'what a paused process keeps has a strand and its stamp');
    for (let k = 0; k < held.length; k += 2) {
      if (strands.stamp[held[k]] === held[k + 1]) server.receive(held[k], instance);
    }
    workers.startWaiting(instance);
  }

  private restartStalled(instance: Instance): void {
    const { workers } = this.world;
    const stalled = instance.stalled.splice(0);
    invariant(stalled.length % 2 === 0, 'stalled work has a strand and its stamp');
    for (let k = 0; k < stalled.length; k += 2) {
      if (strands.stamp[stalled[k]] === stalled[k + 1]) workers.restart(stalled[k], stalled[k + 1]);
    }
  }

  /** Journals the state of a running process. */
  private journal({ id, frozenByFaults }: Instance): void {
    const state = frozenByFaults === FROZEN.no ? INSTANCE_STATE.up : 1 + frozenByFaults;
    this.world.journal.note(JOURNAL.instance, id, state);
  }
}

/** Replays events that reached the calls of a paused process, in the order of their arrival. */
export function replayCalls(instance: Instance): void {
  const stalledCalls = instance.stalledCalls.splice(0);
  invariant(
    stalledCalls.length % 3 === 0,
    'each event that a paused process misses has its operation, target and stamp',
  );
  for (let k = 0; k < stalledCalls.length; k += 3) {
    const [op, target, stamp] = stalledCalls.slice(k, k + 3);
    engine.soon(PHASE.COMPLETION, op, target, stamp, 0);
  }
}
