import { entries, get, map, scalar, type Entry, type MapNode, type Node } from '../located.js';
import { plainWord } from '../synonyms.js';
import { argoStrategy, STEPS } from './argo.js';
import { numberOf, timeIn, wordOf } from './read.js';
import { harmless, type Around, type Placing, type Row } from './row.js';

const seconds = timeIn('s');

/** corev1.Probe: fields by their word, and the field of a probe here. */
const OF_PROBES: Readonly<Record<string, string>> = {
  periodseconds: 'period',
  timeoutseconds: 'timeout',
  initialdelayseconds: 'initialDelay',
  terminationgraceperiodseconds: 'terminationGrace',
};
/** What a probe asks: a probe here asks whether the process answers. */
const ASKS: ReadonlySet<string> = new Set(['httpGet', 'tcpSocket', 'exec', 'grpc']);

/** One of the three probes of a container, beside `probes`. */
function probe(name: string): Row {
  return {
    keys: `${name}probe`,
    to: (value, around) => {
      if (value.type !== 'map') return null;
      const read = probeFields(value, around);
      const put = read.fields.map(
        ([field, entry]) => [`probes.${name}.${field}`, entry.value] as const,
      );
      const whole = put.length > 0 ? put : [[`probes.${name}`, map(new Map(), value.at)] as const];
      return { put: whole, ...read.note };
    },
  };
}

/** Fields of a probe as the language has them. */
function probeFields(
  value: MapNode,
  around: Around,
): {
  readonly fields: readonly (readonly [string, Entry])[];
  readonly note: Pick<Placing, 'note'>;
} {
  const asked = [...value.entries.keys()].filter((key) => ASKS.has(key));
  const fields = [...value.entries].flatMap(([key, entry]) => {
    if (ASKS.has(key)) return [];
    const field = OF_PROBES[plainWord(key)];
    const read = field === undefined ? null : seconds(entry.value, around);
    return [[field ?? key, read === null ? entry : { ...entry, value: read }] as const];
  });
  const note =
    asked.length === 0
      ? {}
      : { note: `${asked.join(' and ')}: a probe asks whether the process answers` };
  return { fields, note };
}

/** The same under `probes: { liveness }`. */
const PROBES: Row = {
  keys: 'probes',
  to: (value, around) => {
    const names = entries(value).filter(([, { value: own }]) => entries(own).some(isOfProbe));
    if (value.type !== 'map' || names.length === 0) return null;
    let changed = value;
    const notes: string[] = [];
    for (const [name, entry] of names) {
      const { fields, note } = probeFields(entry.value as MapNode, around);
      const own = map(new Map(fields), entry.value.at);
      changed = {
        ...changed,
        entries: new Map(changed.entries).set(name, { ...entry, value: own }),
      };
      if (note.note !== undefined) notes.push(note.note);
    }
    return {
      put: [['probes', changed]],
      ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
    };
  },
};

function isOfProbe([key]: readonly [string, Entry]): boolean {
  return ASKS.has(key) || Object.hasOwn(OF_PROBES, plainWord(key));
}

/** apimachinery resource.Quantity: `500m` cores; `512Mi` and `1G` bytes. */
function cores(value: Node): Node | null {
  const [, milli] = /^(\d+)m$/.exec(wordOf(value) ?? '') ?? [];
  if (milli !== undefined) return scalar(Number(milli) / 1000, value.at);
  return numberOf(value) === undefined ? null : scalar(numberOf(value)!, value.at);
}

function size(value: Node): Node {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMGT]i|[kMGT])$/.exec(wordOf(value) ?? '') ?? [];
  return number === undefined ? value : scalar(`${number}${unit}B`, value.at);
}

/** ResourceRequirements. A CPU limit is a quota on the cores of a node, which the host has to say. */
const RESOURCES: Row = {
  keys: 'resources',
  to: (value, { beside }) => {
    if (value.type !== 'map') return null;
    const limits = get(value, 'limits');
    const cpu = get(limits, 'cpu');
    const isKnown = entries(limits).every(([key]) => key === 'cpu' || key === 'memory');
    if (!isKnown || (cpu !== undefined && (!hasCores(beside('cpu')) || cores(cpu) === null)))
      return null;
    const requests = requestsIn(value);
    if (limits === undefined && requests === null) return null;
    const memory = get(limits, 'memory');
    const kept = [...value.entries].filter(([key]) => key !== 'limits');
    const own = map(
      new Map(
        kept.map(([key, entry]) => [
          key,
          key === 'requests' && requests !== null ? { ...entry, value: requests } : entry,
        ]),
      ),
      value.at,
    );
    return {
      put: [
        ...(kept.length === 0 ? [] : [['resources', own] as const]),
        ...(cpu === undefined ? [] : [['cpu.quota.limit', cores(cpu)!] as const]),
        ...(memory === undefined ? [] : [['memory.limit', size(memory)] as const]),
      ],
    };
  },
};

function hasCores(cpu: Node | undefined): boolean {
  return get(cpu, 'cores') !== undefined;
}

/** `requests` with the quantities of Kubernetes replaced; null = they are those of the language. */
function requestsIn(value: Node): Node | null {
  const requests = get(value, 'requests');
  if (requests?.type !== 'map') return null;
  const changed = [...requests.entries].map(([key, entry]) => {
    const read = key === 'cpu' ? cores(entry.value) : key === 'memory' ? size(entry.value) : null;
    const isSame = read === null || wordOf(read) === wordOf(entry.value);
    return [key, isSame ? entry : { ...entry, value: read }] as const;
  });
  const isSame = changed.every(([key, entry]) => requests.entries.get(key) === entry);
  return isSame ? null : map(new Map(changed), requests.at);
}

/** DeploymentStrategy: RollingUpdate with its two numbers, or Recreate; and the strategies of a Rollout of Argo. */
const STRATEGY: Row = {
  keys: 'strategy updatestrategy',
  to: (value, around) => {
    if (value.type === 'map' && value.entries.size > 0) {
      const read = argoStrategy(value, around);
      if (read !== null) return read;
    }
    const type = get(value, 'type');
    const word = type === undefined ? 'RollingUpdate' : wordOf(type);
    if (value.type !== 'map' || (word !== 'RollingUpdate' && word !== 'Recreate')) return null;
    const kind = scalar(word === 'Recreate' ? 'recreate' : 'rolling', value.at);
    const numbers = entries(get(value, 'rollingUpdate')).map(
      ([key, entry]) => [`rollout.${key}`, entry.value] as const,
    );
    return { put: [['rollout.kind', kind], ...numbers] };
  },
};

/** Fields of a Deployment, its pod and its container that a service or a gateway takes. */
export const OF_HOSTS: readonly Row[] = [
  probe('liveness'),
  probe('readiness'),
  probe('startup'),
  PROBES,
  RESOURCES,
  STRATEGY,
  STEPS,
  {
    keys: 'minreadyseconds',
    to: (value, around) => {
      const read = seconds(value, around);
      if (read === null) return null;
      const isSaid =
        around.beside('strategy') !== undefined || around.beside('rollout') !== undefined;
      const kind = isSaid ? [] : [['rollout.kind', scalar('rolling', value.at)] as const];
      return { put: [...kind, ['rollout.minReady', read]] };
    },
  },
  {
    keys: 'terminationgraceperiodseconds',
    to: (value, around) => {
      const read = seconds(value, around);
      return read === null ? null : { put: [['lifecycle.terminationGrace', read]] };
    },
  },
  harmless(
    'progressdeadlineseconds revisionhistorylimit',
    'it reports on a Deployment or keeps old ones, and changes no pod',
  ),
];
