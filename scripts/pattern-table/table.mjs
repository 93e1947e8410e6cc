import { milliseconds, money, percent, perSecond } from './figures.mjs';

const COMMAND = 'npx --no-install faultline check scenarios/studies/pattern-table.yaml';
/** Values that differ by less than this share have the same rank. */
const ALIKE = 0.02;

/** Ranks that articles about these patterns claim. */
const CLAIMED = new Map([
  ['gateway', { latency: 'medium', throughput: 'high', complexity: 'low' }],
  ['mesh', { latency: 'low', throughput: 'very high', complexity: 'high' }],
  ['event-sourcing', { latency: 'high', throughput: 'medium', complexity: 'high' }],
  ['cqrs', { latency: 'low', throughput: 'high', complexity: 'medium' }],
  ['saga', { latency: 'medium', throughput: 'medium', complexity: 'high' }],
]);
const LEVELS = ['low', 'medium', 'high', 'very high'];

/** Claims are about these figures. */
const QUANTITIES = [
  { name: 'latency', of: ({ mean }) => mean, text: milliseconds },
  { name: 'throughput', of: ({ peak }) => peak, text: perSecond },
  {
    name: 'complexity',
    of: ({ components, edges }) => components + edges,
    text: (count) => String(count),
  },
];

/** Reasons for differences. Each holds only while the measurements that it names do. */
const REASONS = [
  {
    holds: (of) => of('mesh').mean > of('services').mean && of('mesh').mean > of('cqrs').mean,
    text: (of) =>
      `**A mesh does not have a low latency.** Each call between services passes two proxies, so a request takes ${milliseconds(of('mesh').mean)} on average and ${milliseconds(of('services').mean)} without a mesh. Proxies can only add time.`,
  },
  {
    holds: (of) => of('saga').mean < of('cqrs').mean && of('saga').late > of('services').place50,
    text: (of) =>
      `**A saga has the lowest latency, not a medium one**, because the order is accepted (${milliseconds(of('saga').place50)}) before its steps run. 99 % of the orders are complete after ${milliseconds(of('saga').late)}, and after up to ${milliseconds(of('saga').latest)} if payments is down for 10 s; without a saga the response itself takes ${milliseconds(of('services').place50)}.`,
  },
  {
    holds: (of) =>
      of('cqrs').view50 < of('services').view50 && of('cqrs').place50 > of('services').place50,
    text: (of) =>
      `**CQRS has a low latency only for reads**: ${milliseconds(of('cqrs').view50)} instead of ${milliseconds(of('services').view50)}. A write loads and appends events and takes ${milliseconds(of('cqrs').place50)} instead of ${milliseconds(of('services').place50)}.`,
  },
  {
    holds: (of) =>
      Math.abs(of('mesh').peak / of('gateway').peak - 1) < ALIKE &&
      of('cqrs').peak > of('mesh').peak,
    text: (of) =>
      `**A mesh does not have the highest throughput.** Neither a mesh nor a gateway adds capacity: both end at the ${perSecond(of('mesh').peak)} that the database of the orders serves. CQRS reaches ${perSecond(of('cqrs').peak)}, because reads leave that database.`,
  },
  {
    holds: (of) =>
      of('event-sourcing').peak < of('gateway').peak && of('saga').peak < of('event-sourcing').peak,
    text: (of) =>
      `**Event sourcing and sagas have the lowest throughput.** Each look at an order replays 100 events, which costs 2 ms of CPU (${perSecond(of('event-sourcing').peak)}; snapshots reduce it). A saga writes its state before and after each step, into the database of the orders (${perSecond(of('saga').peak)}).`,
  },
  {
    holds: (of) => total(of('event-sourcing')) < total(of('gateway')),
    text: (of) =>
      `**Complexity is measured only in part.** The count is that of components and of pairs that call each other: parts that can fail or be slow. It sees ${total(of('event-sourcing'))} in event sourcing and ${total(of('gateway'))} behind a gateway, and neither old event versions nor compensations that must be correct. Those are not measurable in a simulation.`,
  },
];

function total({ components, edges }) {
  return components + edges;
}

/** docs/pattern-table.md. */
export function tablePage(figures) {
  const of = (name) => figures.get(name);
  const rows = [...figures.values()];
  return `# Seven architectures of one order flow, measured

One workload runs through seven architectures: four of five requests look at an order, one places it. An order reserves stock, charges a
card at a provider and is stored. There are 200 requests/s; for 10 s the process that handles payments is down. Everything on this page is measured by
[pattern-table.yaml](../scenarios/studies/pattern-table.yaml); \`npm run pattern-table\` writes the page again, and a test compares it with the
program.

\`\`\`sh
${COMMAND}
\`\`\`

## Measurements

${table(
  [
    'architecture',
    'look p50 / p99',
    'order p50 / p99',
    'throughput at saturation',
    'others see a change after',
    'requests that fail while payments is down',
    'cost per million requests',
    'at saturation',
    'components + calls',
  ],
  rows.map((one) => [
    one.title,
    `${milliseconds(one.view50)} / ${milliseconds(one.view99)}`,
    `${milliseconds(one.place50)} / ${milliseconds(one.place99)}`,
    perSecond(one.peak),
    one.late === 0 ? 'at once' : `${milliseconds(one.late)} (p99)`,
    percent(one.failed),
    money(one.cost),
    money(one.fullCost),
    `${one.components} + ${one.edges}`,
  ]),
)}

Latencies and costs are those before the fault. Throughput at saturation is that of 300 clients that send their next request at once. Prices: 0.04 per
core and hour, 1 per million requests of the API gateway. A proxy of the mesh reserves 0.1 cores, all other instances one core. At
200/s most of the cost pays for idle cores.

## Ranks: claimed and measured

Articles rank these patterns in words. Rank 1 is the lowest of the five measured values; values within 2 % share a rank. *Agrees* means that
no other pattern which is claimed to be lower is measured higher, or the reverse.

${table(
  ['pattern', ...QUANTITIES.flatMap(({ name }) => [`${name}: claimed`, `measured`, `agrees`])],
  [...CLAIMED].map(([name, claimed]) => [
    of(name).title,
    ...QUANTITIES.flatMap((quantity) => [
      claimed[quantity.name],
      `${rank(of, name, quantity)} (${quantity.text(quantity.of(of(name)))})`,
      agrees(of, name, quantity) ? 'yes' : 'no',
    ]),
  ]),
)}

Latency is the mean over all requests. Why they differ:

${REASONS.map((reason) => `- ${sentence(reason, of)}`).join('\n')}

[Choosing patterns](choosing-patterns.md) starts from a requirement instead.
`;
}

function sentence({ holds, text }, of) {
  const words = text(of);
  if (!holds(of)) throw new Error(`no longer true: ${words}`);
  return words;
}

function compare(a, b) {
  if (Math.abs(a - b) <= ALIKE * Math.min(a, b)) return 0;
  return a < b ? -1 : 1;
}

function rank(of, name, quantity) {
  const own = quantity.of(of(name));
  const lower = [...CLAIMED.keys()].filter((other) => compare(quantity.of(of(other)), own) < 0);
  return lower.length + 1;
}

function agrees(of, name, quantity) {
  const level = (one) => LEVELS.indexOf(CLAIMED.get(one)[quantity.name]);
  const own = quantity.of(of(name));
  return [...CLAIMED.keys()].every((other) => {
    const claimed = Math.sign(level(other) - level(name));
    return claimed === 0 || compare(quantity.of(of(other)), own) !== -claimed;
  });
}

/** A Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
