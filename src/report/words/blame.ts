import type {
  Blame,
  BlameKind,
  BlamePart,
  FaultTimes,
  Trait,
} from '../../contracts/result/blame.js';
import type { DrainResult } from '../../contracts/result/meters.js';
import type { Estimate } from '../../contracts/result/estimate.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatSeconds, formatShare } from '../../text/figures.js';
import { sortedKeys } from '../../text/order.js';

/** Fewer traced failures say little about shares. */
const FEW_FAILURES = 20;

const KIND_WORDS: Readonly<Record<BlameKind, string>> = {
  error: 'fails the request',
  refused: 'turns it away',
  own: 'too slow',
  queue: 'its queue is too slow',
  connection: 'no connection in time',
  policies: 'held by policies of the caller',
  retries: 'pauses between attempts',
  network: 'no response from the network',
  holds: 'holds the workers of its callers',
  opened: 'its failures opened the breaker of a caller',
  rejected: 'refused by a policy of the caller',
};

/** `psp, too slow`. */
export function blameWords({ subject, kind }: BlamePart): string {
  return `${subject}, ${KIND_WORDS[kind]}`;
}

/** `4,821 requests failed in a run`. */
export function failedWords({ failed }: Blame): string {
  return `${formatCount(Math.round(failed))} requests failed in a run`;
}

/** `: 24 s, in which as many requests arrive as failed`; empty where that is not known. */
export function worthWords({ outage }: Blame): string {
  return outage === null
    ? ''
    : `: ${formatSeconds(outage)}, in which as many requests arrive as failed`;
}

const TRAIT_WORDS: Readonly<Record<Trait['kind'], (value: string) => string>> = {
  request: (value) => `they are ${value}`,
  call: (value) => `a call ${value}`,
  retry: (value) => `a repeated call ${value}`,
  ends: (value) => `a call that ends so: ${value}`,
  instance: (value) => `served by ${value}`,
  version: (value) => `served by ${value}`,
};

/** `a call that ends so: checkout->payments: timeout`. */
export function traitWords({ kind, value }: Trait): string {
  return TRAIT_WORDS[kind](value);
}

/** How sure the shares are. */
export function blameSample({ sampled }: Blame): string {
  if (sampled === 0) return 'None of them was traced, so their origin is unknown.';
  const few = sampled < FEW_FAILURES ? ': too few for exact shares' : '';
  return `By ${formatCount(sampled)} traced failures${few}.`;
}

/** Part of the outage that a subject has: `12.3 s (51 %)`. */
export function outageText({ outage }: Blame, { share }: BlamePart): string {
  return outage === null
    ? formatShare(share)
    : `${formatSeconds(outage * share)} (${formatShare(share)})`;
}

/** Mean of the runs, with the number of runs in which it happens if not in all. */
export function timeText({ value, each }: Estimate): string {
  if (value === null) return '–';
  const known = each.filter((one) => one !== null).length;
  return `${formatSeconds(value)}${known < each.length ? ` (${known} of ${each.length} runs)` : ''}`;
}

/** The same for times that may never come. `missing`: the text for these, such as `never`. */
export function endText(time: Estimate & { readonly never: number }, missing: string): string {
  const { value, each, never } = time;
  if (never === 0) return timeText(time);
  const of = never < each.length ? ` in ${never} of ${each.length} runs` : '';
  return value === null ? `${missing}${of}` : `${formatSeconds(value)}, ${missing}${of}`;
}

/** The backlog that takes longest to drain after a fault; null if there is none. */
export function slowestDrain(
  { metered }: VariantResult,
  fault: string,
): { readonly subject: string; readonly drain: DrainResult } | null {
  let slowest: { readonly subject: string; readonly drain: DrainResult } | null = null;
  const rank = ({ never, value }: DrainResult): number => (never > 0 ? Infinity : (value ?? 0));
  for (const subject of sortedKeys(metered)) {
    const drain = metered[subject]!.drain?.[fault];
    if (drain === undefined || rank(drain) === 0) continue;
    if (slowest === null || rank(drain) > rank(slowest.drain)) slowest = { subject, drain };
  }
  return slowest;
}

/** The faults of a variant that reach users, without those that are known to do no harm. */
export function timedFaults(variant: VariantResult): readonly FaultTimes[] {
  const { faultTimes = [], cascade, counterfactuals } = variant;
  const harmless = new Set([
    ...cascade.innocent.map(({ fault }) => fault),
    ...(counterfactuals?.faults ?? [])
      .filter(({ role }) => role === 'none')
      .map(({ fault }) => fault),
  ]);
  return faultTimes.filter((times) => hasTimes(times) && !harmless.has(times.fault));
}

/** Whether a fault has any time to show. */
function hasTimes({ onset, peak, recovery }: FaultTimes): boolean {
  return (
    onset.value !== null || peak.value !== null || (recovery.value ?? 0) > 0 || recovery.never > 0
  );
}
