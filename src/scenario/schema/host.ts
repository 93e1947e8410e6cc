import type { Explicit } from '../../contracts/fields/entry.js';
import type { hostFields, PROCESS_FIELDS } from '../../contracts/scenario/host.js';
import type { AdmissionOutput } from './admission.js';
import type { BalancingOutput } from './balancing.js';
import type { BundleOutput, OutlierOutput } from './bundle.js';

export type HostShape = ReturnType<
  typeof hostFields<BundleOutput, MiddlewareOutput, AdmissionOutput, BalancingOutput, OutlierOutput>
>;

/** Validated common fields of a service or gateway. */
export type HostOutput = Explicit<HostShape>;

/** Validated settings of a process. */
export type ProcessOutput = Pick<HostOutput, (typeof PROCESS_FIELDS)[number]>;

/** An entry of a middleware chain: its name with its fields. */
export type MiddlewareOutput = Readonly<
  Record<string, Readonly<Record<string, unknown>> | undefined>
>;
