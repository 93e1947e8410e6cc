import type { HostOutput } from '../schema/host.js';
import type { Written } from '../resolve/described.js';

/** Fields of all kinds that shared code reads. */
export interface BrokerFields extends Written {
  readonly kind: string;
  readonly nodes?: number | undefined;
  readonly zone?: HostOutput['zone'];
  readonly external: boolean;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}
