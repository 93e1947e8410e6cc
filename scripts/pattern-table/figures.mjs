/** Figures of each variant, by name. Times in seconds. */
export function figuresOf(load, saturation) {
  const figures = new Map();
  const external = new Set(
    load.topology.nodes.filter((node) => node.external).map(({ name }) => name),
  );
  for (const variant of load.variants) {
    const full = saturation.variants.find(({ name }) => name === variant.name);
    figures.set(variant.name, {
      name: variant.name,
      title: variant.title ?? variant.name,
      mean: budget(variant, 'users.latency.mean < 20ms before payments-down'),
      view50: budget(variant, 'users.view.latency.p50 < 7ms before payments-down'),
      view99: budget(variant, 'users.view.latency.p99 < 15ms before payments-down'),
      place50: budget(variant, 'users.place.latency.p50 < 50ms before payments-down'),
      place99: budget(variant, 'users.place.latency.p99 < 80ms before payments-down'),
      peak: budget(full, 'users.goodput > 190/s before payments-down'),
      failed: failedOf(variant),
      late: lateOf(variant),
      latest: variant.name === 'saga' ? budget(variant, 'place-order.duration.max < 15s') : 0,
      cost: budget(variant, 'run.costPerMillion < 3 before payments-down'),
      fullCost: budget(full, 'run.costPerMillion < 3 before payments-down'),
      components: componentsOf(variant).length + proxiesOf(variant, external),
      edges: Object.keys(variant.edges).length + proxiesOf(variant, external),
    });
  }
  return figures;
}

function componentsOf({ components }) {
  return Object.values(components).filter(({ kind }) => kind !== 'workload');
}

/** Proxies of a mesh: a part beside each service, and a call to it. */
function proxiesOf(variant, external) {
  if (!variant.patch.set.some(({ path }) => path === 'mesh')) return 0;
  return Object.entries(variant.components).filter(
    ([name, { kind }]) => kind === 'service' && !external.has(name),
  ).length;
}

function budget({ name, budgets }, text) {
  const found = budgets.find((one) => one.text.startsWith(text));
  if (found === undefined || found.value === null) throw new Error(`${name} has no ${text}`);
  return found.value;
}

/** Share of the requests that fail while payments is down: looks have four times the weight of orders. */
function failedOf({ summary }) {
  const of = (request) => summary.during.find((one) => one.request === request).success.value;
  return 1 - (4 * of('users.view') + of('users.place')) / 5;
}

/** 99 % of the changes are visible to readers after this time; 0 = before the response. */
function lateOf(variant) {
  const own = LATE.get(variant.name);
  return own === undefined ? 0 : budget(variant, `${own} before payments-down`);
}

/** When the effects of a request that has been answered are complete. */
const LATE = new Map([
  ['cqrs', 'order-views.delay.p99 < 20ms'],
  ['saga', 'place-order.duration.p99 < 100ms'],
]);

export function milliseconds(seconds) {
  return seconds < 1
    ? `${Number((seconds * 1000).toPrecision(3))} ms`
    : `${Number(seconds.toPrecision(3))} s`;
}

export function perSecond(rate) {
  return `${Math.round(rate).toLocaleString('en-US')}/s`;
}

export function percent(share) {
  return `${Number((share * 100).toPrecision(3))} %`;
}

export function money(value) {
  return value.toFixed(2);
}
