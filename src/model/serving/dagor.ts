import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Shed } from '../../spec/resources.js';
import type { Overload } from './shedding.js';

export type DagorSettings = Extract<Shed, { readonly kind: 'dagor' }>;

/** After so long users are dealt their levels anew. */
const HOUR = 3600 * NS_PER_SECOND;

/**
 * The admission level of DAGOR. Requests have a place in one order: by their priority, and within one by
 * the level of their user. Those up to the cursor are let in. A window is over with its last request or
 * with the first one after its time. If those that began within it had waited too long on average, the
 * cursor goes back until a share alpha of those let in is outside of it; else it goes on until a share
 * beta of all that came is inside of it besides. Both are measured by the requests of the window.
 */
export class Dagor implements Overload {
  /** Places in all; the last one lets everybody in. */
  private readonly places: number;
  private readonly settings: DagorSettings;
  private readonly stream: StreamKey;
  private cursor: number;
  /** Requests of the window by place, all of them, and those let in. */
  private readonly came: Int32Array;
  private requests = 0;
  private admitted = 0;
  private startNs: Ns = 0;
  private waited = 0;
  private begunCount = 0;

  constructor(settings: DagorSettings, priorities: number, stream: StreamKey) {
    this.settings = settings;
    this.stream = stream;
    this.places = priorities * settings.users;
    this.came = new Int32Array(this.places);
    this.cursor = this.places - 1;
  }

  /** Nobody is refused by a mere signal: see admits(). */
  at(): boolean {
    return false;
  }

  /** `rank` is 0 for the greatest priority, `user` the value of the key. */
  admits(now: Ns, rank: number, user: number): boolean {
    const { settings, stream, came } = this;
    if (now - this.startNs >= settings.windowNs) this.endWindow(now);
    const low = user >>> 0;
    const luck = unit(stream.a, stream.b, (user - low) / 4294967296, low, Math.floor(now / HOUR));
    const place = rank * settings.users + Math.floor(luck * settings.users);
    const isIn = place <= this.cursor;
    came[place]++;
    this.requests++;
    if (isIn) this.admitted++;
    if (this.requests >= settings.requests) this.endWindow(now);
    return isIn;
  }

  begun(_now: Ns, waitNs: Ns): void {
    this.waited += waitNs;
    this.begunCount++;
  }

  reset(now: Ns): void {
    this.cursor = this.places - 1;
    this.startWindow(now);
  }

  private endWindow(now: Ns): void {
    // Where nothing has begun there is nothing to judge by.
    if (this.begunCount > 0) this.moveCursor();
    this.startWindow(now);
  }

  private moveCursor(): void {
    const { came, admitted, settings } = this;
    let expected = admitted;
    if (this.waited / this.begunCount > settings.targetNs) {
      const most = (1 - settings.alpha) * admitted;
      while (expected > most && this.cursor > 0) expected -= came[this.cursor--];
      return;
    }
    const least = admitted + settings.beta * this.requests;
    while (expected < least && this.cursor < this.places - 1) expected += came[++this.cursor];
  }

  private startWindow(now: Ns): void {
    this.came.fill(0);
    this.requests = 0;
    this.admitted = 0;
    this.waited = 0;
    this.begunCount = 0;
    this.startNs = now;
  }
}
