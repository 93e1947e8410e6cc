import type { HostOutput } from '../schema/host.js';
import type { Written } from '../resolve/described.js';

/** Fields of all kinds that shared code reads. */
export interface RegistryFields extends Omit<Written, 'critical'> {
  readonly kind: string;
  readonly replicas?: number | undefined;
  readonly zone?: HostOutput['zone'];
  readonly labels?: Readonly<Record<string, string>> | undefined;
}
