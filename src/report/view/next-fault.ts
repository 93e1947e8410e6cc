import type { Result, VariantResult } from '../../contracts/result/result.js';
import { isBackDuring } from '../../contracts/result/back-during.js';
import { formatSeconds } from '../../text/figures.js';

/**
 * The end and the start of the next fault after one, up to which its recovery is measured; null if none follows in the
 * run.
 */
function gapAfter(
  { run }: Result,
  { faults }: VariantResult,
  id: string | null,
): { readonly end: number; readonly next: number } | null {
  const end = faults.find((fault) => fault.id === id)?.spans.at(-1)?.until ?? Infinity;
  const starts = faults
    .filter((fault) => fault.id !== id)
    .flatMap(({ spans }) => spans.map(({ from }) => from))
    .filter((from) => from >= end && from < run.duration);
  return starts.length === 0 ? null : { end, next: Math.min(...starts) };
}

/** Start of the next fault after the end of one; null if there is none in the run. */
export function nextFaultAt(result: Result, variant: VariantResult, id: string): number | null {
  return gapAfter(result, variant, id)?.next ?? null;
}

/** Text in place of a recovery that never comes: `never`, or `> 10 s` if a fault ends the search after 10 s. */
export function missingRecovery(result: Result, variant: VariantResult, id: string): string {
  const gap = gapAfter(result, variant, id);
  return gap === null ? 'never' : `> ${formatSeconds(gap.next - gap.end)}`;
}

/** In place of a recovery of 0: success of users is back while the fault still lasts; null where it is not. */
export function earlyRecovery({ cascade }: VariantResult, id: string): string | null {
  return isBackDuring(id, cascade.events) ? 'during fault' : null;
}
