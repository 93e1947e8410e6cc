import type { Ns } from '../../kernel/time.js';

/** Randomization of a delay: a share varies it by plus or minus that share, a duration is added to it. */
export type Jitter =
  | { readonly kind: 'none' | 'full' | 'equal' }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'duration'; readonly spanNs: Ns };

/** Delay before a retry, by kind of back-off. */
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
