import type { HostOutput } from '../schema/host.js';

/** Fields of all kinds that shared code reads. */
export interface RegistryFields {
  readonly kind: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly critical: boolean;
  readonly replicas?: number | undefined;
  readonly zone?: HostOutput['zone'];
  readonly external: boolean;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}
