import { milliseconds, money, percent, perSecond } from './figures.mjs';
import { table } from './table.mjs';

const SCENARIOS = 'scenarios';

/**
 * Requirements: the figure, from best to worst, and advice. `holds` is the condition under which the advice is true.
 */
const REQUIREMENTS = [
  {
    title: 'Low latency of reads',
    figure: 'look at an order, p50',
    of: ({ view50 }) => view50,
    text: milliseconds,
    holds: (of) =>
      of('cqrs').view50 < of('services').view50 &&
      of('monolith').view50 <= of('services').view50 &&
      of('event-sourcing').view50 > of('services').view50,
    advice:
      'A read model earns its complexity: a look is one cheap query. Plain services and a monolith come next. Proxies and gateways add a hop, and an event store without snapshots replays the order.',
    more: ['patterns/snapshots', 'patterns/projection-lag'],
  },
  {
    title: 'Low latency of writes',
    figure: 'place an order, p50',
    of: ({ place50 }) => place50,
    text: milliseconds,
    holds: (of) =>
      of('saga').place50 < of('monolith').place50 &&
      of('monolith').place50 < of('services').place50,
    advice:
      'A saga earns its complexity if the user need not know the result at once: the response is an acceptance. Otherwise a monolith is the fastest, because its modules call each other without a network.',
    more: ['patterns/saga-compensation', 'patterns/saga-crash'],
  },
  {
    title: 'Consistency',
    figure: '99 % of the changes are visible after',
    of: ({ late }) => late,
    text: (late) => (late === 0 ? 'at once' : milliseconds(late)),
    holds: (of) => of('cqrs').late > 0 && of('saga').late > of('cqrs').late,
    advice:
      'Keep one database for data that must agree at once. CQRS is late by the delay of its projection, a saga by the time of its steps, and for as long as one of them is down.',
    more: ['patterns/read-your-writes', 'patterns/saga-ambiguous'],
  },
  {
    title: 'Throughput',
    figure: 'requests/s at saturation',
    of: ({ peak }) => -peak,
    text: (peak) => perSecond(-peak),
    holds: (of) =>
      of('monolith').peak > of('cqrs').peak &&
      of('cqrs').peak > of('services').peak &&
      of('saga').peak < of('services').peak,
    advice:
      'A monolith uses its cores and its database for everything, so none of them idles while another one is full. Between services, CQRS earns its complexity where reads fill the database. Event sourcing needs snapshots, and a saga a store of its own for its state.',
    more: ['patterns/snapshots', 'shared-database'],
  },
  {
    title: 'Small blast radius',
    figure: 'requests that fail while payments is down',
    of: ({ failed }) => failed,
    text: percent,
    holds: (of) => of('saga').failed === 0 && of('monolith').failed > 0.99,
    advice:
      'A saga earns its complexity: orders are accepted, and charged once payments is back. Separate services keep the four of five requests that need no payment. A monolith fails as a whole.',
    more: ['patterns/breaker-half-open', 'patterns/readiness-shared'],
  },
  {
    title: 'Low cost',
    figure: 'cost per million requests',
    of: ({ cost }) => cost,
    text: money,
    holds: (of) =>
      of('gateway').cost > of('mesh').cost &&
      of('mesh').cost > of('services').cost &&
      of('cqrs').cost > of('services').cost,
    advice:
      'No pattern pays for itself at a low load: each adds instances. An API gateway that is billed by request costs more than all cores behind it, and a read model needs a database and a projector of its own.',
    more: ['patterns/cost-of-headroom', 'patterns/autoscaling-lag'],
  },
];

/** docs/choosing-patterns.md. */
export function choicesPage(figures) {
  const of = (name) => figures.get(name);
  return `# Choosing patterns

Start from the requirement that matters most, and take the simplest architecture that meets it. The figures are those of
[one order flow in seven architectures](pattern-table.md), measured for the same work; \`npm run pattern-table\` writes
this page. Put your own numbers into [the scenario](../scenarios/studies/pattern-table.yaml) before you decide.

\`\`\`sh
npx --no-install faultline run scenarios/studies/pattern-table.yaml --no-explain --out reports
npx --no-install faultline compare scenarios/studies/pattern-table.yaml
npx --no-install faultline run scenarios/studies/pattern-table.yaml --set 'workloads.users.arrivals=poisson(1200/s)' --variant services --variant cqrs --no-explain --out reports
\`\`\`

${REQUIREMENTS.map((one) => requirement(one, figures, of)).join('\n\n')}
`;
}

function requirement({ title, figure, of: valueOf, text, holds, advice, more }, figures, of) {
  if (!holds(of)) throw new Error(`no longer true: ${advice}`);
  const ranked = [...figures.values()].sort((a, b) => valueOf(a) - valueOf(b));
  const links = more
    .map((name) => `[${name.split('/').at(-1)}](../${SCENARIOS}/${name}.yaml)`)
    .join(' and ');
  return `## ${title}

${advice}

${table(
  ['architecture', figure, 'components + calls'],
  ranked.map((one) => [one.title, text(valueOf(one)), `${one.components} + ${one.edges}`]),
)}

More about it: ${links}.`;
}
