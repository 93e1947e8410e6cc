import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { KeyPopulation } from '../../contracts/scenario/keys.js';
import type { Prices, ReportSettings } from '../../contracts/scenario/report.js';
import type { RunSettings } from '../../contracts/scenario/run.js';
import type { Network, NetworkLink } from '../../contracts/scenario/network.js';
import { HORIZON_MAX_NS } from '../../kernel/time.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { balancerLinks } from './balancers.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { sorted } from './names.js';
import { resolvePlatform } from '../sections/platform.js';
import { split } from './targets.js';

/** Default number of steps of a timeline, and their limit. */
const STEPS_WANTED = 200;
const STEPS_MAX = 20_000;

/** Resolves the settings for all components. */
export function resolveSettings(
  context: Context,
  { run, network, platform }: ScenarioOutput,
): Pick<Scenario, 'run' | 'network' | 'platform'> {
  return {
    run: resolveRun(context, run),
    network: resolveNetwork(context, network),
    platform: resolvePlatform(context, platform),
  };
}

function resolveRun(context: Context, run: ScenarioOutput['run']): RunSettings {
  const stepNs = run.stepNs ?? niceStep(run.durationNs / STEPS_WANTED);
  if (run.durationNs / stepNs > STEPS_MAX) {
    const message = `the timeline would have more than ${STEPS_MAX} steps: use a longer step`;
    cursorAt(context, 'run', 'timeline').conflict(message);
  }
  if (stepNs > run.durationNs) {
    cursorAt(context, 'run', 'timeline').conflict('a step of the timeline is longer than the run');
  }
  const warmupNs = run.warmupNs === 'auto' ? 0 : run.warmupNs;
  if (run.durationNs + warmupNs + (run.drainNs ?? 0) > HORIZON_MAX_NS) {
    cursorAt(context, 'run', 'duration').conflict(
      'duration, warmup and drain together exceed 104 days',
    );
  }
  const pilots = run.warmupNs === 'auto' ? { pilots: 0 } : {};
  return { ...run, warmupNs, ...pilots, stepNs, ...replicationsOf(context, run) };
}

/** The fixed number of runs, or that of the first look. */
function replicationsOf(
  context: Context,
  { replications }: ScenarioOutput['run'],
): Pick<RunSettings, 'replications' | 'until'> {
  if (typeof replications === 'number') return { replications };
  const { until, atLeast, atMost } = replications;
  if (atMost < 2 * atLeast) {
    cursorAt(context, 'run', 'replications', 'atMost').conflict(
      `no second look at ${2 * atLeast} replications fits: raise atMost, lower atLeast, or write replications: ${atMost}`,
    );
  }
  const goals = typeof until === 'string' ? [until] : until;
  return { replications: atLeast, until: { goals, atMost } };
}

function resolveNetwork(context: Context, network: ScenarioOutput['network']): Network {
  checkLoss(cursorAt(context, 'network', 'loss'), network.loss);
  const zones = sorted(network.zones).map(([name, zone]) => {
    checkLoss(cursorAt(context, 'network', 'zones', name, 'loss'), zone.loss);
    if (zone.region !== null && context.names.zones.has(zone.region)) {
      const message = `${zone.region} is the name of a zone: give the region a name of its own`;
      cursorAt(context, 'network', 'zones', name, 'region').conflict(message);
    }
    return [name, zone] as const;
  });
  const links = (network.links ?? []).map((link, index): NetworkLink => {
    const here = cursorAt(context, 'network', 'links', index);
    checkLoss(here.in('loss'), link.loss);
    if (link.idleTimeoutNs === null && here.in('afterIdle').written() !== undefined) {
      const message =
        'has no effect without idleTimeout, because no connection is forgotten: write it, or remove this';
      here.in('afterIdle').conflict(message);
    }
    link.between.forEach((name, end) => {
      if (context.names.broken.has(name)) return;
      const allowed = [...context.names.things.keys(), ...context.names.zones];
      const message = `there is no zone, component or workload ${name}`;
      here.in('between', end).isOneOf(name, allowed, message);
    });
    return link;
  });
  return {
    ...network,
    zones: new Map(zones),
    // Links that the file describes come last, so they win.
    links: [...balancerLinks(context.output), ...links],
  };
}

/** Resolves `keys`. */
export function resolveKeys(
  context: Context,
  keys: ScenarioOutput['keys'],
): ReadonlyMap<string, KeyPopulation> {
  const resolved = new Map<string, KeyPopulation>();
  for (const [name, key] of sorted(keys)) {
    if (key.kind === 'hot' && key.hotKeys > key.count) {
      cursorAt(context, 'keys', name, 'hotKeys').conflict(
        `hotKeys must be at most count, ${key.count}`,
      );
    }
    const { title: _title, description: _description, ...population } = key;
    resolved.set(name, population);
  }
  return resolved;
}

/** Resolves `report`. */
export function resolveReport(context: Context, output: ScenarioOutput['report']): ReportSettings {
  const here = cursorAt(context, 'report');
  const check = (names: readonly string[] | null, at: Cursor): readonly string[] => {
    names?.forEach((name, index) => checkShown(at.in(index), name));
    return names ?? [];
  };
  const groups = sorted(output.groups).map(
    ([name, members]) => [name, check(members, here.in('groups', name))] as const,
  );
  checkPrices(here.in('prices'), output.prices);
  return {
    ...output,
    focus: check(output.focus, here.in('focus')),
    groups: new Map(groups),
    hide: check(output.hide, here.in('hide')),
  };
}

function checkPrices(here: Cursor, prices: Prices | null): void {
  if (prices === null || Object.values(prices).some((price) => price !== 0)) return;
  const message =
    'all prices are 0, so nothing costs anything: write cpuHour: 0.04, or remove prices';
  here.report('FL204', message);
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least a time in ns and at least 1. */
function niceStep(ns: number): number {
  let unit = 1;
  while (unit * 10 <= ns) unit *= 10;
  return [1, 2, 5, 10].map((factor) => factor * unit).find((step) => step >= ns) ?? unit * 10;
}

function checkLoss(here: Cursor, loss: number | null): void {
  if (loss === null || loss < 1) return;
  const message =
    'with 100% loss no retransmission arrives: write a share below 100%, or a partition';
  here.report('FL204', message);
}

function checkShown(here: Cursor, reference: string): void {
  const [name, part] = split(reference);
  const thing = here.names.things.get(name);
  if (here.names.broken.has(name)) return;
  if (thing === undefined) {
    const allowed = [...here.names.things.keys()];
    here.report('FL404', `there is no component ${name}`, { found: name, allowed });
  } else if (part !== null) {
    here.isOneOf(part, thing.parts, `${name} has no part ${part}`);
  }
}
