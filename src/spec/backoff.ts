import type { Ns } from '../kernel/time.js';

/** How a delay is spread; a share is plus or minus, a duration is added. */
export type Jitter =
  | { readonly kind: 'none' | 'full' | 'equal' }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'duration'; readonly spanNs: Ns };

/** Delays before retries, each law with its fields. */
export type BackoffConfig =
  | { readonly kind: 'constant'; readonly base: Ns; readonly jitter: Jitter }
  | {
      readonly kind: 'linear';
      readonly base: Ns;
      readonly max?: Ns | undefined;
      readonly jitter: Jitter;
    }
  | {
      readonly kind: 'exponential';
      readonly base: Ns;
      readonly factor: number;
      readonly max?: Ns | undefined;
      readonly jitter: Jitter;
    }
  | {
      readonly kind: 'decorrelated' | 'decorrelatedV2' | 'envoy';
      readonly base: Ns;
      readonly max?: Ns | undefined;
    }
  | {
      readonly kind: 'grpc';
      readonly base: Ns;
      readonly factor: number;
      readonly max?: Ns | undefined;
    };
