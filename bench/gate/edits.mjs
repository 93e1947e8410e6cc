// Edits of a scenario: some make it worse by an amount that can be written by hand, others change nothing.
import { isMap, isSeq, parseDocument } from 'yaml';

/** Edits that change no behaviour: each takes and returns the text of a scenario. */
export const HARMLESS = {
  words: (text) =>
    `# reviewed\n${edited(text, (root) => {
      root.set('title', 'The same with other words');
      root.set('description', 'Only the words differ.');
    })}`,
  order: (text) =>
    edited(text, (root) => {
      for (const section of ['services', 'databases', 'policies', 'workloads']) {
        const map = root.get(section);
        if (isMap(map)) map.items.reverse();
      }
      const at = root.items.findIndex(({ key }) => key.value === 'services');
      root.items.push(...root.items.splice(at, 1));
    }),
  names: (text) =>
    edited(text, (root, document) => {
      const variants = root.get('variants');
      if (!isSeq(variants)) {
        root.set('variants', document.createNode([{ name: 'renamed' }]));
        return;
      }
      const names = variants.items.map((one) => one.get('name'));
      // A name in an expression would be another edit.
      const free = names.findIndex((name) => text.split(new RegExp(`\\b${name}\\b`)).length === 2);
      if (free >= 0) variants.items[free].set('name', `${names[free]}-renamed`);
    }),
};

/** Edits that make a scenario worse; `p99` is that of its successes in seconds. */
export const REGRESSIONS = {
  success: {
    figure: 'success',
    size: ({ there, here }) => there - here >= 0.02,
    edit: (text) => beforeEntry(text, { fail: 500, probability: '3%' }),
  },
  p99: {
    figure: 'p99 of successes',
    size: ({ there, here }) => here / there >= 1.2,
    edit: (text, p99) => beforeEntry(text, { wait: `${Math.ceil(p99 * 260)}ms` }),
  },
  attempts: {
    figure: 'attempts per call',
    size: ({ there, here }) => here / there >= 1.2,
    edit: (text) => retried(text),
  },
};

/** The text with a first step in the endpoint that the first workload calls; null if it is written in another way. */
function beforeEntry(text, step) {
  let isDone = false;
  const own = edited(text, (root, document) => {
    const steps = stepsOf(root, entryOf(root));
    steps?.items.unshift(document.createNode(step));
    isDone = steps !== null;
  });
  return isDone ? own : null;
}

/**
 * The text in which the first call of the entrance is tried up to 4 times, and 35 % of its attempts fail: 1 + 0.35 + 0.35^2 +
 * 0.35^3 = 1.5 attempts. null if it is written in another way.
 */
function retried(text) {
  let isDone = false;
  const own = edited(text, (root, document) => {
    const entry = stepsOf(root, entryOf(root));
    const call = entry?.items.find((step) => isMap(step) && typeof step.get('call') === 'string');
    const callee = call === undefined ? null : stepsOf(root, call.get('call'));
    if (callee === null || callee === undefined) return;
    const retry = { attempts: 4, backoff: { kind: 'constant', base: '2ms' } };
    call.set('policy', document.createNode({ timeout: '2s', retry }));
    callee.items.unshift(document.createNode({ fail: 503, probability: '35%' }));
    isDone = true;
  });
  return isDone ? own : null;
}

/** The endpoint that the first workload calls. */
function entryOf(root) {
  const [workload] = root.get('workloads')?.items ?? [];
  const call = workload?.value.get?.('requests')?.items?.[0]?.get?.('call');
  return typeof call === 'string' ? call : null;
}

/** The steps of an endpoint of a service; null if it has none there. */
function stepsOf(root, name) {
  if (name === null || !name.includes('.')) return null;
  const [service, endpoint] = name.split('.');
  const node = root.getIn(['services', service, 'endpoints', endpoint], true);
  const steps = isSeq(node) ? node : isMap(node) ? node.get('steps') : null;
  return isSeq(steps) ? steps : null;
}

function edited(text, change) {
  const document = parseDocument(text);
  change(document.contents, document);
  return document.toString({ lineWidth: 0 });
}
