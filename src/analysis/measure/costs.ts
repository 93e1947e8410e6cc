import { selectUsers } from './subjects.js';
import { processOf } from '../../contracts/plan/versions.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Prices } from '../../contracts/scenario/report.js';
import { meanOf, nothing, ratioOf, type Measured } from './estimate.js';
import { outcomesByRun } from './outcomes.js';
import { capacityByCell } from './presence.js';
import type { Asked } from './question.js';
import { arrivedOf, succeededOf, sumCells, sumParts } from './sums.js';
import { instancesOf, partsOf, type VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/** Meter of the model: bytes of the calls of a component that cross zones. */
const CROSS_ZONE = 'crossZoneBytes';
/** Meter of the model: environments of a function. */
const ENVIRONMENTS = 'environments';

const NS_PER_HOUR = 3600e9;
/** As in the price lists of clouds. */
const HOURS_PER_MONTH = 730;
const GB = 1e9;
const MILLION = 1e6;

type Window = Pick<Asked, 'data' | 'window'>;

/** Cost of some components in the window, by run; 0 without prices. */
export function costByRun({ data, window }: Window, ids: readonly number[]): readonly number[] {
  const { prices } = data.variant.scenario.report;
  if (prices === null) return data.records.map(() => 0);
  return data.records.map((record) =>
    ids.reduce((sum, id) => sum + costOf(data, record, window, prices, id), 0),
  );
}

/** Cost of all components per million successful user requests; nothing without a success. */
export function costPerMillion({ data, window }: Window): Measured {
  const all = data.plan.components.map((_, id) => id);
  const selection = selectUsers(data);
  const outcomes = outcomesByRun({ data, selection, window });
  const millions = outcomes.map((run) => succeededOf(run) / MILLION);
  return ratioOf(costByRun({ data, window }, all), millions);
}

/** Costs of a variant for the summary tables; null without prices. */
export function costsOf(
  data: VariantData,
): { readonly cost: Measured; readonly perMillion: Measured } | null {
  if (data.variant.scenario.report.prices === null) return null;
  const asked = { data, window: data.whole };
  const all = data.plan.components.map((_, id) => id);
  const perMillion = data.records.length === 0 ? nothing(0) : costPerMillion(asked);
  return { cost: meanOf(costByRun(asked, all)), perMillion };
}

function costOf(
  data: VariantData,
  record: RunRecord,
  window: CellSet,
  prices: Prices,
  id: number,
): number {
  const { plan } = data;
  const component = plan.components[id];
  if (component.external || component.kind === 'workload') return 0;
  const own = plan.functions.find((one) => one.component === id);
  const reserved =
    own === undefined
      ? instanceCost(data, record, window, prices, id)
      : (meterSum(record, window, ENVIRONMENTS, id) / NS_PER_HOUR) *
        hourly(prices, own.spec.cores, component.memory?.limit ?? 0);
  const isBilled = own !== undefined || component.kind === 'gateway';
  const served = isBilled ? partsOf(plan, id) : [];
  const requests = arrivedOf(sumParts(record, served, window.cells));
  const bytes = meterSum(record, window, CROSS_ZONE, id);
  return reserved + (requests / MILLION) * prices.requests + (bytes / GB) * prices.crossZoneGb;
}

/** Cost of the instances of a component by time. Versions can reserve different amounts. */
function instanceCost(
  data: VariantData,
  record: RunRecord,
  window: CellSet,
  prices: Prices,
  id: number,
): number {
  const { plan, variant } = data;
  const { scenario } = variant;
  const { name, versions } = plan.components[id];
  const host = scenario.services.get(name) ?? scenario.gateways.get(name);
  const shapes = [host, ...(host?.versions?.others.map((own) => own.process ?? host) ?? [])];
  let cost = 0;
  shapes.forEach((shape, version) => {
    const instances = instancesOf(plan, id).filter(
      (instance) => (versions?.ofPlace[plan.instances[instance].index] ?? 0) === version,
    );
    if (instances.length === 0) return;
    const { cpu, memory } = processOf(plan, instances[0]);
    const limit =
      host !== undefined && host.requests.memory > 0 ? host.requests.memory : memory?.limit;
    const disk = (storageOf(scenario, name) / GB) * (prices.storageGbMonth / HOURS_PER_MONTH);
    const price = hourly(prices, shape?.cpuRequest ?? cpu.cores, limit ?? 0) + disk;
    if (price === 0) return;
    const there = capacityByCell(data, record, instances, () => 1, { wanted: true });
    const ns = sumCells(there, window.cells);
    cost += (ns / NS_PER_HOUR) * price;
  });
  return cost;
}

/** Disk of each node of a component that keeps data, in bytes. */
function storageOf({ databases, brokers, eventStores }: Scenario, name: string): number {
  const store = databases.get(name) ?? brokers.get(name) ?? eventStores.get(name);
  return store?.storageBytes ?? 0;
}

/** Price of an instance for one hour. Unlimited cores and memory cost nothing, because their number is unknown. */
function hourly({ cpuHour, memoryGbHour }: Prices, cores: number, memory: number): number {
  const known = (amount: number): number => (Number.isFinite(amount) ? amount : 0);
  return known(cores) * cpuHour + (known(memory) / GB) * memoryGbHour;
}

/** Sum of a counter, or the integral of a gauge. */
function meterSum(record: RunRecord, { cells }: CellSet, name: string, id: number): number {
  let sum = 0;
  for (const meter of record.meters) {
    if (meter.name !== name || meter.component !== id) continue;
    if (meter.form === 'counter') sum += sumCells(meter.counts, cells);
    if (meter.form === 'gauge') sum += sumCells(meter.area, cells);
  }
  return sum;
}
