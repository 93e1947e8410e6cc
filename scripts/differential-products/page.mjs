// The page with the results, and the lines of it for the terminal.
export const PAGE = 'docs/measured-against-products.md';

/** A value with its unit: to two decimals. */
function figure(value, unit) {
  if (value === undefined || value === null || Number.isNaN(value)) return 'none';
  return `${Math.round(value * 100) / 100} ${unit}`.trimEnd();
}

/** One result for the terminal. */
export function rowText({ agrees, product, rule, figures }) {
  const lines = figures.map(({ name, unit, tolerance, right, real, here }) => {
    const values = `by hand ${figure(right, unit)}, real ${figure(real, unit)}`;
    return `        ${name}: ${values}, faultline ${figure(here, unit)}, within ${figure(tolerance, unit)}`;
  });
  return [`${agrees ? 'agrees ' : 'DIFFERS'} ${product}: ${rule}`, ...lines].join('\n');
}

const HEAD = `# Measured against products

Each row is an experiment of some seconds with a real product on the loopback interface. The same
clients then run in a scenario. The value by hand was written first, from the source that the
scenario names. The row agrees if both others are within the tolerance of it.

\`\`\`sh
npm run differential:products -- --write
\`\`\`

The command needs the Debian packages of the products, and gets its clients from the npm registry
into a temporary folder, which it removes. It needs no root. It names the products that it does not
find. A word selects rules: \`npm run differential:products -- deadlock\`. The tests of the project
run the scenarios, not the products.
`;

function tableRow({ rule, scenario, variant, product, version, agrees, figures }) {
  const all = (of, prefix = true) =>
    figures
      .map(({ name, unit, ...values }) => `${prefix ? `${name} ` : ''}${figure(values[of], unit)}`)
      .join('<br>');
  const where = variant === undefined ? '' : `, \`${variant}\``;
  const cells = [
    `${rule} ([scenario](../test/field/products/${scenario}.yaml)${where})`,
    all('right'),
    all('real', false),
    all('here', false),
    all('tolerance', false),
    `${product} ${version}`,
    agrees ? 'yes' : '**no**',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The text of the page. `missing`: names of products that were not found. */
export function page(rows, missing) {
  const lacks =
    missing.length === 0 ? '' : `\nNot found and not measured: ${missing.join(', ')}.\n`;
  const table = [
    '| rule | by hand | real | faultline | tolerance | product | agrees |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(tableRow),
  ].join('\n');
  return `${HEAD}\n${table}\n${lacks}`;
}
