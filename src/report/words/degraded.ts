import type { VariantResult } from '../../contracts/result/result.js';
import { formatShare } from '../../text/figures.js';
import type { Words } from '../base/emphasis.js';
import { requestLabel, type View } from '../view/view.js';

/** A kind of request, and the share of its finished requests with a degraded response. */
interface DegradedRequest {
  readonly request: string;
  readonly share: number;
}

/** Most variants that one sentence names. */
const NAMED = 3;

/** The kind of request with the largest share of degraded responses; null if no response is degraded. */
export function mostDegraded(view: View, variant: VariantResult): DegradedRequest | null {
  let most: DegradedRequest | null = null;
  for (const request of view.requests) {
    const [workload, part] = request.split('.');
    const component = variant.components[workload!];
    const own = part === undefined ? component : component?.parts[part];
    const share = own === undefined ? 0 : degradedShare(own);
    if (share === 0) continue;
    if (most === null || share > most.share) most = { request, share };
  }
  return most;
}

/** Share of the finished requests with a degraded response. */
export function degradedShare({
  outcomes,
}: {
  readonly outcomes: Readonly<Record<string, number>>;
}): number {
  const { degraded = 0, unfinished = 0 } = outcomes;
  if (degraded === 0) return 0;
  return degraded / (Object.values(outcomes).reduce((sum, n) => sum + n, 0) - unfinished);
}

/** The largest share of degraded responses in a few words: `24 % of order degraded`; null if there is none. */
export function degradedText(view: View, variant: VariantResult): string | null {
  const most = mostDegraded(view, variant);
  return most === null
    ? null
    : `${formatShare(most.share)} of ${requestLabel(view, most.request)} degraded`;
}

/** ` (24 % of order degraded)` of the first of these variants with degraded responses. */
export function degradedAmong(view: View, variants: readonly VariantResult[]): string {
  const texts = variants.flatMap((variant) => degradedText(view, variant) ?? []);
  return texts.length === 0 ? '' : ` (${texts[0]!})`;
}

/** The variants with degraded responses, and how many: successes with less than users asked for. */
export function degradedWords(view: View): Words {
  const { variants } = view.result;
  const found = variants.flatMap((variant) => {
    const most = mostDegraded(view, variant);
    return most === null ? [] : [{ variant, most }];
  });
  if (found.length === 0) return [];
  const shown = found.slice(0, NAMED);
  const texts = shown.flatMap(({ variant, most }, i): Words => {
    const share = [formatShare(most.share), { strong: requestLabel(view, most.request) }] as const;
    return [
      i === 0 ? '' : i === shown.length - 1 ? ' and ' : ', ',
      `${share[0]} of `,
      ...(i === 0 || most.request !== shown[0]!.most.request ? [share[1], ' responses'] : ['them']),
      ...(variants.length > 1 ? [' in ', { strong: variant.name }] : []),
    ];
  });
  const more =
    found.length > shown.length ? `, and some in ${found.length - shown.length} more` : '';
  return [...texts, `${more} are degraded, and count as successes.`];
}
