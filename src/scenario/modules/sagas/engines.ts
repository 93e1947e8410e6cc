import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Ns } from '../../../kernel/time.js';
import type { Orchestration, SagaEngine, SagaRetry } from '../../../spec/scenario/sagas.js';

const SECOND = NS_PER_SECOND;

/** Defaults of an orchestration product (semantics 2.3). */
export interface EngineDefaults {
  readonly retry: SagaRetry;
  readonly order: Orchestration['compensationOrder'];
  readonly onCompensationFailure: Orchestration['onCompensationFailure'];
  /** Silence after which the product considers a process dead. */
  readonly recoveryDelayNs: Ns;
  /** How long a worker can hold a task. */
  readonly leaseNs: Ns | null;
}

const EXPONENTIAL = { intervalNs: SECOND, factor: 2, maxNs: 100 * SECOND };

/** Defaults of each product. `simple` has the least that works. */
export const ENGINES: Readonly<Record<SagaEngine, EngineDefaults>> = {
  simple: {
    retry: { attempts: 1, ...EXPONENTIAL },
    order: 'reverse',
    onCompensationFailure: 'retry',
    recoveryDelayNs: 0,
    leaseNs: null,
  },
  temporal: {
    retry: { attempts: Infinity, ...EXPONENTIAL },
    order: 'reverse',
    onCompensationFailure: 'retry',
    // DefaultWorkflowTaskTimeout (temporalio/temporal common/primitives/defaults.go).
    recoveryDelayNs: 10 * SECOND,
    leaseNs: null,
  },
  conductor: {
    retry: { attempts: 4, intervalNs: 60 * SECOND, factor: 1, maxNs: 60 * SECOND },
    order: 'reverse',
    onCompensationFailure: 'fail',
    // responseTimeoutSeconds (conductor-oss/conductor common/.../TaskDef.java).
    recoveryDelayNs: 3600 * SECOND,
    leaseNs: 3600 * SECOND,
  },
  stepFunctions: {
    retry: { attempts: 4, intervalNs: SECOND, factor: 2, maxNs: Infinity },
    order: 'reverse',
    onCompensationFailure: 'fail',
    recoveryDelayNs: 0,
    leaseNs: null,
  },
  camunda: {
    retry: { attempts: 3, intervalNs: 0, factor: 1, maxNs: 0 },
    order: 'parallel',
    onCompensationFailure: 'park',
    // defaultJobTimeout (camunda/zeebe clients/java/.../ZeebeClientBuilderImpl.java).
    recoveryDelayNs: 300 * SECOND,
    leaseNs: 300 * SECOND,
  },
  eventuate: {
    retry: { attempts: 1, ...EXPONENTIAL },
    order: 'reverse',
    onCompensationFailure: 'fail',
    recoveryDelayNs: 0,
    leaseNs: null,
  },
};
