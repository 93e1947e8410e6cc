import type { RunRecord } from '../../../contracts/record/record.js';
import { stepsOf } from '../../measure/steps.js';
import { sumCells } from '../../measure/sums.js';
import type { VariantData } from '../../measure/variant-data.js';
import type { CellSet } from '../../measure/window.js';
import { proxyLines } from '../proxies.js';
import type { Room } from './room.js';

/** Workers of the proxies of a mesh. A pass takes as long as all of them on average, so those that wait need as much. */
export function proxies(data: VariantData, record: RunRecord): readonly Room[] {
  return proxyLines(data, record, stepsOf(data.plan)).map((line): Room => {
    const { component, name, workers, served, gauges } = line;
    const meanOf = (area: Float64Array, { cells, lengthNs }: CellSet): number =>
      lengthNs > 0 ? sumCells(area, cells) / lengthNs : 0;
    const usedIn = (window: CellSet): number => workers * meanOf(gauges.used, window);
    const queueIn = (window: CellSet): number => meanOf(gauges.queue, window);
    const workNs = (workers * sumCells(gauges.used, data.whole.cells)) / Math.max(1, served);
    /** Workers that all passes need which arrive in a window. */
    const allIn = (window: CellSet): number => {
      const [first, last] = endsOf(window, data);
      const more = window.lengthNs > 0 ? (queueIn(last) - queueIn(first)) / window.lengthNs : 0;
      return usedIn(window) + more * workNs;
    };
    return {
      component,
      name,
      owner: name,
      resource: 'proxies',
      useIn: (window) => ({ used: usedIn(window), capacity: workers }),
      // A pass waits until a worker is free.
      refusedIn: () => 0,
      attemptsIn: (demands, window) => demands.sentTo(null, component, window),
      // Of all passes, first attempts have the same part as of the calls.
      neededIn: (demands, window) => {
        const sent = demands.sentTo(null, component, window);
        const part = sent > 0 ? Math.min(1, demands.firstAt(component, window) / sent) : 1;
        return part * allIn(window);
      },
      queueIn,
    };
  });
}

/** The first and the last cell of a window. */
function endsOf({ cells, segments }: CellSet, { plan }: VariantData): readonly [CellSet, CellSet] {
  const { edges } = plan.grid;
  const only = (cell: number): CellSet => ({
    cells: Int32Array.of(cell),
    segments,
    lengthNs: edges[cell + 1] - edges[cell],
  });
  return [only(cells[0]), only(cells[cells.length - 1])];
}
