// Online Boutique with stress on the CPU of one pod after the other: how many threads burn is not published.
//
// The rule. The model is what `import` makes of the spans of 17:00, unchanged. The effect of a fault is read at the pod:
// how much longer the spans of its requests take on average, from that minute to each minute with the fault. This growth, as a
// delay of each call, predicts all pages. Stress on the frontend is left out: its spans are the pages. Afterwards the same was
// tried with the growth of the spans of its callers.
import { importedPages, meansOf, PROBE } from './boutique.mjs';
import { grouped, percent, quantile, rowsOf } from './rows.mjs';

/** Every page of every minute with stress: both predictions of the mean beside the measured one, seconds. */
export async function boutiqueCpu() {
  const imported = importedPages();
  const calm = await meansOf(imported, null);
  const all = rowsOf('online-boutique-cpu.csv');
  const before = new Map(
    all.filter(({ fault }) => fault === 'none').map((row) => [row.target, row]),
  );
  const stressed = all.filter(({ fault }) => fault !== 'none');
  const found = [];
  for (const [, group] of grouped(stressed, ({ target, minute }) => `${target} ${minute}`)) {
    const [first] = group;
    const { target } = first;
    const read = async (column) => {
      const seconds = Math.max(1e-6, (first[column] - before.get(target)[column]) / 1e3);
      return { seconds, means: await meansOf(imported, { target, seconds }) };
    };
    const probed = await meansOf(imported, { target, seconds: PROBE });
    const [pod, callers] = [await read('pod mean ms'), await read('callers mean ms')];
    for (const { minute, fault, page, requests, 'mean ms': mean } of group) {
      const measured = mean / 1e3;
      const calls = (probed[page] - calm[page]) / PROBE;
      const sideOf = ({ seconds, means }) => ({
        ...{ seconds, predicted: means[page], error: means[page] / measured - 1 },
      });
      found.push({
        ...{ target, fault, minute, page, requests, calls, measured },
        ...{ pod: sideOf(pod), callers: sideOf(callers) },
      });
    }
  }
  return found;
}

const ms = (seconds) => `${(1e3 * seconds).toFixed(0)} ms`;

/** Lines of a table: one for each page and minute. */
export function boutiqueCpuTable(rows) {
  const side = ({ seconds, predicted, error }) =>
    `${ms(seconds)} | ${ms(predicted)} | ${percent(error)}`;
  return [
    '| stressed pod | fault | minute | page | calls of it | requests | measured | its spans grow by | predicted | error | spans of its callers grow by | predicted | error |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(
      ({ target, fault, minute, page, requests, calls, measured, pod, callers }) =>
        `| ${target} | ${fault} | ${minute} | ${page} | ${calls.toFixed(1)} | ${requests} | ${ms(measured)} | ${side(pod)} | ${side(callers)} |`,
    ),
  ];
}

/** Errors of the rows by the side where the fault is read: those of pages that call the pod, and those of all pages. */
export function boutiqueCpuLines(rows) {
  const size = (list, share) => percent(quantile(list.map(Math.abs), share), false);
  const line = (name, list, side) => {
    const errors = list.map((row) => row[side].error);
    const within = errors.filter((error) => Math.abs(error) <= 0.15).length;
    return `${name}: ${within} of ${errors.length} within 15 %, median ${size(errors, 0.5)}, largest ${size(errors, 1)}.`;
  };
  const calling = rows.filter(({ calls }) => calls > 0.5);
  return [
    line('Read at the pod, pages that call it', calling, 'pod'),
    line('Read at the pod, all pages', rows, 'pod'),
    line('Read at its callers, pages that call it', calling, 'callers'),
    line('Read at its callers, all pages', rows, 'callers'),
  ];
}
