import { shapeOf } from '../../contracts/scenario/services.js';
import type { Service, HostVersion, Versions } from '../../contracts/scenario/services.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import { PROCESS_FIELDS } from '../../contracts/scenario/host.js';
import type { VersionedOutput, VersionOutput } from '../schema/versions.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { callGraph, certainCycle, cycleText, type CallGraph } from './graph.js';
import { resolveOutbound, resolveProcess } from './hosts.js';
import { checkCoalescing } from './chains.js';
import { resolveMiddleware } from './middleware.js';
import { resolveVersionChecks, resolveProbes } from '../sections/probes.js';
import { isVersion, remarkAtRest, rolloutOf } from './rollouts.js';
import { sorted } from './names.js';
import { resolveSteps } from './steps.js';

/** A component without its versions; a gateway has no endpoints. */
type Owner = Host & { readonly endpoints?: Service['endpoints'] };

/** The whole chain of each route, given the chain of the gateway. */
type Chains = (middleware: readonly Middleware[]) => HostVersion['chains'];

const NO_CHAINS: Chains = () => new Map();

type Written = VersionedOutput & {
  readonly autoscaling: unknown;
  readonly endpoints?: object;
  readonly probes: VersionOutput['probes'];
};

/** Places of all possible instances. A rollout has as many for the new version, in the zones of those of the old one. */
export function placesOf({ zones }: Host, versions: Versions | null): Host['zones'] {
  return (versions?.rollout ?? null) === null ? zones : [...zones, ...zones];
}

/** Resolves `versions`, `version`, `replicas` by version and `rollout` of a component; null = a single version. */
export function resolveVersions(
  here: Cursor,
  output: Written,
  service: Owner,
  chains = NO_CHAINS,
): Versions | null {
  const names = sorted(output.versions).map(([name]) => name);
  if (names.length === 0) {
    for (const key of ['version', 'rollout'] as const) {
      if (output[key] === null) continue;
      if (key === 'rollout' && (output.rollout?.to ?? null) === null) {
        remarkAtRest(here);
        continue;
      }
      here
        .in(key)
        .report('FL203', 'needs versions beside it, such as versions: { v1: {}, v2: {} }');
    }
    if (output.replicas !== null && typeof output.replicas === 'object') {
      const message = 'counts of versions need versions: write versions';
      here.in('replicas').report('FL203', message);
    }
    return null;
  }
  const first = output.version ?? names[0];
  isVersion(here.in('version'), first, names);
  const differ = differencesOf(here, names);
  const source = { service, output, differ, chains };
  const others = sorted(output.versions)
    .filter(([name]) => name !== first)
    .map(([name, own]) => resolveVersion(here.in('versions', name), name, own, source));
  const rest = others.map(({ name }) => name);
  const counts = countsOf(here, output, first, rest);
  const most = Math.max(service.replicas, service.autoscaling?.max ?? 0);
  const rollout = rolloutOf(here, output, first, rest, most);
  checkShares(here, service, others);
  const labels = sorted(output.versions).flatMap(([name, own]) =>
    own.labels === null ? [] : [[name, new Map(sorted(own.labels))] as const],
  );
  const labelled = labels.length > 0 && { labels: new Map(labels) };
  return { first, others, counts, ...labelled, rollout };
}

/** Reports a version with unlimited cores, of which an autoscaler needs a share. */
function checkShares(here: Cursor, { autoscaling }: Owner, versions: readonly HostVersion[]): void {
  if (autoscaling?.metrics.some(({ metric }) => metric === 'cpu') !== true) return;
  for (const { name, process: own } of versions) {
    if (own === null || own.cpuRequest !== null || own.cpu.cores < Infinity) continue;
    const message =
      'the autoscaler needs the cores of each version: write cpu: CORES, or resources: { requests: ' +
      '{ cpu: CORES } }';
    here.in('versions', name).conflict(message);
  }
}

/** Which settings differ between the versions of a component. */
interface Differences {
  readonly process: boolean;
  readonly middleware: boolean;
}

function differencesOf(here: Cursor, names: readonly string[]): Differences {
  const isSet = (key: string): boolean =>
    names.some((name) => here.in('versions', name, key).written() !== undefined);
  return { process: PROCESS_FIELDS.some(isSet), middleware: isSet('middleware') };
}

function chainOf(
  here: Cursor,
  owner: string,
  { middleware }: VersionOutput,
): readonly Middleware[] {
  const chain = resolveMiddleware(here.in('middleware'), middleware, owner);
  checkCoalescing(here.context, [chain]);
  return chain;
}

