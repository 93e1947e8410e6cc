import type { BalancerKind } from '../spec/balancer.js';
import type { FaultKind } from '../spec/fault.js';
import type { OutlierKind } from '../spec/outlier.js';
import type { PolicyKind } from '../spec/policy.js';

/** Where the model finds the patterns of a plan; handed in, because mechanics know no pattern. */
export interface Registry {
  policyKind(policy: string, kind: string | undefined): PolicyKind | undefined;
  faultKind(kind: string): FaultKind | undefined;
  balancerKind(kind: string): BalancerKind | undefined;
  outlierKind(name: string): OutlierKind | undefined;
}
