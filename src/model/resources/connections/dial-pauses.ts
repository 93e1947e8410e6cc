import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { ConnectionBackoff } from '../../../contracts/scenario/connections.js';

/** The longest power of the factor that matters: 1.6 to this is far above any limit. */
const STEPS_MAX = 200;

/**
 * The pauses of a channel between vain attempts to connect (grpc doc/connection-backoff.md: ConnectWithBackoff). A pause
 * counts from the start of the attempt; it grows by the factor up to a limit, and all but the first one vary at random.
 */
export class DialPauses {
  /** Vain attempts since the last connection was opened. */
  private failures = 0;
  private startedAt: Ns = 0;
  private until: Ns = 0;
  /** An attempt of those that are in progress was in vain. */
  private isCounted = false;

  constructor(
    private readonly spec: ConnectionBackoff,
    private readonly key: StreamKey,
  ) {}

  /** Whether the last attempt was in vain. */
  get isFailing(): boolean {
    return this.failures > 0;
  }

  /** Whether no connection may be opened now. */
  get isPaused(): boolean {
    return this.failures > 0 && engine.now < this.until;
  }

  /** When the present pause ends. */
  get endsAt(): Ns {
    return this.until;
  }

  /** An attempt to connect begins, alone or beside others of the same channel. */
  begins(isAlone: boolean): void {
    invariant(!this.isPaused, 'no connection is opened during a pause');
    this.startedAt = engine.now;
    if (isAlone) this.isCounted = false;
  }

  /** It was in vain. Its lineage keys the draw. Attempts that are made together count as one. */
  failed(lineageA: number, lineageB: number): void {
    if (this.isCounted) return;
    this.isCounted = true;
    const { initialNs, factor, maxNs, jitter } = this.spec;
    let pause = initialNs;
    for (let k = 0; k < Math.min(this.failures, STEPS_MAX) && pause < maxNs; k++) pause *= factor;
    pause = Math.min(pause, maxNs);
    const { a, b } = this.key;
    const spread = this.failures === 0 ? 0 : 2 * unit(a, b, lineageA, lineageB, 0) - 1;
    this.failures++;
    this.until = this.startedAt + Math.round(pause * (1 + jitter * spread));
    invariant(this.until >= this.startedAt, 'a pause ends after its attempt began');
  }

  /** A connection was opened, or the process has restarted. */
  clear(): void {
    this.failures = 0;
    this.until = 0;
  }
}
