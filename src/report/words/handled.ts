import type { VariantResult } from '../../contracts/result/result.js';
import { formatShare } from '../../text/figures.js';
import { sortedKeys } from '../../text/order.js';
import type { Words } from '../base/emphasis.js';
import type { View } from '../view/view.js';

/** Share of failed calls from which they are worth a word. */
const SOME = 0.01;

/** Optional or background calls between two components, and the share of them that fail. */
interface Handled {
  readonly from: string;
  readonly to: string;
  readonly share: number;
  readonly are: 'optional' | 'background';
}

/** Those of which the largest share fails: users get less than they asked for. null without any. */
function mostHandled({ edges, components }: VariantResult): Handled | null {
  const all = sortedKeys(edges).flatMap((edge): readonly Handled[] => {
    const { handled } = edges[edge]!;
    const [from, to] = edge.split('->');
    // A failed read of a cache is a miss, whose value comes from elsewhere.
    if (handled === undefined || components[to!]?.kind === 'cache') return [];
    const share = handled.failed / handled.finished;
    const are = handled.isBackground === true ? 'background' : 'optional';
    return share < SOME ? [] : [{ from: from!, to: to!, share, are }];
  });
  return all.sort((a, b) => b.share - a.share)[0] ?? null;
}

/** `20 % of calls to ads fail`; null where no optional calls do. */
export function handledText(variant: VariantResult): string | null {
  const most = mostHandled(variant);
  return most === null ? null : `${formatShare(most.share)} of calls to ${most.to} fail`;
}

/** The same where clearly more fail than in another variant: its times are those of responses without them. */
export function handledMore(variant: VariantResult, other: VariantResult): string | null {
  const [own, before] = [variant, other].map((one) => mostHandled(one)?.share ?? 0);
  return own! - before! < SOME ? null : handledText(variant);
}

/** ` 20 % of the optional calls of shop to ads fail.` of one variant; empty if none fails. */
export function optionalWords(variant: VariantResult): Words {
  const most = mostHandled(variant);
  return most === null ? [] : [' ', ...callWords(most), '.'];
}

/** The same of the variant with the largest share: its requests succeed with less than users asked for. */
export function handledWords({ result: { variants } }: View): Words {
  const [worst] = variants
    .flatMap((variant) => {
      const most = mostHandled(variant);
      return most === null ? [] : [{ variant, most }];
    })
    .sort((a, b) => b.most.share - a.most.share);
  if (worst === undefined) return [];
  const where: Words = variants.length > 1 ? [' in ', { strong: worst.variant.name }] : [];
  return [...callWords(worst.most), ...where, '; no request fails by that.'];
}

function callWords({ from, to, share, are }: Handled): Words {
  const head = `${formatShare(share)} of the ${are} calls of `;
  return [head, { strong: from }, ' to ', { strong: to }, ' fail'];
}
