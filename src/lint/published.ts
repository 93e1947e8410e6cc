import type { Subject } from './subject.js';

/**
 * Mean rate per second of messages that are certain to be published to a topic or queue, by the key that they carry;
 * '' = none. Messages published under a condition or by an error handler are not counted.
 */
export function publishedTo(
  { publications, traffic }: Subject,
  holder: string,
): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  for (const { from, to, key, sure } of publications) {
    if (to !== holder || sure === 0) continue;
    rates.set(key, (rates.get(key) ?? 0) + (traffic.mean.get(from) ?? 0) * sure);
  }
  return rates;
}

/** The same, summed over all keys. */
export function allPublishedTo(subject: Subject, holder: string): number {
  let sum = 0;
  for (const rate of publishedTo(subject, holder).values()) sum += rate;
  return sum;
}
