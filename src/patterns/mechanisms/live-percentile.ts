import type { Ns } from '../../kernel/time.js';
import { quantileRank } from '../../stats/rank.js';

/** Number of latencies remembered, and the minimum for a percentile. */
const REMEMBERED = 1000;
const LEAST = 100;

const SUB_BITS = 7;
const SUBS = 1 << SUB_BITS;
const OCTAVES = 53;

const cell = new Float64Array(1);
const words = new Int32Array(cell.buffer);
// Which of the two words holds sign and exponent depends on the machine.
cell[0] = 1;
const HIGH = words[1] !== 0 ? 1 : 0;

/**
 * A percentile of the latest latencies, up to date after each: they are counted in the buckets of
 * stats/histogram.ts (0.8 % wide), and a pointer to the bucket of the percentile moves as values come
 * and go. Nothing is scanned, nothing is allocated.
 */
export class LivePercentile {
  private readonly counts = new Int32Array(OCTAVES * SUBS + 1);
  /** Buckets of the remembered latencies, oldest overwritten first. */
  private readonly ring = new Int32Array(REMEMBERED);
  private seen = 0;
  /** The bucket that holds the percentile, and the number of values in lower ones. */
  private at = 0;
  private below = 0;

  constructor(private readonly p: number) {}

  add(ns: Ns): void {
    const slot = this.seen % REMEMBERED;
    if (this.seen >= REMEMBERED) {
      const oldest = this.ring[slot];
      this.counts[oldest]--;
      if (oldest < this.at) this.below--;
    }
    const bucket = bucketOf(ns);
    this.ring[slot] = bucket;
    this.counts[bucket]++;
    if (bucket < this.at) this.below++;
    this.seen++;
    this.settle();
  }

  /** The percentile, rounded up to the top of its bucket; Infinity with too few latencies. */
  ns(): Ns {
    return this.seen < LEAST ? Infinity : topOf(this.at);
  }

  reset(): void {
    this.counts.fill(0);
    this.seen = 0;
    this.at = 0;
    this.below = 0;
  }

  private settle(): void {
    const { counts } = this;
    const rank = quantileRank(this.p, Math.min(this.seen, REMEMBERED));
    while (this.below >= rank) this.below -= counts[--this.at];
    while (this.below + counts[this.at] < rank) this.below += counts[this.at++];
  }
}

/** 0 for 0 ns, else 1 + octave * SUBS + sub-bucket, read off the bits of the double. */
function bucketOf(ns: Ns): number {
  cell[0] = ns;
  return Math.max(-1, (words[HIGH] >> (20 - SUB_BITS)) - (1023 << SUB_BITS)) + 1;
}

/** Largest whole ns in a bucket, at least 1, so that a call with a latency of 0 is not late. */
function topOf(bucket: number): Ns {
  if (bucket === 0) return 1;
  const octave = (bucket - 1) >> SUB_BITS;
  const sub = (bucket - 1) & (SUBS - 1);
  const power = octave < 31 ? 1 << octave : (1 << (octave - 30)) * 1073741824;
  return Math.max(1, Math.ceil((power / SUBS) * (SUBS + sub + 1)) - 1);
}
