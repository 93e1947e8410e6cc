import { meanOf, type Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental, ExperimentFormat } from './experiment.js';
import {
  endsOfLink,
  isOnce,
  STAYS_DOWN,
  writtenFaults,
  type FaultWriters,
  type Unwritten,
} from './faults.js';
import { hostOf, leftLabels, podsOf, podsThatCall, type Pods } from './pods.js';
import { timesOf, wholeMs as ms } from './times.js';
import { coresOf, longestNs, spreadOf } from './usual.js';

type Texts = Readonly<Record<string, string>>;

/** An action without its time. */
interface Action {
  readonly actionId: string;
  readonly parameters: Texts;
  readonly target: Target;
  readonly remarks: readonly string[];
}

type Written = Action | Unwritten;

/** What an action hits: the name of its key, and the target. */
interface Target {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * An experiment template of AWS Fault Injection Service, as `aws fis create-experiment-template --cli-input-json` reads it.
 * Each fault waits for its time in an action of its own.
 *
 * Sources: AWS FIS User Guide, action sequence and aws:eks:pod actions; boto/botocore data/fis/2020-12-01/service-2.json.
 */
export const fis: ExperimentFormat = {
  name: 'fis',
  summary: 'an experiment template of AWS FIS with the faults, each at its time',
  comment: null,
  write(of) {
    const { faults, unwritten, otherwise } = writtenFaults(of, 'AWS FIS', WRITERS);
    const targets: Record<string, unknown> = {};
    const actions: Record<string, unknown> = {};
    for (const { fault, own } of faults) {
      targets[fault.id] = own.target.value;
      fault.spans.forEach((span, k) => {
        const name = fault.spans.length < 2 ? fault.id : `${fault.id}-${k + 1}`;
        Object.assign(actions, actionsOf(name, span, fault.id, own, of));
      });
    }
    if (Object.keys(actions).length === 0) return { text: '', unwritten, otherwise };
    const template = {
      description:
        `${of.title}: ${[...otherwise, ...unwritten].length} remarks in the account of the export`.slice(
          0,
          LONGEST,
        ),
      targets,
      actions,
      stopConditions: [{ source: 'none' }],
      roleArn: 'arn:aws:iam::123456789012:role/change-this-role',
      tags: { Name: of.title.slice(0, TAG) },
    };
    const placeholders = [
      { of: 'roleArn', reason: 'a scenario has no account: change it to your role' },
      { of: 'targets', reason: 'a scenario has no cluster: change clusterIdentifier to yours' },
    ];
    return {
      text: `${JSON.stringify(template, null, 2)}\n`,
      unwritten,
      otherwise: [...placeholders, ...otherwise],
    };
  },
};

/** Longest description, and longest value of a tag. */
const LONGEST = 512;
const TAG = 256;
/** Account with which the pods of the actions run. */
const ACCOUNT = 'fis-service-account';

function actionsOf(
  name: string,
  span: Fault['spans'][number],
  target: string,
  { actionId, parameters, target: { key } }: Action,
  of: Experimental,
): Readonly<Record<string, unknown>> {
  const { startNs, lengthNs } = timesOf(span, of);
  const wait = `${name}-wait`;
  const hasLength = !INSTANT.has(actionId);
  return {
    ...(startNs > 0 && {
      [wait]: { actionId: 'aws:fis:wait', parameters: { duration: isoDuration(startNs) } },
    }),
    [name]: {
      actionId,
      parameters: { ...parameters, ...(hasLength && { duration: isoDuration(lengthNs) }) },
      targets: { [key]: target },
      ...(startNs > 0 && { startAfter: [wait] }),
    },
  };
}

/** Actions that have no length. */
const INSTANT: ReadonlySet<string> = new Set(['aws:eks:pod-delete', 'aws:rds:failover-db-cluster']);

const WRITERS: FaultWriters<Action> = {
  latency: (fault, of, { add }) => {
    const [mean, jitter] = [meanOf(add as Distribution), spreadOf(add as Distribution)];
    return between(fault, of, 'aws:eks:pod-network-latency', {
      delayMilliseconds: ms(mean),
      jitterMilliseconds: ms(jitter),
    });
  },
  loss: (fault, of) =>
    between(fault, of, 'aws:eks:pod-network-packet-loss', {
      lossPercent: String(Math.max(1, Math.round(100 * fault.share))),
    }),
  cpuStress: (fault, of, { load, workers }) =>
    ofPods(fault, of, 'aws:eks:pod-cpu-stress', {
      percent: String(Math.round(100 * (load as number))),
      workers: String(workers ?? coresOf(fault, of) ?? 1),
    }),
  stop: (fault, of) => ofPods(fault, of, 'aws:eks:pod-delete', { gracePeriodSeconds: '30' }),
  crash: (fault, of, { restart }) => {
    if (restart === false) return { reason: STAYS_DOWN };
    return isOnce(fault)
      ? ofPods(fault, of, 'aws:eks:pod-delete', { gracePeriodSeconds: '0' })
      : ofPods(fault, of, BLACKHOLE, PORT, [
          'its process does not die: its port gets no packet, and callers no answer',
          ...PORTS,
        ]);
  },
  hang: (fault, of) => ofPods(fault, of, BLACKHOLE, PORT, PORTS),
  slow: (fault, of, { factor }) => {
    const longest = longestNs(fault, of);
    if (longest === null)
      return {
        reason: 'AWS FIS slows nothing by a factor, and the time of its steps is not known',
      };
    const name = fault.target[0]!.split('.')[0]!;
    const delay = ms(((factor as number) - 1) * longest);
    const remark = `${factor as number} times its ${ms(longest)} ms is written as a delay, which occupies none of its workers`;
    const parameters = { delayMilliseconds: delay, jitterMilliseconds: '0' };
    return fromCallers(name, of, parameters, [remark]);
  },
  failover: (fault) => ({
    actionId: 'aws:rds:failover-db-cluster',
    parameters: {},
    target: {
      key: 'Clusters',
      value: {
        resourceType: 'aws:rds:cluster',
        resourceTags: { Name: fault.target[0]! },
        selectionMode: 'ALL',
      },
    },
    remarks: ['its cluster is chosen by the tag Name: change it to yours'],
  }),
};

const BLACKHOLE = 'aws:eks:pod-network-blackhole-port';
const PORT: Texts = { port: '8080', protocol: 'tcp', trafficType: 'ingress' };
const PORTS = ['it is written for port 8080: change it to yours'];

/** Messages on a link `a->b`: those of the pods of a to and from the host of b. */
function between(fault: Fault, of: Experimental, actionId: string, parameters: Texts): Written {
  const ends = endsOfLink(fault);
  if (ends === null) return { reason: 'AWS FIS is about the traffic of some pods with one host' };
  const [from, to] = ends;
  const all = { ...parameters, sources: hostOf(to, of) };
  return written(podsOf([from], fault, of), of, actionId, all, ['both directions are hit']);
}

function fromCallers(
  name: string,
  of: Experimental,
  parameters: Texts,
  remarks: readonly string[],
): Written {
  const all = { ...parameters, sources: hostOf(name, of) };
  return written(podsThatCall([name], of), of, 'aws:eks:pod-network-latency', all, remarks);
}

function ofPods(
  fault: Fault,
  of: Experimental,
  actionId: string,
  parameters: Texts,
  remarks: readonly string[] = [],
): Written {
  return written(podsOf(fault.target, fault, of), of, actionId, parameters, remarks);
}

function written(
  pods: Pods | Unwritten,
  of: Experimental,
  actionId: string,
  parameters: Texts,
  remarks: readonly string[],
): Written {
  if ('reason' in pods) return pods;
  const { selector, mode, value } = pods.chosen;
  const [label, ...others] = Object.entries(selector.labelSelectors ?? {});
  if (label === undefined)
    return { reason: 'a target of FIS is chosen by one label, and these pods have several' };
  return {
    actionId,
    parameters: { kubernetesServiceAccount: ACCOUNT, ...parameters },
    target: {
      key: 'Pods',
      value: {
        resourceType: 'aws:eks:pod',
        selectionMode:
          mode === 'all'
            ? 'ALL'
            : mode === 'fixed-percent'
              ? `PERCENT(${value})`
              : `COUNT(${value ?? '1'})`,
        parameters: {
          clusterIdentifier: 'change-this-cluster',
          namespace: of.namespace,
          selectorType: 'labelSelector',
          selectorValue: label.join('='),
        },
      },
    },
    remarks: [...remarks, ...pods.remarks, ...leftLabels(others.map(([key]) => key))],
  };
}

/** A time as ISO 8601 in whole seconds: `PT90S`. */
function isoDuration(ns: Ns): string {
  return `PT${Math.max(1, Math.round(ns / 1e9))}S`;
}
