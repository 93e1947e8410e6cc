import type { VariantResult } from '../../contracts/result/result.js';
import { formatRate } from '../../text/figures.js';
import { listed } from '../base/format.js';
import { loadGroups } from '../view/reference.js';
import { heldBudgets, type View } from '../view/view.js';

/** The variants with another load than the baseline, and those that are compared with each other; null if there are none. */
export function otherLoadText(view: View): string | null {
  const { result, baseline } = view;
  const others = result.variants.filter(({ otherLoad }) => otherLoad === true);
  if (others.length === 0) return null;
  const rateOf = (variant: VariantResult): string =>
    formatRate(variant.summary.requests / result.replications / result.run.duration);
  const own = rateOf(baseline);
  const names = others.map((one) => `${one.name} (${rateOf(one)})`);
  const verb = others.length === 1 ? 'has another load' : 'have other loads';
  const pairs = loadGroups(view)
    .slice(1)
    .filter((group) => group.length > 1)
    .map(([first, ...rest]) => {
      const isOne = rest.length === 1;
      return `${listed(rest.map(({ name }) => name))} ${isOne ? 'is' : 'are'} compared with ${first!.name}`;
    });
  const ranked = pairs.length === 0 ? '' : ` with it; ${pairs.join(', ')}, at the same load`;
  const isJudged = others.some((one) => heldBudgets(one).of > 0);
  const judged = isJudged ? '; the budgets count' : '';
  return `${listed(names)} ${verb} than ${baseline.name} (${own}) and ${others.length === 1 ? 'is' : 'are'} not ranked${ranked}${judged}.`;
}

/** The draws that the variants share: the same arrivals only where each of them had as many requests in each run. */
export function pairingText({ result, baseline }: View): string {
  const counts = baseline.perReplication.map(({ requests }) => requests);
  const isSame = result.variants.every((variant) =>
    variant.perReplication.every(({ requests }, i) => requests === (counts[i] ?? requests)),
  );
  if (result.variants.some(({ otherLoad }) => otherLoad === true))
    return 'the same random numbers for every variant, but not the same load';
  return isSame
    ? 'the same arrivals and service times for every variant'
    : 'the same random numbers for every variant; users send their next request after a response, so the number of requests differs';
}
