import { formatShare } from '../../text/figures.js';
import type { Words } from '../base/emphasis.js';
import type { View } from '../view/view.js';

/**
 * `No variant keeps the SLO of 99.9 % over this run: breaker, the best, has 99.5 %.` Empty without an SLO, or where
 * one keeps it: budgets that are held do not say so.
 */
export function sloLine({ result }: View): Words {
  const aim = result.report.slo?.success ?? null;
  const known = result.variants.flatMap(({ name, summary: { success } }) =>
    success.value === null ? [] : [{ name, success: success.value }],
  );
  if (aim === null || known.length === 0 || known.some(({ success }) => success >= aim)) return [];
  const best = known.reduce((most, one) => (one.success > most.success ? one : most));
  const figure = formatShare(best.success);
  return result.variants.length === 1
    ? [`Success over this run is ${figure}, less than its SLO of ${formatShare(aim)}.`]
    : [
        `No variant keeps the SLO of ${formatShare(aim)} over this run: `,
        { strong: best.name },
        `, the best, has ${figure}.`,
      ];
}
