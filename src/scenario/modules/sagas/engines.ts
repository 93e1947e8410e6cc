import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type {
  DeathDetection,
  Orchestration,
  SagaEngine,
  SagaRetry,
} from '../../../contracts/scenario/sagas.js';

const SECOND = NS_PER_SECOND;

/** Defaults of an orchestration product. */
export interface EngineDefaults {
  readonly retry: SagaRetry;
  readonly order: Orchestration['compensationOrder'];
  readonly onCompensationFailure: Orchestration['onCompensationFailure'];
  /** From the death of a process until the product knows of it, where no lease shows it. */
  readonly recoveryDelayNs: Ns;
  /** How long a worker can hold a task. */
  readonly leaseNs: Ns | null;
  readonly detection: DeathDetection;
  /** Its workers can report that they still work on a task. */
  readonly heartbeats?: true;
}

const SEEN: DeathDetection = { seesDeath: true, countsCallLimit: false, expiryIsTry: false };

const EXPONENTIAL = { intervalNs: SECOND, factor: 2, maxNs: 100 * SECOND };

/** Defaults of each product. `simple` has the least that works. */
export const ENGINES: Readonly<Record<SagaEngine, EngineDefaults>> = {
  simple: {
    retry: { attempts: 1, ...EXPONENTIAL },
    order: 'reverse',
    onCompensationFailure: 'retry',
    recoveryDelayNs: 0,
    leaseNs: null,
    detection: SEEN,
  },
  temporal: {
    retry: { attempts: Infinity, ...EXPONENTIAL },
    order: 'reverse',
    onCompensationFailure: 'retry',
    // DefaultWorkflowTaskTimeout (temporalio/temporal common/primitives/defaults.go).
    recoveryDelayNs: 10 * SECOND,
    leaseNs: null,
    // It does not watch processes: the server ends an activity that exceeds its start-to-close timeout, and retries it
    // by its policy (docs.temporal.io: encyclopedia/detecting-activity-failures).
    detection: { seesDeath: false, countsCallLimit: true, expiryIsTry: true },
    heartbeats: true,
  },
  conductor: {
    retry: { attempts: 4, intervalNs: 60 * SECOND, factor: 1, maxNs: 60 * SECOND },
    order: 'reverse',
    onCompensationFailure: 'fail',
    // responseTimeoutSeconds (conductor-oss/conductor common/.../TaskDef.java).
    recoveryDelayNs: 3600 * SECOND,
    leaseNs: 3600 * SECOND,
    // A task whose worker has not answered in time since its poll is TIMED_OUT, and retried like a failed one
    // (conductor-oss/conductor: DeciderService.java).
    detection: { seesDeath: false, countsCallLimit: false, expiryIsTry: true },
  },
  stepFunctions: {
    retry: { attempts: 4, intervalNs: SECOND, factor: 2, maxNs: Infinity },
    order: 'reverse',
    onCompensationFailure: 'fail',
    recoveryDelayNs: 0,
    leaseNs: null,
    detection: SEEN,
  },
  camunda: {
    retry: { attempts: 3, intervalNs: 0, factor: 1, maxNs: 0 },
    order: 'parallel',
    onCompensationFailure: 'park',
    // defaultJobTimeout (camunda/zeebe clients/java/.../ZeebeClientBuilderImpl.java).
    recoveryDelayNs: 300 * SECOND,
    leaseNs: 300 * SECOND,
    // A job can be activated again once its timeout has passed since its activation, with the same number of retries
    // (camunda/zeebe: JobTimeOutProcessor.java).
    detection: { seesDeath: false, countsCallLimit: false, expiryIsTry: false },
  },
  eventuate: {
    retry: { attempts: 1, ...EXPONENTIAL },
    order: 'reverse',
    onCompensationFailure: 'fail',
    recoveryDelayNs: 0,
    leaseNs: null,
    detection: SEEN,
  },
};
