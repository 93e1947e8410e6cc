import { formatShare } from '../../text/figures.js';
import type { Words } from '../base/emphasis.js';
import type { View } from '../view/view.js';

/** `Beside the requests: up to 89 % of the work is wasted, in retries.` Where nothing else goes wrong beside them. */
export function wastedLine({ result: { variants } }: View): Words {
  const shares = variants.map(({ summary }) => summary.wasted.value ?? 0);
  const most = Math.max(...shares);
  const head = { strong: 'Beside the requests' };
  if (most === 0) return [head, ': no work is wasted.'];
  const { name } = variants[shares.indexOf(most)]!;
  if (variants.length === 1) return [head, `: ${formatShare(most)} of the work is wasted.`];
  return [head, `: up to ${formatShare(most)} of the work is wasted, in `, { strong: name }, '.'];
}
