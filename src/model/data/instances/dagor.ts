import { invariant } from '../../../kernel/invariant.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Shed } from '../../../contracts/scenario/resources.js';
import type { Overload } from './shedding.js';

export type DagorSettings = Extract<Shed, { readonly kind: 'dagor' }>;

/** Users get new random levels after this time. */
const HOUR = 3600 * NS_PER_SECOND;

/**
 * The admission level of DAGOR. Requests are ordered by their priority, and within a priority by the level of their
 * user; those up to the cursor are admitted. A window ends after a number of requests, or with the first request after
 * its time. If the requests that began within it waited longer than the target on average, the cursor moves back until
 * a share alpha of the admitted requests is outside it. Otherwise it moves forward until it includes another share beta
 * of all requests. Both shares are measured on the requests of the window.
 */
export class Dagor implements Overload {
  /** Number of places; a cursor at the last one admits every request. */
  private readonly places: number;
  private readonly settings: DagorSettings;
  private readonly stream: StreamKey;
  private cursor: number;
  /** Requests of the window: by place, in total, and admitted. */
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

  /** DAGOR never refuses by the signal alone; see admits(). */
  at(): boolean {
    return false;
  }

  /** `rank` is 0 for the highest priority, `user` the value of the key. */
  admits(now: Ns, rank: number, user: number): boolean {
    const { settings, stream, came } = this;
    if (now - this.startNs >= settings.windowNs) this.endWindow(now);
    const low = user >>> 0;
    const uniform = unit(
      stream.a,
      stream.b,
      (user - low) / 4294967296,
      low,
      Math.floor(now / HOUR),
    );
    const place = rank * settings.users + Math.floor(uniform * settings.users);
    invariant(
      place >= 0 && place < this.places,
      'a request has a level between the first and the last',
    );
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
    // If no request has begun, there is no wait to judge by.
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
