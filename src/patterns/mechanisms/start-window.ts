import { widenFloat64 } from '../../kernel/pool.js';
import type { Ns } from '../../kernel/time.js';
import { durationOrNone } from '../../contracts/quantities/quantities.js';

/** `startBefore`, with the library's own name for it. */
export function startBeforeField(library: string) {
  return durationOrNone({ allowZero: false })
    .optional()
    .describe(
      `Time after the first try at which no further one starts (${library}). A try under way goes on, however ` +
        'long it takes: `timeout` and `deadline` end it. Unit: duration, or `none`. Defaults to none.',
    );
}

/** The time in which the tries of a call may start, from its first one. */
export class StartWindow {
  /** By frame. */
  private since: Float64Array = new Float64Array(64);

  constructor(private readonly lengthNs: Ns) {}

  opens(frame: number, now: Ns): void {
    if (frame >= this.since.length) this.since = widenFloat64(this.since, frame * 2);
    this.since[frame] = now;
  }

  isOver(frame: number, now: Ns): boolean {
    return now - this.since[frame] >= this.lengthNs;
  }
}
