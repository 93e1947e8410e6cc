import { z } from 'zod';
import { entryText, onceSchema, priorityNumber, withShort } from '../fields/common.js';
import type { OncePerValue } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { size } from '../quantities/quantities.js';
import type { Layer } from './policies.js';
import { methodText } from './verbs.js';
import type { Outbox } from './outbox.js';
import type { FunctionSettings } from './functions.js';
import type { Step, Bundle } from './steps.js';
import type { Middleware } from './middleware.js';
import type { Host, ProcessSettings } from './host.js';
import type { Rollout } from './rollouts.js';

export interface Service extends Host {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Runs before the steps of every endpoint. */
  readonly middleware: readonly Middleware[];
  /** Policy bundles by `default`, `callee` or `callee.endpoint`. */
  readonly outbound: ReadonlyMap<string, Bundle>;
  readonly outbox: Outbox | null;
  /** Execution environments of a function; null = the service runs in processes. */
  readonly environments: FunctionSettings | null;
  /** null = a single version. */
  readonly versions: Versions | null;
}

/** Schema of an endpoint of a service or function. */
export function endpointSchema<S>(steps: z.ZodType<S>) {
  return withShort(
    entry(
      {
        ...entryText,
        steps: field.of(steps, required, 'Steps, run in order; the end answers 200.'),
        method: methodText.optional().describe('HTTP method, for documentation.'),
        path: z.string().max(2000).optional().describe('Path, for documentation.'),
        idempotent: field.of(
          withShort(z.union([z.boolean(), onceSchema()]), { type: 'string' }),
          false,
          'Whether repeating it is safe, so that timeouts may be retried. `true` answers for its own work and what ' +
            'it writes to databases: services that it calls are called again. With the name of a key it is executed ' +
            'once per value: repetitions get the stored result, or 409 while it is running.',
          'boolean, name of a key, or map',
        ),
        readOnly: field.of(z.boolean(), false, 'Reads only; implies idempotent.'),
        requestBytes: size()
          .prefault(0)
          .describe('Size of a request, unless the call says another. Unit: size. Defaults to 0B.'),
        responseBytes: size()
          .prefault(0)
          .describe('Size of a response; failures have no body. Unit: size. Defaults to 0B.'),
        concurrency: field.whole(
          absent('as many as there are workers'),
          'Limit on concurrent executions per replica, within the workers; a request that gets a worker above it is ' +
            'refused with 503. Calls of `self` do not count.',
          { unit: 'requests', min: 1 },
        ),
        timeLimitNs: field.timeLimit(
          'none',
          'Server-side time limit of an execution, measured from getting a worker: it is ended, its calls are ' +
            'abandoned, the response is 503.',
        ),
        priority: field.of(
          priorityNumber,
          absent("the caller's"),
          'Replaces the priority that a request carries, here and in calls made from here.',
          'a whole number',
        ),
      },
      'An endpoint: its steps.',
      { requestBytes: 'requestSize', responseBytes: 'responseSize' },
    ),
    { type: 'array', items: { $ref: '#/definitions/step' }, description: 'The steps.' },
  );
}

/** Fields that have another form, or are for the reader of the file. */
export const OF_TEXT = ['title', 'description', 'path'] as const;

/** An endpoint of a service or function. */
export interface Endpoint extends Omit<
  z.output<ReturnType<typeof endpointSchema<readonly Step[]>>>,
  (typeof OF_TEXT)[number] | 'idempotent' | 'concurrency'
> {
  readonly name: string;
  readonly idempotent: boolean;
  /** Key by which the endpoint is idempotent; null = none. */
  readonly once: OncePerValue | null;
  readonly concurrency: Layer | null;
}

/** Settings of a version that differ from those of its service or gateway. */
export interface HostVersion {
  readonly name: string;
  readonly title: string | null;
  /** Endpoints that differ from those of the service; none of a gateway. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly outbound: ReadonlyMap<string, Bundle>;
  /** null = the settings of the component. */
  readonly process: ProcessSettings | null;
  /** null = the chain of the component. */
  readonly middleware: readonly Middleware[] | null;
  /** Of a gateway with a chain of its own: by route the whole chain. */
  readonly chains: ReadonlyMap<string, readonly Middleware[]>;
}

/** The versions of a service or gateway. */
export interface Versions {
  /** Name of the initial version, which the component itself defines. */
  readonly first: string;
  /** The other versions. */
  readonly others: readonly HostVersion[];
  /** Initial number of replicas of each version, `first` before `others`; null = all run `first`. */
  readonly counts: readonly number[] | null;
  /** Labels of the instances of a version, beside those of the component; missing = none has any. */
  readonly labels?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly rollout: Rollout | null;
}

/** Names of the versions by their numbers, the initial one first; empty = a single version. */
export function versionNames(versions: Versions | null): readonly string[] {
  return versions === null ? [] : [versions.first, ...versions.others.map(({ name }) => name)];
}

/** The service as each of its versions defines it, the initial one first. */
export function shapesOf(service: Service): readonly Service[] {
  const { versions } = service;
  if (versions === null) return [service];
  return [service, ...versions.others.map((version) => shapeOf(service, version))];
}

/** The service as one of its versions defines it. */
export function shapeOf(service: Service, version: HostVersion): Service {
  return {
    ...service,
    ...version.process,
    middleware: version.middleware ?? service.middleware,
    endpoints: new Map([...service.endpoints, ...version.endpoints]),
    outbound: new Map([...service.outbound, ...version.outbound]),
    versions: null,
  };
}
