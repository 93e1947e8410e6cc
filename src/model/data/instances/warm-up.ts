import type { Ns } from '../../../kernel/time.js';

/** The slowdown of a process that has just started; it decreases linearly. */
export class WarmUp {
  constructor(
    private readonly durationNs: Ns,
    private readonly factor: number,
    private readonly since: Ns,
  ) {}

  isOver(now: Ns): boolean {
    return now - this.since >= this.durationNs;
  }

  /** Duration of a step that begins now and would take `time` in a warm process. */
  stretched(time: Ns, now: Ns): Ns {
    const left = 1 - (now - this.since) / this.durationNs;
    return Math.round(time * (1 + (this.factor - 1) * left));
  }
}
