import type { VariantResult } from '../spec/result/result.js';
import { formatInstant, formatSeconds, formatShare } from '../text/figures.js';
import { besideText, lateWords } from './character.js';
import { degradedAmong } from './degraded.js';
import { listed } from './format.js';
import { neverBack, neverRecovers } from './next-fault.js';
import { headlineWords } from './words.js';
import { longestDegraded, requestLabel, type View } from './view.js';

/** Title of the timeline: the variants that keep working during the fault. */
export function timelineFinding(view: View): string {
  const { variants } = view.result;
  const fault = headlineWords(view);
  if (fault === null) return view.headline === null ? quietTimeline(view) : instantTimeline(view);
  const unaffected = variants.filter((v) => lowest(view, v) >= 0.99);
  const end = neverBack(view, '; ');
  if (unaffected.length === variants.length) {
    const slow = variants.filter((v) => longestDegraded(v, view.requests) > 0);
    const few = variants.some((v) => lowest(view, v) < 0.9995) ? 'hardly a' : 'no';
    if (slow.length > 0)
      return `${fault}: ${few} request fails, but users wait${variants.length > 1 ? ` with ${listed(slow.map((v) => v.name))}` : ''}${end}`;
    const beside = besideWords(view);
    if (few === 'no')
      return beside === null
        ? `${fault}, and no request fails`
        : `${fault}: no request fails, but ${beside}`;
    return `${fault}: hardly a request fails${beside === null ? '' : `, but ${beside}`}${end}`;
  }
  if (unaffected.length === 0) {
    const note =
      variants.length === 1
        ? `${formatShare(lowest(view, variants[0]!))} of ${lowestRequest(view, variants[0]!)} requests succeed meanwhile${end}`
        : '';
    return `${fault}: ${note === '' ? `users of every variant notice${end}` : note}`;
  }
  const only = unaffected.length === 1 ? 'only ' : '';
  return `${fault}: ${only}${listed(unaffected.map((v) => v.name))} ${unaffected.length === 1 ? 'keeps' : 'keep'} every kind of request going${degradedAmong(view, unaffected)}${end}`;
}

/** Effects that no failed request shows: those of the first variant with any, and all variants with the same. */
function besideWords(view: View): string | null {
  const { variants } = view.result;
  const texts = variants.map((variant) => besideText(view, variant));
  const first = texts.find((text) => text !== null) ?? null;
  if (first === null || variants.length < 2) return first;
  const names = variants.filter((_, i) => texts[i] === first).map(({ name }) => name);
  return `${first} in ${listed(names)}`;
}

/** A remark under a variant's name in the timeline. */
export function timelineNote(view: View, variant: VariantResult): string {
  if (view.headline === null) return quietNote(view, variant);
  const notes: string[] = [];
  const lossy: string[] = [];
  for (const request of view.requests.slice(0, 2)) {
    const during = variant.summary.during.find(
      (d) => d.request === request && d.fault === view.headline?.id,
    );
    const share = during?.success.value;
    if (share === undefined || share === null) continue;
    if (share < 0.99) lossy.push(`${requestLabel(view, request)} ${formatShare(share)}`);
  }
  if (lossy.length > 0) notes.push(`${lossy.join(', ')} during the fault`);
  const { recovery } = variant.summary;
  if (recovery.never > 0) notes.push(neverRecovers(view.result, variant));
  else if ((recovery.value ?? 0) > 0)
    notes.push(`success back ${formatSeconds(recovery.value!)} after it`);
  if (notes.length > 0) return notes.join(', ');
  const beside = besideText(view, variant);
  const late = lateWords(variant, view.requests);
  const but = [beside, late].filter((text) => text !== null).join(', ');
  if (but === '') return 'no loss';
  if (late?.startsWith('slow') === false) return but;
  return beside === null ? `no loss, but ${but}` : `no request fails, but ${but}`;
}

function quietNote(view: View, variant: VariantResult): string {
  const success = variant.summary.success.value;
  if (success === null) return 'no request finishes';
  const beside = besideText(view, variant);
  const but = beside === null ? '' : `, ${beside}`;
  return success < 1
    ? `${formatShare(success)} of requests succeed${but}`
    : `no ${beside === null ? 'loss' : 'request fails'}${but}`;
}

/** Title for an instantaneous fault, such as a flush: the variants that never recover from it. */
function instantTimeline(view: View): string {
  const { words, spans } = view.headline!;
  const start = `${words} at ${formatInstant(spans[0]?.from ?? 0)}`;
  const never = neverBack(view, '');
  const lossy = view.result.variants.filter((v) => (v.summary.success.value ?? 1) < 0.9995);
  if (never !== '') return `${start}: ${never}`;
  if (lossy.length > 0)
    return `${start}: requests fail with ${listed(lossy.map((v) => v.name))}, and all come back`;
  const beside = besideWords(view);
  return beside === null
    ? `${start}, and no request fails`
    : `${start}: no request fails, but ${beside}`;
}

/** Title without a fault: whether requests fail. */
function quietTimeline(view: View): string {
  const ranked = view.result.variants
    .slice()
    .sort((a, b) => (a.summary.success.value ?? 1) - (b.summary.success.value ?? 1));
  const worst = ranked[0]!;
  const failed = 1 - (worst.summary.success.value ?? 1);
  if (failed < 5e-5) return 'No fault, and every request succeeds';
  return `No fault, yet ${formatShare(failed)} of requests fail${ranked.length > 1 ? ` with ${worst.name}` : ''}`;
}

function lowestRequest(view: View, variant: VariantResult): string {
  const low = lowest(view, variant);
  const found = variant.summary.during.find(
    (d) => d.fault === view.headline?.id && (d.success.value ?? 1) === low,
  );
  return found === undefined ? 'the' : requestLabel(view, found.request);
}

function lowest(view: View, variant: VariantResult): number {
  const during = variant.summary.during.filter((d) => d.fault === view.headline?.id);
  return during.reduce((low, d) => Math.min(low, d.success.value ?? 1), 1);
}
