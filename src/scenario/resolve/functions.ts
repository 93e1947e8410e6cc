import { meanOf, type Distribution } from '../../kernel/distribution.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { FunctionSettings } from '../../contracts/scenario/functions.js';
import type { Service } from '../../contracts/scenario/services.js';
import { checkKind, coresOf, kpaOf } from './function-kinds.js';
import type { FunctionOutput } from '../schema/functions.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { resolveEndpoints, resolveOutbound } from './hosts.js';
import { resolvePlacement } from './placement.js';
import { plainHost } from './plain-host.js';
import { FREE_CPU } from '../../contracts/scenario/process.js';

type Defaults = Pick<
  FunctionSettings,
  | 'keepAliveNs'
  | 'maxConcurrency'
  | 'concurrencyPerInstance'
  | 'burst'
  | 'scaleRate'
  | 'timeoutNs'
  | 'cores'
  | 'callRate'
  | 'resetsOnTimeout'
> & {
  /** How long a request waits for an instance above the largest number of them. */
  readonly pendingNs: (coldStart: Distribution) => Ns;
};

const SIMPLE: Defaults = {
  keepAliveNs: 600 * NS_PER_SECOND,
  maxConcurrency: 1000,
  concurrencyPerInstance: 1,
  burst: 1000,
  scaleRate: 100,
  timeoutNs: null,
  cores: Infinity,
  callRate: Infinity,
  pendingNs: () => 0,
  resetsOnTimeout: false,
};

const PRODUCTS: Readonly<Record<FunctionSettings['kind'], Defaults>> = Object.freeze({
  simple: SIMPLE,
  // Concurrency limit of an account, and 1000 environments per ten seconds and function. Synchronous invocations per second:
  // ten times the concurrency (AWS Lambda developer guide, gettingstarted-limits: API requests).
  lambda: { ...SIMPLE, timeoutNs: 3 * NS_PER_SECOND, callRate: 10, resetsOnTimeout: true },
  // 100 instances with 80 requests and one core each.
  cloudRun: {
    keepAliveNs: 900 * NS_PER_SECOND,
    maxConcurrency: 8000,
    concurrencyPerInstance: 80,
    burst: Infinity,
    scaleRate: 100,
    timeoutNs: 300 * NS_PER_SECOND,
    cores: 1,
    callRate: Infinity,
    pendingNs: cloudRunPendingNs,
    resetsOnTimeout: false,
  },
  // config-defaults of Knative Serving: containerConcurrency 0, revision-timeout-seconds 300.
  knative: {
    ...SIMPLE,
    maxConcurrency: Infinity,
    concurrencyPerInstance: Infinity,
    burst: Infinity,
    timeoutNs: 300 * NS_PER_SECOND,
  },
});

/** The time limit of a function that writes none, in seconds; null = none. */
export function platformTimeLimit(kind: string | undefined): number | null {
  const known = kind !== undefined && Object.hasOwn(PRODUCTS, kind);
  const { timeoutNs } = known ? PRODUCTS[kind as FunctionSettings['kind']] : SIMPLE;
  return timeoutNs === null ? null : timeoutNs / NS_PER_SECOND;
}

/** Resolves a function: a service with one host and an unlimited number of workers. */
export function resolveFunction(context: Context, name: string, output: FunctionOutput): Service {
  const here = cursorAt(context, 'functions', name);
  checkKind(here, output);
  const settings = settingsOf(output);
  checkProvisioned(here, settings);
  return {
    ...plainHost(name, output, { ...placementOf(here, output), cpu: FREE_CPU }),
    endpoints: resolveEndpoints(here, name, output.endpoints),
    middleware: [],
    outbound: resolveOutbound(here.in('outbound'), output.outbound),
    outbox: null,
    versions: null,
    environments: settings,
  };
}

/**
 * One instance for each zone of the environments; a zone that is listed twice has two. AWS Lambda runs a function in
 * all zones, or in those of the subnets of its VPC (developer guide, security-resilience).
 */
function placementOf(
  here: Cursor,
  { kind, zone }: FunctionOutput,
): Pick<Service, 'replicas' | 'zones'> {
  if (kind === 'knative') {
    if (zone !== null && typeof zone !== 'string') {
      const message = 'the pods of a knative function must be in one zone: write zone: NAME';
      here.in('zone').conflict(message);
    }
    return resolvePlacement(here, 1, typeof zone === 'string' ? zone : null);
  }
  if (zone === null) {
    return resolvePlacement(here, Math.max(1, here.names.zones.size), zone);
  }
  const places = typeof zone === 'string' ? 1 : Array.isArray(zone) ? zone.length : null;
  return resolvePlacement(here, places, zone);
}

function checkProvisioned(here: Cursor, settings: FunctionSettings): void {
  const { concurrencyPerInstance, provisioned, reserved } = settings;
  const most = Math.min(settings.maxConcurrency, reserved ?? Infinity);
  const needed = provisioned === 0 ? 0 : provisioned * concurrencyPerInstance;
  if (needed <= most) return;
  const message =
    `${provisioned} environments hold ${needed} requests, but at most ${most} are admitted: ` +
    'lower provisioned';
  here.in('provisioned').conflict(message);
}

function settingsOf(output: FunctionOutput): FunctionSettings {
  const product = PRODUCTS[output.kind];
  const { timeoutNs = product.timeoutNs } = output;
  return {
    kind: output.kind,
    coldStart: output.coldStart,
    provisioned: output.provisioned,
    keepAliveNs: output.keepAliveNs ?? product.keepAliveNs,
    maxConcurrency: output.maxConcurrency ?? product.maxConcurrency,
    concurrencyPerInstance: output.concurrencyPerInstance ?? product.concurrencyPerInstance,
    burst: output.burst ?? product.burst,
    scaleRate: output.scaleRate ?? product.scaleRate,
    timeoutNs,
    cores: coresOf(output) ?? product.cores,
    reserved: output.reserved,
    callRate: product.callRate,
    pendingNs: product.pendingNs(output.coldStart),
    resetsOnTimeout: product.resetsOnTimeout,
    autoscaler: output.kind === 'knative' ? kpaOf(output) : null,
  };
}

/**
 * Requests wait for 3.5 times the average start of an instance, or for 10 s if that is longer (Cloud Run,
 * about-instance-autoscaling: exceeding maximum instances). No request there lasts longer than an hour.
 */
function cloudRunPendingNs(coldStart: Distribution): Ns {
  const startsNs = Math.round(3.5 * meanOf(coldStart));
  return Math.min(3600 * NS_PER_SECOND, Math.max(10 * NS_PER_SECOND, startsNs));
}
