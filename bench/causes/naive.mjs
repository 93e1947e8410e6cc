// Methods that look at the timelines of the components only, for comparison.

/** For each method the components in its order, worst first. */
export function naiveRanks({ timeline }, { topology, from }) {
  const start = Math.max(1, Math.floor(from / timeline.step));
  const figures = topology.nodes
    .filter(({ name }) => timeline.series[name] !== undefined)
    .map((node) => ({ node, ...figuresOf(timeline.series[node.name], start) }));
  const by = (score) =>
    [...figures]
      .sort((a, b) => score(b) - score(a) || (a.node.name < b.node.name ? -1 : 1))
      .map(({ node }) => node.name);
  const unhealthy = new Set(
    figures.filter(({ onset }) => onset < Infinity).map(({ node }) => node.name),
  );
  const isDeepest = ({ node }) =>
    unhealthy.has(node.name) && !node.calls.some(({ to }) => unhealthy.has(to.name));
  return {
    'earliest onset': by(({ onset }) => -onset),
    'largest p99 ratio': by(({ ratio }) => ratio),
    'most alerts': by(({ alerts }) => alerts),
    'largest error rise': by(({ errors }) => errors),
    'deepest unhealthy': by((one) => (isDeepest(one) ? 1e6 : 0) - Math.min(1e5, one.onset)),
  };
}

function figuresOf({ success, p99, busy, queue }, start) {
  const before = (row) => mean(row.slice(0, start));
  const usual = {
    success: before(success) ?? 1,
    p99: before(p99) ?? 0,
    busy: before(busy) ?? 0,
    queue: before(queue) ?? 0,
  };
  const signals = (i) => [
    (success[i] ?? 1) < usual.success - 0.02,
    (p99[i] ?? 0) > 1.5 * usual.p99 + 0.005,
    busy[i] > 1.5 * usual.busy + 1,
    queue[i] > 2 * usual.queue + 3,
  ];
  let onset = Infinity;
  let alerts = 0;
  for (let i = start; i < success.length; i++) {
    const lit = signals(i).filter(Boolean).length;
    alerts += lit;
    if (onset === Infinity && lit > 0 && i + 1 < success.length && signals(i + 1).some(Boolean))
      onset = i;
  }
  const after = mean(p99.slice(start)) ?? 0;
  const errors = usual.success - (mean(success.slice(start)) ?? 1);
  return { onset, alerts, errors, ratio: usual.p99 > 0 ? after / usual.p99 : 0 };
}

function mean(row) {
  const known = row.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
