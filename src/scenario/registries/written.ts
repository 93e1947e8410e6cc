import type { HostOutput } from '../schema/host.js';

/** Fields of all kinds that shared code reads. */
export interface RegistryFields {
  readonly kind: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly replicas?: number | undefined;
  readonly zone?: HostOutput['zone'];
  readonly labels?: Readonly<Record<string, string>> | undefined;
}
