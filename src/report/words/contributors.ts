import type { Contributor, Contributors, PathKind } from '../../contracts/result/path.js';
import { formatCount, formatSeconds, formatShare } from '../../text/figures.js';

const KIND_WORDS: Readonly<Record<PathKind, string>> = {
  own: 'own work',
  queue: 'queue',
  connection: 'wait for a connection',
  policies: 'policies of the caller',
  retries: 'pauses between attempts',
  network: 'network',
};

/** `payments, queue`; the sum of the smaller parts is `all other parts`. */
export function partWords({ subject, kind }: Contributor): string {
  return kind === null ? 'all other parts' : `${subject}, ${KIND_WORDS[kind]}`;
}

/** The largest part of the requests next to the p99, in a sentence; of all where they are too few; null without any. */
export function largestWords(contributors: Contributors): string | null {
  const { near, slow, mean, parts } = contributors;
  const [first] = parts;
  if (first === undefined) return null;
  if (near === 0 || slow === null) {
    const share = mean === null || mean === 0 ? 0 : first.mean / mean;
    return `${formatShare(share)} of the mean latency is ${partWords(first)}`;
  }
  return `${formatShare(first.slow / slow)} of the p99 is ${partWords(first)}`;
}

/** How many requests the figures are from, and which ones. */
export function sampleWords({ sampled, near, p99, slow }: Contributors): string {
  if (near === 0 || p99 === null || slow === null)
    return `From ${formatCount(sampled)} traced requests that succeeded: too few for a p99.`;
  return `From ${formatCount(sampled)} traced requests that succeeded, with a p99 of ${formatSeconds(p99)}. The columns of the p99 are means over the ${near} requests next to it (${formatSeconds(slow)}).`;
}
