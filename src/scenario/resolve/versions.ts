import { shapeOf } from '../../contracts/scenario/services.js';
import type { Service, HostVersion, Versions } from '../../contracts/scenario/services.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import { PROCESS_FIELDS } from '../schema/host.js';
import type { VersionedOutput, VersionOutput } from '../schema/versions.js';
import { conflict, report, reportKey, writtenAt, type Context, type Path } from './context.js';
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
  readonly autoscaling?: unknown;
  readonly endpoints?: object;
  readonly probes?: VersionOutput['probes'];
};

/** Places of all possible instances. A rollout has as many for the new version, in the zones of those of the old one. */
export function placesOf({ zones }: Host, versions: Versions | null): Host['zones'] {
  return (versions?.rollout ?? null) === null ? zones : [...zones, ...zones];
}

/** Resolves `versions`, `version`, `replicas` by version and `rollout` of a component; null = a single version. */
export function resolveVersions(
  context: Context,
  output: Written,
  service: Owner,
  path: Path,
  chains = NO_CHAINS,
): Versions | null {
  const names = sorted(output.versions).map(([name]) => name);
  if (names.length === 0) {
    for (const key of ['version', 'rollout'] as const) {
      if (output[key] === undefined) continue;
      if (key === 'rollout' && output.rollout?.to === undefined) {
        remarkAtRest(context, path);
        continue;
      }
      report(context, 'FL203', [...path, key], 'versions is required: { v1: {}, v2: { ... } }');
    }
    if (typeof output.replicas === 'object') {
      const message = 'counts of versions need versions: write versions';
      report(context, 'FL203', [...path, 'replicas'], message);
    }
    return null;
  }
  const first = output.version ?? names[0];
  isVersion(context, first, names, [...path, 'version']);
  const differ = differencesOf(context, names, path);
  const source = { service, output, differ, chains };
  const others = sorted(output.versions)
    .filter(([name]) => name !== first)
    .map(([name, own]) => resolveVersion(context, name, own, source, [...path, 'versions', name]));
  const rest = others.map(({ name }) => name);
  const counts = countsOf(context, output, first, rest, path);
  const most = Math.max(service.replicas, service.autoscaling?.max ?? 0);
  const rollout = rolloutOf(context, output, first, rest, most, path);
  checkShares(context, service, others, path);
  return { first, others, counts, rollout };
}

/** Reports a version with unlimited cores, of which an autoscaler needs a share. */
function checkShares(
  context: Context,
  { autoscaling }: Owner,
  versions: readonly HostVersion[],
  path: Path,
): void {
  if (autoscaling?.metrics.some(({ metric }) => metric === 'cpu') !== true) return;
  for (const { name, process: own } of versions) {
    if (own === null || own.cpuRequest !== null || own.cpu.cores < Infinity) continue;
    const message =
      'the autoscaler needs the cores of each version: write cpu: CORES, or resources: { requests: ' +
      '{ cpu: CORES } }';
    conflict(context, [...path, 'versions', name], message);
  }
}

/** Which settings differ between the versions of a component. */
interface Differences {
  readonly process: boolean;
  readonly middleware: boolean;
}

function differencesOf(context: Context, names: readonly string[], path: Path): Differences {
  const isSet = (key: string): boolean =>
    names.some((name) => writtenAt(context, [...path, 'versions', name, key]) !== undefined);
  return { process: PROCESS_FIELDS.some(isSet), middleware: isSet('middleware') };
}

function chainOf(
  context: Context,
  owner: string,
  { middleware }: VersionOutput,
  path: Path,
): readonly Middleware[] {
  const chain = resolveMiddleware(context, middleware, owner, [...path, 'middleware']);
  checkCoalescing(context, [chain]);
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
  context: Context,
  name: string,
  own: VersionOutput,
  { service, output, differ, chains }: Source,
  path: Path,
): HostVersion {
  const known = [...(service.endpoints?.keys() ?? [])];
  const endpoints = sorted(own.endpoints).flatMap(([endpoint, { steps, timeLimit }]) => {
    const at = [...path, 'endpoints', endpoint];
    const below = service.endpoints?.get(endpoint);
    if (below === undefined) {
      const message = `versions have the endpoints of their service, and it has no ${endpoint}`;
      reportKey(context, 'FL404', at, message, { found: endpoint, allowed: known });
      return [];
    }
    const owner = { name: service.name, policy: null };
    const resolved = {
      ...below,
      steps: resolveSteps(context, steps, owner, [...at, 'steps']),
      timeLimitNs: timeLimit === undefined ? below.timeLimitNs : timeLimit,
    };
    return [[endpoint, resolved] as const];
  });
  const checks = differ.process ? checksIn(context, own, service, output, path) : [];
  const middleware = differ.middleware ? chainOf(context, service.name, own, path) : null;
  return {
    name,
    title: own.title ?? null,
    endpoints: new Map([...endpoints, ...checks]),
    outbound: resolveOutbound(context, own.outbound, [...path, 'outbound']),
    process: !differ.process
      ? null
      : {
          ...resolveProcess(context, own, path),
          probes: resolveProbes(context, own.probes, known, [...path, 'probes']),
        },
    middleware,
    chains: middleware === null ? new Map() : chains(middleware),
  };
}

/** Endpoints for the checks of a version; a gateway has none. */
function checksIn(
  context: Context,
  { probes }: VersionOutput,
  { name }: Owner,
  { endpoints, probes: below }: Written,
  path: Path,
): HostVersion['endpoints'] | readonly [] {
  if (endpoints === undefined) return [];
  const service = { name, below, written: Object.keys(endpoints) };
  return resolveVersionChecks(context, service, probes, [...path, 'probes']);
}

/** Number of replicas of each version, if several run from the start; null otherwise. */
function countsOf(
  context: Context,
  output: Written,
  first: string,
  others: readonly string[],
  path: Path,
): readonly number[] | null {
  const { replicas } = output;
  if (typeof replicas !== 'object') return null;
  const at = [...path, 'replicas'];
  for (const [name] of sorted(replicas)) {
    isVersion(context, name, [first, ...others], [...at, name]);
  }
  for (const key of ['rollout', 'autoscaling'] as const) {
    if (output[key] === undefined) continue;
    const message = `counts of versions do not work with ${key}: write the total number of replicas`;
    conflict(context, at, message);
  }
  const counts = [first, ...others].map((name) => replicas[name] ?? 0);
  if (counts.every((count) => count === 0)) {
    conflict(context, at, 'a service needs at least one replica');
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
      report(context, 'FL408', ['services', name, 'versions', version.name], cycleText(cycle));
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
    conflict(context, [section, name, 'rollout'], message);
  }
}
