import type { VariantResult } from '../spec/result/result.js';
import { formatRate } from '../text/figures.js';
import { listed } from './format.js';
import type { View } from './view.js';

/** The variants with another load than the baseline, which are not ranked; null if there are none. */
export function otherLoadText({ result, baseline }: View): string | null {
  const others = result.variants.filter(({ otherLoad }) => otherLoad === true);
  if (others.length === 0) return null;
  const rateOf = (variant: VariantResult): string =>
    formatRate(variant.summary.requests / result.replications / result.run.duration);
  const own = rateOf(baseline);
  const names = others.map((one) => `${one.name} (${rateOf(one)})`);
  const verb = others.length === 1 ? 'has another load' : 'have other loads';
  return `${listed(names)} ${verb} than ${baseline.name} (${own}) and ${others.length === 1 ? 'is' : 'are'} not ranked.`;
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