/** What a version differs from. */
interface Source {
  readonly service: Owner;
  readonly output: Written;
  readonly differ: Differences;
  readonly chains: Chains;
}

function resolveVersion(
  here: Cursor,
  name: string,
  own: VersionOutput,
  { service, output, differ, chains }: Source,
): HostVersion {
  const known = [...(service.endpoints?.keys() ?? [])];
  const endpoints = sorted(own.endpoints).flatMap(([endpoint, { steps, timeLimitNs }]) => {
    const at = here.in('endpoints', endpoint);
    const below = service.endpoints?.get(endpoint);
    if (below === undefined) {
      const message = `versions have the endpoints of their service, and it has no ${endpoint}`;
      at.reportKey('FL404', message, { found: endpoint, allowed: known });
      return [];
    }
    const owner = { name: service.name, policy: null };
    const resolved = {
      ...below,
      steps: resolveSteps(at.in('steps'), steps, owner),
      timeLimitNs: timeLimitNs === undefined ? below.timeLimitNs : timeLimitNs,
    };
    return [[endpoint, resolved] as const];
  });
  const checks = differ.process ? checksIn(here, own, service, output) : [];
  const middleware = differ.middleware ? chainOf(here, service.name, own) : null;
  return {
    name,
    title: own.title,
    endpoints: new Map([...endpoints, ...checks]),
    outbound: resolveOutbound(here.in('outbound'), own.outbound),
    process: !differ.process
      ? null
      : {
          ...resolveProcess(here, own),
          probes: resolveProbes(here.in('probes'), own.probes, known),
        },
    middleware,
    chains: middleware === null ? new Map() : chains(middleware),
  };
}

/** Endpoints for the checks of a version; a gateway has none. */
function checksIn(
  here: Cursor,
  { probes }: VersionOutput,
  { name }: Owner,
  { endpoints, probes: below }: Written,
): HostVersion['endpoints'] | readonly [] {
  if (endpoints === undefined) return [];
  const service = { name, below, written: Object.keys(endpoints) };
  return resolveVersionChecks(here.in('probes'), service, probes);
}

/** Number of replicas of each version, if several run from the start; null otherwise. */
function countsOf(
  here: Cursor,
  output: Written,
  first: string,
  others: readonly string[],
): readonly number[] | null {
  const { replicas } = output;
  if (replicas === null || typeof replicas !== 'object') return null;
  const at = here.in('replicas');
  for (const [name] of sorted(replicas)) {
    isVersion(at.in(name), name, [first, ...others]);
  }
  for (const key of ['rollout', 'autoscaling'] as const) {
    if (output[key] === null) continue;
    const message = `counts of versions do not work with ${key}: write the total number of replicas`;
    at.conflict(message);
  }
  const counts = [first, ...others].map((name) => replicas[name] ?? 0);
  if (counts.every((count) => count === 0)) {
    at.conflict('a service needs at least one replica');
  }
  return counts;
}

/** Reports cycles of calls that exist only with another version of a service. */
export function checkVersionCycles(context: Context, parts: Parameters<typeof callGraph>[0]): void {
  for (const [name, service] of parts.services) {
    for (const version of service.versions?.others ?? []) {
      const services = new Map(parts.services).set(name, shapeOf(service, version));
      const cycle = certainCycle(callGraph({ ...parts, services }));
      if (cycle === null) continue;
      cursorAt(context, 'services', name, 'versions', version.name).report(
        'FL408',
        cycleText(cycle),
      );
    }
  }
}

/** Reports a weighted rollout of a component with callers other than gateways, because only gateways apply weights. */
export function checkSplits(
  context: Context,
  services: ReadonlyMap<string, Service>,
  gateways: ReadonlyMap<string, Gateway>,
  graph: CallGraph,
): void {
  for (const { name, versions } of [...services.values(), ...gateways.values()]) {
    const rollout = versions?.rollout ?? null;
    if (rollout?.kind !== 'canary' || rollout.routing !== 'weighted') continue;
    const callers = [...graph.pairs]
      .map((pair) => pair.split('->') as [string, string])
      .filter(([from, to]) => to === name && from !== name && !gateways.has(from))
      .map(([from]) => from);
    if (callers.length === 0) continue;
    const message =
      `gateways apply the weights, and ${callers[0]} calls ${name} directly: write routing: ` +
      'replicas, or call through a gateway';
    const section = gateways.has(name) ? 'gateways' : 'services';
    cursorAt(context, section, name, 'rollout').conflict(message);
  }
}
