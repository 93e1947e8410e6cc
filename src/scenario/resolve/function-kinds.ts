import { NS_PER_SECOND } from '../../kernel/time.js';
import { kpaSchema, type KpaSettings } from '../../contracts/scenario/functions.js';
import type { FunctionOutput } from '../schema/functions.js';
import { cursorAt, type Context, type Cursor } from './context.js';

const MIB = 1_048_576;

/** AWS Lambda developer guide, configuring memory: at 1769 MB a function has the equivalent of one vCPU. */
const MB_PER_CORE = 1769;

/** Memory of a Lambda function, in MB. */
const MEMORY = { min: 128, max: 10_240 };

/** Fields that only some kinds support, with advice for the other kinds. */
const ONLY: readonly (readonly [field: string, kinds: readonly string[], instead: string])[] = [
  ['reserved', ['lambda'], 'write maxConcurrency'],
  ['memory', ['lambda'], 'write cpu'],
  ['cpu', ['simple', 'cloudRun', 'knative'], 'its CPU depends on its memory: write memory'],
  ['autoscaler', ['knative'], 'each request gets its own environment: remove it'],
  ['keepAlive', ['simple', 'lambda', 'cloudRun'], 'write autoscaler.stableWindow'],
  ['maxConcurrency', ['simple', 'lambda', 'cloudRun'], 'write autoscaler.maxScale'],
  ['burst', ['simple', 'lambda', 'cloudRun'], 'write autoscaler.maxScaleUpRate'],
  ['scaleRate', ['simple', 'lambda', 'cloudRun'], 'write autoscaler.maxScaleUpRate'],
  ['provisioned', ['simple', 'lambda', 'cloudRun'], 'write autoscaler.minScale'],
];

/** Reports fields that the kind of function does not support. */
export function checkKind(here: Cursor, output: FunctionOutput): void {
  const { kind, memory } = output;
  for (const [field, kinds, instead] of ONLY) {
    if (kinds.includes(kind) || here.in(field).written() === undefined) continue;
    const message = `${field} does not apply to kind: ${kind}; ${instead}`;
    here.in(field).reportKey('FL208', message);
  }
  if (memory === null) return;
  const mb = megabytes(memory);
  if (mb >= MEMORY.min && mb <= MEMORY.max) return;
  const message = `a function of kind lambda needs ${MEMORY.min}MB to ${MEMORY.max}MB of memory`;
  here.in('memory').report('FL203', message);
}

/** Cores of an environment; undefined if neither memory nor cpu is written. */
export function coresOf({ memory, cpu }: FunctionOutput): number | undefined {
  return memory === null ? cpu?.cores : megabytes(memory) / MB_PER_CORE;
}

/** Memory in MB as AWS uses the unit, which is MiB. Accepts sizes written in MB or MiB. */
function megabytes(bytes: number): number {
  return bytes % MIB === 0 || bytes % 1_000_000 !== 0 ? bytes / MIB : bytes / 1_000_000;
}

/**
 * Resolves the autoscaler. knative/serving: config/core/configmaps/autoscaler.yaml; target and utilization as in
 * pkg/reconciler/autoscaling/resources/target.go, where the target is at least one request.
 */
export function kpaOf({ autoscaler, concurrencyPerInstance }: FunctionOutput): KpaSettings {
  const written = autoscaler ?? kpaSchema.parse({});
  const { target, targetUtilization, stableWindowNs, panicWindow, ...own } = written;
  const limit = concurrencyPerInstance ?? Infinity;
  const standard = limit === Infinity ? 100 : limit;
  const total = Math.min(target ?? standard, limit);
  // Panic windows are whole seconds.
  const panic = Math.round((stableWindowNs * panicWindow) / NS_PER_SECOND);
  return {
    target: Math.max(1, total * targetUtilization),
    stableWindowNs,
    panicWindowNs: Math.max(1, panic) * NS_PER_SECOND,
    ...own,
  };
}

/** Checks the concurrency limit of the account, which all functions share. Reserved concurrency reduces the rest. */
export function checkAccount(
  context: Context,
  functions: readonly (readonly [name: string, settings: AccountPart])[],
): void {
  const own = functions.filter(([, { kind }]) => kind === 'lambda');
  const free = own.filter(([, { reserved }]) => reserved === null);
  if (free.length === 0) return;
  const [[first, { maxConcurrency }]] = free as [readonly [string, AccountPart]];
  const other = free.find(([, settings]) => settings.maxConcurrency !== maxConcurrency);
  if (other !== undefined) {
    const message =
      `all functions of kind lambda share one account, whose limit is ${maxConcurrency} in ` +
      `${first}: write the same, or reserved for a limit of its own`;
    cursorAt(context, 'functions', other[0], 'maxConcurrency').conflict(message);
    return;
  }
  const reserved = own.reduce((sum, [, settings]) => sum + (settings.reserved ?? 0), 0);
  if (reserved < maxConcurrency) return;
  const message =
    `other functions reserve ${reserved} of the account's ${maxConcurrency}: nothing is left ` +
    `for ${first}`;
  cursorAt(context, 'functions', first).conflict(message);
}

interface AccountPart {
  readonly kind: string;
  readonly maxConcurrency: number;
  readonly reserved: number | null;
}
