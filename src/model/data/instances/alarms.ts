import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Alarm } from '../../../contracts/patterns/policy.js';
import { FROZEN } from './process.js';
import type { Instance } from './instance.js';

/** One alarm: its action, the process that it belongs to, and its current setting. */
interface Entry {
  readonly run: () => void;
  readonly owner: Instance | null;
  generation: number;
}

/**
 * Timers of policies that belong to no call, such as the end of a breaker's open time. A paused process sees its alarms
 * when it resumes, like its other timers. A restarted process clears them in the reset of the policy.
 */
export class Alarms {
  private readonly entries: Entry[] = [];
  private readonly op: number = engine.define('policy-alarm', (id, generation) =>
    this.ring(id, generation),
  );

  /** Creates an alarm that is not set. `owner` null: the state is shared by several processes. */
  add(run: () => void, owner: Instance | null): Alarm {
    const entry: Entry = { run, owner, generation: 0 };
    const id = this.entries.push(entry) - 1;
    return {
      set: (at: Ns) => {
        invariant(at >= engine.now, 'an alarm rings in the future');
        engine.at(at, PHASE.TIMER, this.op, id, ++entry.generation, 0);
      },
      clear: () => {
        entry.generation++;
      },
    };
  }

  private ring(id: number, generation: number): void {
    const entry = this.entries[id];
    if (entry.generation !== generation) return;
    const { owner } = entry;
    if (owner !== null && owner.frozen === FROZEN.pause && !owner.down) {
      owner.stalledCalls.push(this.op, id, generation);
      return;
    }
    entry.run();
  }
}
