import type { PathKey } from './located.js';
import { KIND_PRODUCTS } from './kind-products.js';
import { plainWord } from './synonyms.js';

/** Kinds that people write where another word, or another section, is meant. */
interface KindWord {
  /** Keys of the path of `kind`; `*` stands for any, `**` for any number of them at its beginning. */
  readonly at: string;
  /** The kinds, as `plainWord` leaves them. */
  readonly words: RegExp;
  readonly advice: string;
}

const KIND_WORDS: readonly KindWord[] = [
  {
    at: 'faults.*.kind',
    words: /^(re)?(deploy|deployment|rollout|release|rollingupdate|rollingrestart)$/,
    advice:
      '; a deployment is no fault: write it at its service, as versions: { v1: {}, v2: {} }, rollout: { kind: rolling, to: v2, at: 60s }',
  },
  {
    at: 'faults.*.kind',
    words: /^(restart|reboot)$/,
    advice: '; write crash, which ends with a restart (flush empties a cache that goes on)',
  },
  {
    at: 'faults.*.kind',
    words: /^(rebuild|reindex|reproject|reprojection)$/,
    advice:
      '; a rebuild is no fault: write it at its projection, as rebuild: { at: 60s, rate: 1000/s }',
  },
  {
    at: 'faults.*.kind',
    words: /^(replay|reprocess|seek|rewind)$/,
    advice:
      '; a replay is no fault: write it at the subscriber, as replay: { at: 60s, from: earliest }',
  },
  {
    at: 'queues.*.kind',
    words: /^kafka$/,
    advice: ': write a Kafka log in topics, with subscribers',
  },
  {
    at: 'eventStores.*.kind',
    words: /^(kafka|kinesis|pulsar)$/,
    advice:
      ': a log without streams is a topic: write it in topics, and what follows it as projections: { view: { from: TOPIC, writes: DATABASE.OPERATION } }',
  },
  {
    at: 'gateways.*.kind',
    words: /^(alb|nlb|elb|clb|applicationloadbalancer|loadbalancer)$/,
    // Defaults of a target group: 30 s, 5 s, 2 failures, 5 successes; it fails open without a healthy target.
    advice:
      ': write simple; the checks of its targets are their probes, as probes: { readiness: { call: health, period: 30s, timeout: 5s, failureThreshold: 2, successThreshold: 5, failOpenBelow: 1% } }',
  },
  {
    at: 'gateways.*.kind',
    words: /^haproxy$/,
    // doc/configuration.txt: inter 2 s, fall 3, rise 2.
    advice:
      ': write simple; the checks of a server belong to the service, as healthChecks: { interval: 2s, unhealthyThreshold: 3, healthyThreshold: 2, failedStatus: counted }',
  },
  {
    at: 'platform.kind',
    words: /^(eks|gke|aks|openshift|k8s|k3s)$/,
    advice: ': write kubernetes',
  },
  {
    at: 'platform.kind',
    words: /^(ecs|fargate|nomad|swarm|docker|systemd|ec2|vm)$/,
    advice: ': write custom, with restart: { initial: 10s } where it restarts processes',
  },
  {
    at: '*.*.autoscaling.kind',
    words: /^(ecs|asg|ec2|aws|targettracking|targettrackingscaling|autoscalinggroup)$/,
    advice:
      ': for target tracking write kind: targetTracking, metric: cpu, target: 60%; for alarms with steps, kind: step',
  },
  {
    at: 'workloads.*.arrivals.kind',
    words: /^(ramp|rampup|ramping|linear|rampingarrivalrate|rampingvus|steps)$/,
    advice: ': write { kind: stages, start: 150/s, stages: [ { duration: 60s, target: 600/s } ] }',
  },
  {
    at: 'workloads.*.arrivals.kind',
    words: /^(batch|job|jobs|cron|cronjob|bulk)$/,
    advice:
      ': a job whose 8 workers take one item after the other is closed(8 0s); one that begins at 60s is { kind: closed, users: { start: 0, stages: [ { duration: 60s, target: 0 }, { duration: 0s, target: 8 } ] }, think: 0s }',
  },
  ...['rabbitmq', 'sqs'].map((queue) => ({
    at: 'topics.*.kind',
    words: new RegExp(`^${queue}$`),
    advice: `: write a queue of ${queue} in queues, with consumers`,
  })),
];

const ALL: readonly KindWord[] = [
  ...KIND_WORDS,
  ...KIND_PRODUCTS.map(([at, words, advice]) => ({ at, words, advice: `: ${advice}` })),
];

/** Advice for a kind that belongs to another section, or that another kind stands for; empty if there is none. */
export function kindHint(path: readonly PathKey[], word: string): string {
  return hintsOf(word).find(({ at }) => isAt(path, at))?.advice ?? '';
}

/** Each key where a word is answered with advice, such as `queues.<name>.kind`, and the advice. */
export function kindAdvice(word: string): readonly (readonly [key: string, advice: string])[] {
  return hintsOf(word).map(({ at, advice }) => [
    at.replace('**.', '').replaceAll('*', '<name>'),
    advice.replace(/^[:;] /, ''),
  ]);
}

function hintsOf(word: string): readonly KindWord[] {
  const plain = plainWord(word);
  return ALL.filter(({ words }) => words.test(plain));
}

function isAt(path: readonly PathKey[], at: string): boolean {
  const keys = at.split('.');
  const isTail = keys[0] === '**';
  const last = isTail ? keys.slice(1) : keys;
  const own = isTail ? path.slice(-last.length) : path;
  return last.length === own.length && last.every((key, i) => key === '*' || key === own[i]);
}
