import { z } from 'zod';
import { withShort } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required, requiredIf } from '../fields/field.js';
import { distribution, factor, quantity, share } from '../quantities/quantities.js';
import { QuantityError, showNoNumber } from '../quantities/quantity-text.js';

/** Number of cores, which can be a fraction or unlimited. */
export const cores = quantity(
  (input) => {
    if (input === 'unlimited' || input === 'unbounded') return Infinity;
    if (typeof input === 'number' && input > 0 && input <= 10_000) return input;
    const milli = typeof input === 'string' && /^\d+m$/.test(input) ? parseInt(input, 10) : 0;
    const hint = milli > 0 ? `: write ${milli / 1000}` : '';
    throw new QuantityError(
      `must be a number of cores above 0 or unlimited, got ${showNoNumber(input)}${hint}`,
    );
  },
  {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0, maximum: 10_000 },
      { enum: ['unlimited', 'unbounded'] },
    ],
  },
);

export const CORES_SHORT = {
  type: ['number', 'string'],
  description: 'Cores per replica: short for `cores`.',
};

/** `cpu` of a service, gateway or database. */
export const cpuSchema = withShort(
  entry({
    cores: field.of(cores, 'unlimited', 'Cores per replica.', 'cores'),
    discipline: field.choice(
      ['processorSharing', 'fcfs'],
      'processorSharing',
      'How work shares the cores. A shared level of a cache has `fcfs`.',
    ),
    quota: entry({
      limit: field.of(
        z.number().positive().max(10_000),
        required,
        'Cores on average over a period.',
        'cores',
      ),
      periodNs: field.duration('100ms', 'Period of the quota.'),
    })
      .optional()
      .describe(
        'CPU time granted per period; when it is used up, all work is throttled until the next period.',
      ),
    contextSwitchTax: field.of(
      share(),
      0,
      'Share of the rate lost while more work runs than there are cores, as it does with processorSharing.',
    ),
    background: field.of(
      z.number().min(0).max(10_000),
      0,
      'Cores that a process uses all the time besides its requests, for collectors, agents or polling: one thread per ' +
        'core or part of one. It competes with requests like the fault `cpuStress`, uses the quota and counts as CPU ' +
        'use. Must be below `cores` and `quota.limit`.',
      'cores',
    ),
  }),
  CORES_SHORT,
);

/** CPU of a process. With infinite cores work never slows down. */
export type Cpu = z.output<typeof cpuSchema>;

/** Unlimited cores. */
export const FREE_CPU: Cpu = Object.freeze({
  cores: Infinity,
  discipline: 'processorSharing',
  quota: null,
  contextSwitchTax: 0,
  background: 0,
});

export const gcSchema = entry(
  {
    every: field.of(
      distribution(),
      requiredIf('without `allocated`'),
      'Time from the end of a pause to the next, per replica; the first one comes after a random part of it.',
      'distribution',
    ),
    allocated: field.size(
      requiredIf('without `every`'),
      'Allocation between two pauses, per replica, or less if less is left below `memory.limit`; each request ' +
        'that starts allocates `memory.perRequest`. The first pause comes after a random part of it.',
    ),
    pause: field.cost(
      required,
      'Length of the pause, in which the whole process stops: its work, its timers, its arrivals. Other ' +
        'components continue.',
    ),
  },
  'Stop-the-world pauses of the garbage collector. Defaults to none.',
);

/** Pauses of a garbage collector, by time or by bytes. */
export type GcSettings = z.output<typeof gcSchema>;

export const memorySchema = entry(
  {
    limit: field.size(
      absent(),
      'Memory limit: above it, through requests or a `memoryLeak`, the process is killed at once and restarts ' +
        'as `lifecycle` says.',
    ),
    base: field.size('0B', 'Memory of a process without any request.'),
    perRequest: field.size(
      '0B',
      'Additional memory per request in the queue or in execution, until it leaves; each request that starts ' +
        'allocates this much.',
    ),
  },
  'Memory of each replica. Defaults to none: memory is not modelled.',
);

type WrittenMemory = z.output<typeof memorySchema>;

/** Memory in bytes; above `limit`, which can be infinite, the process is killed. */
export interface MemorySettings extends WrittenMemory {
  readonly limit: number;
}

export const lifecycleSchema = entry(
  {
    startup: field.cost(
      '0ms',
      'Time from the end of a crash until the process accepts requests. Until then connections are ' +
        'refused, probes fail, and callers prefer other replicas.',
    ),
    warmup: entry({
      durationNs: field.duration(required, 'Time after its start in which a process is slower.'),
      factor: field.of(
        factor(),
        required,
        'Factor on its work and waits at first; it falls linearly to 1 at the end of `duration`. A step uses ' +
          'the factor at its start.',
        'factor, at least 1',
      ),
    })
      .optional()
      .describe('Warm-up of a process after its start: cold caches, code not yet compiled.'),
    coldCaches: field.flag(
      true,
      'Whether the `local` levels of caches are lost with the process; false: they are on a disk or in memory ' +
        'that outlives it.',
    ),
    preStopNs: field.duration(
      '0s',
      'Time from the order to stop until SIGTERM: the process serves as before, while callers remove it from ' +
        'their lists.',
      { allowZero: true },
    ),
    terminationGraceNs: field.duration(
      '30s',
      'Time from the order to stop until the process is killed, including `preStop`; work still in flight is ' +
        'lost. On `kubernetes` there are at least 2s between SIGTERM and the kill.',
    ),
    drain: field.flag(
      true,
      'Reaction to SIGTERM: with true the process refuses new connections, finishes its work and ends; with ' +
        'false it ends at once, and work in flight is lost.',
    ),
    onNodeLoss: field.choice(
      ['replace', 'wait'],
      'replace',
      'With `platform.nodes`: an instance of a lost node is made elsewhere (`replace`, a Deployment), or it starts ' +
        'again when its node is back (`wait`, a StatefulSet, whose pod may still run).',
    ),
  },
  'How processes restart, and how they end when asked to (`stop`). Processes are warm at the start of the run. ' +
    'Defaults to an immediate restart and a graceful end.',
);

export type Lifecycle = z.output<typeof lifecycleSchema>;
