import type { Result, VariantResult } from '../spec/result/result.js';
import { formatInstant, formatSeconds } from '../text/figures.js';
import { listed } from './format.js';
import { groupedBy } from '../text/order.js';

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

/** `never recovers`, or `does not recover before the next fault at 60 s`, which ends the search. */
export function neverRecovers(
  result: Result,
  variant: VariantResult,
  /** Said after `never recovers`. */
  since = '',
): string {
  const { fault, never } = variant.summary.recovery;
  const runs = variant.cascade.verdicts.length;
  const some = never === runs || runs === 0 ? '' : ` in ${never} of ${runs} runs`;
  const gap = gapAfter(result, variant, fault);
  if (gap === null) return `never recovers${some}${since}`;
  return `does not recover before the next fault at ${formatInstant(gap.next)}${some}`;
}

/** `; a and b never come back`, or up to the fault that ends the search; empty if all recover. */
export function neverBack({ result }: { readonly result: Result }, joint: string): string {
  const groups = groupedBy(result.variants, (variant) => {
    const { never, fault } = variant.summary.recovery;
    if (never === 0) return null;
    const gap = gapAfter(result, variant, fault);
    return gap === null ? '' : ` before the next fault at ${formatInstant(gap.next)}`;
  });
  const texts = [...groups].map(([until, some]) => {
    const isOne = some.length === 1;
    const own = listed(some.map(({ name }) => name));
    if (until === '') return `${own} never ${isOne ? 'comes' : 'come'} back`;
    return `${own} ${isOne ? 'is' : 'are'} not back${until}`;
  });
  return texts.length === 0 ? '' : `${joint}${texts.join('; ')}`;
}

/** Text in place of a recovery that never comes: `never`, or `> 10 s` if a fault ends the search after 10 s. */
export function missingRecovery(result: Result, variant: VariantResult, id: string): string {
  const gap = gapAfter(result, variant, id);
  return gap === null ? 'never' : `> ${formatSeconds(gap.next - gap.end)}`;
}
